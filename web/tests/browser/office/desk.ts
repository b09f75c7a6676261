/** Somebody in the office, at a desk: presses what stands on the page. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page, Route } from "playwright-core";
import { launchPhone, type Phone, required } from "../launch.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OFFICE = required("THUNGAN_APP_URL").replace(/\/app\/$/, "/office/");

/** The desk screen, a tablet and the narrowest screen. */
export const SIZES = {
  desk: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  narrow: { width: 320, height: 640 },
} as const;

export class Desk {
  readonly page: Page;
  readonly #browser: Phone;

  private constructor(browser: Phone) {
    this.#browser = browser;
    this.page = browser.page;
  }

  static async start(role: "SUPERVISOR" | "CASHIER"): Promise<Desk> {
    const browser = await launchPhone({ serviceWorkers: "block", isDesk: true });
    browser.context.setDefaultTimeout(40_000);
    await pretendStaff(browser, role);
    return new Desk(browser);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  async open(path = ""): Promise<void> {
    await this.page.goto(OFFICE + path);
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name }).or(this.page.getByRole("link", { name })).first().click();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async reads(heading: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { level: 1, name: heading }).waitFor();
  }

  type(label: string | RegExp, text: string): Promise<void> {
    return this.page.getByLabel(label).first().fill(text);
  }

  /** Sign in by what stands on the page. */
  async signIn(): Promise<void> {
    await this.type("Tên đăng nhập", "lan");
    await this.type("Mật khẩu", "một mật khẩu dài");
    await this.press("Đăng nhập");
    await this.page.getByRole("navigation", { name: "Mục chính" }).waitFor();
  }

  /** What axe finds, and whether the page is wider than its screen at any size. */
  async isFitFor(name: string): Promise<void> {
    await this.page.evaluate(AXE);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await this.page.setViewportSize(viewport);
      const wide = await this.page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.equal(wide, 0, `${name}, ${size}: wider than the screen`);
    }
    await this.page.setViewportSize(SIZES.desk);
    const violations = await this.page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = await axe.run();
      return found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
      );
    });
    assert.deepEqual(violations, [], name);
  }

  /** Nothing was logged on the console, and no rule of the page was broken. */
  hasNothingToComplain(): void {
    assert.deepEqual(
      this.#browser.complaints.filter((text) => !/Failed to load resource/.test(text)),
      [],
    );
  }
}

const STAFF = {
  staff_id: randomUUID(),
  login_name: "lan",
  full_name: "Trần Thị Lan",
  units: ["*"],
  second_factor: false,
};

/** Stands in for the sessions of staff: the browser's requests go with the token of an office's device. */
async function pretendStaff({ context }: Phone, role: "SUPERVISOR" | "CASHIER"): Promise<void> {
  let isSignedIn = false;
  const staff = { ...STAFF, roles: [role.toLowerCase()], csrf_token: "csrf" };
  await context.route("**/v1/**", async (route: Route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const problem = {
      type: "urn:thungan:problem:not-authenticated",
      status: 401,
      title: "",
      detail: "Chưa đăng nhập.",
    };
    if (pathname === "/v1/staff/sessions") {
      isSignedIn = true;
      await route.fulfill({ status: 201, json: { staff, csrf_token: "csrf" } });
    } else if (pathname === "/v1/staff/sessions/current") {
      isSignedIn = false;
      await route.fulfill({ status: 204 });
    } else if (!isSignedIn) {
      await route.fulfill({ status: 401, contentType: "application/problem+json", body: JSON.stringify(problem) });
    } else if (pathname === "/v1/staff/me") {
      await route.fulfill({ json: staff });
    } else {
      await route.continue({
        headers: { ...request.headers(), authorization: `Bearer ${required(`THUNGAN_${role}`)}` },
      });
    }
  });
}
