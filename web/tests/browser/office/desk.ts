/** Somebody in the office, at a desk: presses what stands on the page. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { launchPhone, type Phone, required } from "../launch.ts";
import { PASSWORD, type Person } from "./staff.ts";

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

  readonly #person: Person;

  private constructor(browser: Phone, person: Person) {
    this.#browser = browser;
    this.#person = person;
    this.page = browser.page;
  }

  static async start(person: Person): Promise<Desk> {
    const browser = await launchPhone({ serviceWorkers: "block", isDesk: true });
    browser.context.setDefaultTimeout(40_000);
    return new Desk(browser, person);
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

  /** Sign in for the first time, by what stands on the page. */
  async signInFirst(): Promise<void> {
    await this.press("Đăng nhập lần đầu bằng mã một lần");
    await this.type("Mã một lần do quản trị đưa", this.#person.code);
    await this.type("Tên đăng nhập", this.#person.login_name);
    await this.type("Mật khẩu mới của bạn", PASSWORD);
    await this.page.getByRole("button", { name: "Đăng nhập", exact: true }).click();
    await this.page.getByRole("navigation", { name: "Mục chính" }).waitFor();
  }

  /** Sign in with the password. */
  async signIn(password = PASSWORD): Promise<void> {
    await this.type("Tên đăng nhập", this.#person.login_name);
    await this.type("Mật khẩu", password);
    await this.page.getByRole("button", { name: "Đăng nhập", exact: true }).click();
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
