/** The app is killed, reloaded, opened twice, and cut off at every step of a payment: it is one payment each time. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Route } from "playwright-core";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { until } from "../../until.ts";
import { Collector } from "./collector.ts";
import { APP, debtOf, paymentsOf, post, printJobsOf, revoke } from "./office.ts";

describe("one payment", () => {
  let it: Collector;
  let people: CustomerSummary[];
  const customer = (): CustomerSummary => people.shift() as CustomerSummary;

  before(async () => {
    it = await Collector.start();
    await it.enrol();
    await it.openShift();
    people = await it.owing();
  });
  after(() => it.close());

  /** The app dies and is opened again: nothing that it had in mind survives. */
  async function kill(path: string): Promise<void> {
    await it.page.close({ runBeforeUnload: false });
    it.page = await it.context.newPage();
    await it.page.goto(APP + path);
  }

  async function toCash(one: CustomerSummary): Promise<void> {
    await it.goTo(one);
    await it.press(/^(Gặp khách|Tiếp tục thu tiền)/);
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
  }

  async function isPaidOnce(one: CustomerSummary): Promise<void> {
    await until("the payment", async () => (await paymentsOf(one.customer_code)).length > 0);
    assert.equal((await paymentsOf(one.customer_code)).length, 1);
    assert.equal(await debtOf(one.customer_code), 0);
    const receipts = await until("the receipt", async () => {
      const found = (await printJobsOf(it.name)).filter(
        (job) => job.customer_code === one.customer_code && job.kind === "receipt",
      );
      return found.length > 0 && found;
    });
    assert.equal(receipts.length, 1);
    const notices = (await printJobsOf(it.name)).filter(
      (job) => job.customer_code === one.customer_code && job.kind === "notice",
    );
    assert.equal(notices.length, 1, "one visit, one notice");
  }

  /** What happens to the request for the payment. */
  const ways: Record<string, (route: Route) => Promise<void>> = {
    "before it leaves the phone": async (route) => route.abort("connectionfailed"),
    "after it was recorded, before the answer": async (route) => {
      await route.fetch();
      await route.abort("connectionreset");
    },
    "and the answer is cut off": async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.body()).subarray(0, 20) });
    },
    "and a hotspot answers in place of the gateway": async (route) =>
      route.fulfill({ status: 401, contentType: "text/html", body: "<h1>Wifi</h1>" }),
    "and the gateway has no time": async (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: '{"type":"urn:thungan:problem:unavailable","title":"","status":503,"detail":""}',
      }),
  };

  for (const [when, fail] of Object.entries(ways)) {
    test(`killed ${when}`, async () => {
      const one = customer();
      await toCash(one);
      let failed = 0;
      await it.context.route("**/v1/payments", async (route) => {
        failed += 1;
        await fail(route).catch(() => undefined);
      });
      await it.press(/^Thu .*biên nhận$/);
      await until("the request", async () => failed > 0);
      await it.sees(/Đừng thu lại/);
      await kill(`customers/${one.customer_code}/cash`);
      await it.sees(/Đang ghi nhận/);
      assert.equal(
        await it.page.getByRole("button", { name: /^Thu .*biên nhận$/ }).count(),
        0,
        "nobody can take the money again",
      );
      await it.context.unroute("**/v1/payments");
      await it.page
        .getByRole("button", { name: "Gửi lại" })
        .click({ timeout: 500 })
        .catch(() => undefined); // It may have gone by itself.
      await it.sees(/^Đã thu/);
      await isPaidOnce(one);
    });
  }

  for (const step of ["customer", "met", "cash", "given", "taken"] as const) {
    test(`killed at the step "${step}", and begun again`, async () => {
      const one = customer();
      await it.goTo(one);
      if (step !== "customer") {
        await it.page.getByRole("button", { name: "Gặp khách" }).click();
        if (step !== "met") {
          await it.press(/^Tiền mặt/);
          if (step !== "cash") {
            await it.press("Vừa đủ");
            if (step === "taken") {
              // Nothing is waited for: the page dies right behind the finger.
              await it.page
                .getByRole("button", { name: /^Thu .*biên nhận$/ })
                .evaluate((button: HTMLElement) => button.click());
            }
          }
        }
      }
      await kill(`customers/${one.customer_code}`);
      // A payment that was kept locks its customer until it is answered; then its receipt is shown.
      await it.sees(/Mã khách hàng|Đã thu/);
      await until("a way to go on", async () => {
        const paid = (await paymentsOf(one.customer_code)).length > 0;
        const buttons = it.page.getByRole("button", { name: /^(Gặp khách|Tiếp tục thu tiền|Xem kết quả)/ });
        return paid || (await buttons.count()) > 0;
      });
      // A payment that left the phone may still be on its way; then its command waits for the answer.
      await it.page.getByText(/việc chờ gửi/).waitFor({ state: "hidden" });
      if ((await debtOf(one.customer_code)) > 0) {
        await toCash(one);
        await it.press(/^Thu .*biên nhận$/);
        await it.sees(/^Đã thu/);
      }
      await isPaidOnce(one);
    });
  }

  test("two tabs: only one is in use, and what waits is sent once", async () => {
    const one = customer();
    await toCash(one);
    const sent: string[] = [];
    let isOpen = false;
    await it.context.route("**/v1/payments", async (route) => {
      sent.push(route.request().headers()["idempotency-key"] ?? "");
      await (isOpen ? route.continue() : route.abort("connectionfailed")).catch(() => undefined);
    });
    await it.press(/^Thu .*biên nhận$/);
    await until("the request", async () => sent.length > 0);
    const second = await it.context.newPage();
    await second.goto(`${APP}customers/${one.customer_code}`);
    await it.reads("Ứng dụng đang mở ở thẻ khác");
    await second.getByText(/việc chờ gửi/).waitFor();
    isOpen = true;
    await second.goto(`${APP}outbox`);
    await second.getByText("Không có việc nào chờ gửi.").waitFor();
    assert.equal(new Set(sent).size, 1, "always under the same id");
    await second.close();
    await it.press("Dùng ở đây");
    await it.sees(/^Đã thu|Đã thanh toán/);
    await it.context.unroute("**/v1/payments");
    await isPaidOnce(one);
  });

  test("refused, because somebody else was first: the collector gives the money back", async () => {
    const one = customer();
    const debt = await debtOf(one.customer_code);
    await toCash(one);
    // The post office is served before this phone's payment arrives.
    await it.page.route("**/v1/payments", async (route) => {
      await post(one.customer_code, debt);
      await route.continue();
    });
    try {
      await it.press(/^Thu .*biên nhận$/);
      await it.sees("Hãy trả lại tiền cho khách.");
      assert.equal((await paymentsOf(one.customer_code)).length, 1);
    } finally {
      await it.page.unroute("**/v1/payments");
    }
  });

  test("revoked while it prints: locked, wiped, and nothing is printed again", async () => {
    const lost = await Collector.start(it.code);
    try {
      await lost.enrol();
      await lost.connectPrinter();
      const one = customer();
      await lost.goToByClick(one);
      const take = lost.printer.take.bind(lost.printer);
      const blank = lost.printer.rows.length;
      let goOn = (): void => undefined;
      const isLocked = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      lost.printer.take = async (bytes) => {
        // In the middle of the document, until the phone is locked.
        if (lost.printer.rows.length > blank) {
          await isLocked;
        }
        return take(bytes);
      };
      await lost.press("Gặp khách");
      await lost.sees(/Đang in/);
      await revoke(lost.name);
      await lost.reads("Điện thoại đã bị khóa");
      goOn();
      const printed = lost.printer.rows.length;
      const held = await lost.page.evaluate(async () => {
        const open = indexedDB.open("thungan");
        const db = await new Promise<IDBDatabase>((resolve) => {
          open.onsuccess = () => resolve(open.result);
        });
        const counts: Record<string, number> = {};
        for (const store of db.objectStoreNames) {
          const all = db.transaction(store).objectStore(store).getAll();
          const rows = await new Promise<unknown[]>((resolve) => {
            all.onsuccess = () => resolve(all.result);
          });
          counts[store] = rows.length;
        }
        db.close();
        return counts;
      });
      assert.deepEqual(held, { commands: 0, customers: 0, facts: 1, jobs: 0, stops: 0, transfers: 0, visits: 0 });
      await lost.page.reload();
      await lost.reads("Điện thoại đã bị khóa");
      assert.ok(!(await lost.page.content()).includes(one.name));
      assert.ok(lost.printer.rows.length >= printed);
      await lost.press("Đăng ký lại");
      await lost.reads("Đăng ký máy");
    } finally {
      await lost.close();
    }
  });

  test("nothing was complained of", () => it.hasNothingToComplain());
});
