/** Money at the door: what has no answer yet locks its customer, and what is owed stays in sight. */

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { until } from "../../until.ts";
import { APP_URL, closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

after(closePhones);

const OTHER_WAYS = /Gặp khách|Khách vắng|Chuyển khoản|Chưa trả được|Tiếp tục thu tiền|^Thu .*biên nhận$|Ghi hẹn/;

describe("cash without an answer", () => {
  let it: Screens;
  let code: string;

  beforeEach(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    code = it.gateway.owes("Nguyễn Văn Một", 200_000, 300_000);
    it.gateway.owes("Trần Thị Hai", 200_000);
    await it.enrol();
    it.gateway.answerTo = (what) => (what === "POST /v1/payments" ? "nothing" : "reply");
    await it.page.locator(`a[href$="${code}"]`).click();
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.page.getByRole("radio").last().check();
    await it.page.getByLabel("Khách đưa").fill("500000");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/Đừng thu lại/);
  });
  afterEach(() => it.close());

  const sendAgain = async (page: Page = it.page): Promise<void> => {
    await page
      .getByRole("button", { name: "Gửi lại" })
      .click({ timeout: 1_000 })
      .catch(() => undefined); // It may have gone by itself.
  };

  const isLocked = async (): Promise<void> => {
    await it.sees(/Đừng thu lại/);
    const others = it.page
      .getByRole("button", { name: OTHER_WAYS })
      .or(it.page.getByRole("link", { name: OTHER_WAYS }));
    assert.equal(await others.count(), 0);
    assert.equal(await it.page.locator("svg.qr-picture").count(), 0);
    assert.equal(await it.page.getByText(/phải trả/i).count(), 0, "nothing says that the customer owes it");
    assert.equal(
      (await it.page.getByText("300.000", { exact: false }).count()) > 0,
      true,
      "the change is still in sight",
    );
  };

  test("no screen of this customer does anything else, and the list shows why", async () => {
    for (const part of ["", "/visit", "/cash", "/transfer", "/promise", "/done"]) {
      await it.open(`customers/${code}${part}`);
      await isLocked();
    }
    await it.open();
    const row = it.page.locator(`a[href$="${code}"]`);
    await row.getByText(/Đã thu 200\.000\s*đ, chưa có trả lời/).waitFor();
    assert.equal(await row.getByText("500.000").count(), 0, "what is owed is not known");
    await it.open("search");
    await it.page.getByLabel(/Tìm theo/).fill("Nguyen Van Mot");
    await it.page.locator(`a[href$="${code}"]`).click();
    await isLocked();
  });

  test("back leads to the list, and in again to the same payment", async () => {
    for (let step = 0; step < 3; step += 1) {
      await it.page.getByRole("button", { name: "Quay lại" }).click();
    }
    await it.page.waitForURL("**/app/");
    await it.page.locator(`a[href$="${code}"]`).click();
    await isLocked();
  });

  test("killed and opened again, on the next day and in another tab, it is sent under the same id and taken once", async () => {
    await it.page.evaluate(async () => {
      const open = indexedDB.open("thungan");
      const db = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      const tx = db.transaction("facts", "readwrite");
      tx.objectStore("facts").put({ name: "day", value: "2020-01-01" });
      tx.objectStore("facts").put({ name: "route", value: { day: "2020-01-01", read_at: "2020-01-01T00:00:00Z" } });
      await new Promise((resolve) => {
        tx.oncomplete = resolve;
      });
      const visits = db.transaction("visits", "readwrite");
      visits.objectStore("visits").clear();
      await new Promise((resolve) => {
        visits.oncomplete = resolve;
      });
      db.close();
    });
    const other = await it.phone.context.newPage();
    await other.goto(`${APP_URL}customers/${code}`);
    await it.reads("Ứng dụng đang mở ở thẻ khác");
    await other.getByText(/Đừng thu lại/).waitFor();
    assert.equal(await other.getByRole("button", { name: OTHER_WAYS }).count(), 0);
    it.gateway.answerTo = () => "reply";
    await sendAgain(other);
    await other.getByText(/^Đã thu 200\.000/).waitFor();
    const sent = it.gateway.customers.get(code)?.payments ?? [];
    assert.deepEqual(
      sent.map(({ amount }) => amount),
      [200_000],
    );
  });

  test("answered in a tab that is not in use any more, it is settled in the one that is, and not sent again", async () => {
    let answer = (): void => undefined;
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await it.page.route("**/v1/payments", async (route) => {
      await isAnswered;
      await route.fallback();
    });
    it.gateway.answerTo = () => "reply";
    const asked = it.page.waitForRequest("**/v1/payments");
    await sendAgain();
    await asked;
    const sent = (): number => it.gateway.asked.filter(({ what }) => what === "POST /v1/payments").length;
    const sentBefore = sent();
    const other = await it.phone.context.newPage();
    await other.goto(`${APP_URL}customers/${code}`);
    await other.getByText(/Đừng thu lại/).waitFor();
    answer();
    await other.getByText(/^Đã thu 200\.000/).waitFor();
    assert.equal(sent(), sentBefore + 1);
  });

  test("one looks whether it is recorded: then it is settled, else it says what to do", async () => {
    await it.press("Xem đã ghi chưa");
    it.gateway.answerTo = () => "reply";
    await sendAgain();
    await it.sees(/^Đã thu 200\.000/);
  });

  test("answered, what is left is in sight as it is, also while the account cannot be read", async () => {
    it.gateway.answerTo = (what) => (what.endsWith("/account") ? "nothing" : "reply");
    await sendAgain();
    await it.sees(/^Đã thu 200\.000/);
    await it.page.locator("section.good").getByText("300.000").waitFor();
    await it.page.goBack();
    await it.page.waitForURL("**/visit");
    await it.page.locator("strong.big").getByText("300.000").waitFor();
  });

  test("looked for and not there, it says so and is sent again under the same id", async () => {
    it.gateway.answerTo = (what) =>
      what === "POST /v1/payments" ? { status: 503, slug: "unavailable", detail: "" } : "reply";
    it.gateway.customers.get(code)?.payments.splice(0);
    await it.press("Xem đã ghi chưa");
    await it.sees(/hệ thống chưa có khoản thu này/);
    it.gateway.answerTo = () => "reply";
    await sendAgain();
    await it.sees(/^Đã thu 200\.000/);
    await it.sees(/Tiền thối lại/);
  });

  test("refused, the money is given back before anything else is done", async () => {
    it.gateway.answerTo = (what) =>
      what === "POST /v1/payments" ? { status: 409, slug: "already-paid", detail: "Bưu điện đã thu." } : "reply";
    await sendAgain();
    await it.sees("Bưu điện đã thu.");
    await it.sees("Hãy trả lại tiền cho khách.");
    await it.open(`customers/${code}/transfer`);
    await it.sees("Hãy trả lại tiền cho khách.");
    assert.equal(await it.page.locator("svg.qr-picture").count(), 0);
    await it.press("Đã trả lại tiền");
    await it.page.locator("svg.qr-picture").waitFor();
  });
});

describe("what is owed", () => {
  let it: Screens;
  let first: string;
  let second: string;

  before(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    first = it.gateway.owes("Nguyễn Văn Một", 200_000, 300_000);
    second = it.gateway.owes("Trần Thị Hai", 210_000);
    await it.enrol();
  });

  const isDue = async (...codes: string[]): Promise<void> => {
    await it.open();
    await until("the list", async () => {
      const links = await it.page
        .locator("ol.stops a")
        .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
      return links.map((link) => link?.split("/").at(-1)).join() === codes.join();
    });
  };

  const takes = async (code: string, which: "first" | "last"): Promise<void> => {
    await it.open(`customers/${code}`);
    await it.press(/^(Gặp khách|Tiếp tục thu tiền)/);
    await it.press(/^Tiền mặt/);
    const bills = it.page.getByRole("radio");
    await it.page.getByLabel("Khách đưa").waitFor();
    if ((await bills.count()) > 0) {
      await bills[which]().check();
    }
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
  };

  test("stays in sight when somebody was only met, behind those where nobody was yet", async () => {
    await it.open(`customers/${first}`);
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await isDue(second, first);
    await it.sees("Đã ghé 1 · Đã thu 0");
    await it.sees(/Còn 2 \/ 2 khách nợ 710\.000/);
  });

  test("stays in sight when one of two bills is paid, with the rest", async () => {
    await takes(first, "last");
    await isDue(second, first);
    await it.page.locator(`a[href$="${first}"]`).getByText("300.000").waitFor();
    await it.sees("Đã ghé 1 · Đã thu 0");
  });

  test("is done when all is paid", async () => {
    await takes(second, "first");
    await it.page.goBack();
    await it.sees("Không in nữa: khách đã trả tiền");
    await isDue(first);
    await it.sees("Đã ghé 2 · Đã thu 1");
  });

  test("is nothing when a transfer comes after the cash: the list has it, and the customer's page says to tell of it", async () => {
    const fourth = it.gateway.owes("Phạm Văn Bốn", 150_000);
    await it.open();
    await takes(fourth, "first");
    await it.open(`customers/${fourth}`);
    await it.sees("Khách hàng không còn nợ.");
    it.gateway.transfersTwice(fourth, 150_000);
    await it.sees(/^Ngân hàng đã báo có 150\.000/);
    await it.sees(/^150\.000\s*đ đến khi khách không còn nợ.*Hãy báo khách/);
    await it.open();
    await it.page.getByRole("button", { name: /^Đã trả/ }).click();
    await it.page
      .locator(`a[href$="${fourth}"]`)
      .getByText(/^Dư 150\.000/)
      .waitFor();
  });

  test("is owed again when the payment is reversed, also on the screen that showed it as paid", async () => {
    await it.open(`customers/${second}/done`);
    await it.sees(/^Đã thu 210\.000/);
    it.gateway.reverseLastPayment(second);
    await it.sees(/^Khoản thu 210\.000\s*đ đã bị hủy/);
    await it.page.getByRole("link", { name: "Về khách hàng" }).waitFor();
  });

  test("is paid in whole bills where the unit allows no parts", async () => {
    await it.open(`customers/${first}`);
    await it.press(/^(Gặp khách|Tiếp tục thu tiền)/);
    await it.press(/^Tiền mặt/);
    await it.page.getByLabel("Khách đưa").waitFor();
    assert.equal(await it.page.getByText("Một phần").count(), 0);
  });

  test("is paid in part where the unit allows it, with what is left in sight before and after", async () => {
    it.gateway.leastPart = 50_000;
    const third = it.gateway.owes("Lê Văn Ba", 100_000, 200_000);
    await it.open();
    await it.open(`customers/${third}`);
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.page.getByRole("radio", { name: "Một phần" }).check();
    const take = it.page.getByRole("button", { name: /^Thu .*biên nhận$/ });
    await it.page.getByLabel(/trả trước bao nhiêu/).fill("40000");
    await it.sees(/Ít nhất 50\.000/);
    await it.page.getByLabel(/trả trước bao nhiêu/).fill("300000");
    await it.sees(/hãy chọn thu tất cả/);
    assert.equal(await take.isDisabled(), true);
    await it.page.getByLabel(/trả trước bao nhiêu/).fill("150000");
    await it.sees(/Còn nợ 150\.000/);
    await it.press("Vừa đủ");
    await take.click();
    await it.sees(/^Đã thu 150\.000/);
    await it.sees(/Còn phải trả|phải trả/);
    const { amount } = it.gateway.customers.get(third)?.payments[0] ?? {};
    assert.equal(amount, 150_000);
    const asked = it.gateway.asked.findLast(({ what }) => what === "POST /v1/payments");
    assert.deepEqual(
      asked?.body["bill_ids"],
      it.gateway.customers.get(third)?.bills.map((bill) => bill.bill_id),
    );
    await isDue(first, second, third);
    await it.page.locator(`a[href$="${third}"]`).getByText("150.000").waitFor();
  });

  test("nothing was complained of", () => assert.deepEqual(it.phone.complaints, []));
});
