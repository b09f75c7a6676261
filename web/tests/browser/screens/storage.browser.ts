/** A phone that is full: whoever presses is shown what to do, and nothing is lost without a word. */

import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { until } from "../../until.ts";
import { closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

after(closePhones);

describe("a phone that is full", () => {
  let it: Screens;
  let code: string;

  beforeEach(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    code = it.gateway.owes("Nguyễn Văn Một", 300_000);
    // As a full disk answers: the write fails when it is made.
    await it.phone.context.addInitScript(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...row: Parameters<typeof put>) {
        if ((globalThis as { isFull?: string[] }).isFull?.includes(this.name)) {
          throw new DOMException("the disk is full", "QuotaExceededError");
        }
        return put.apply(this, row);
      };
    });
    await it.enrol();
  });

  const fill = (...stores: string[]): Promise<void> =>
    it.page.evaluate((names) => {
      (globalThis as { isFull?: string[] }).isFull = names;
    }, stores);

  const everything = ["commands", "visits", "transfers", "facts", "customers", "stops", "jobs"];
  const fails = async (what: RegExp): Promise<void> => {
    const dialog = it.page.getByRole("alertdialog");
    await dialog.getByText(what).waitFor();
    await dialog.getByText(/xóa bớt/i).waitFor();
    await dialog.getByRole("button", { name: "Đã hiểu" }).click();
    await it.sees(/Bộ nhớ điện thoại đầy: có điều chưa lưu được/);
  };

  test("meeting, being away, a promise, cash, a code, a correction: each shows what to do, and works when there is room", async () => {
    await it.page.locator(`a[href$="${code}"]`).click();
    await it.sees(/Thuế GTGT/);
    await fill(...everything);
    await it.press("Sửa số");
    await it.page.getByLabel("Số điện thoại mới").fill("0912 345 678");
    await it.press("Lưu số mới");
    await fails(/chưa lưu được/);
    await it.press("Khách vắng");
    await it.press("Vắng, in giấy báo");
    await fails(/chưa lưu được/);
    // The form of the correction is still open, and has such a button, too.
    await it.page.locator("footer.actions").getByRole("button", { name: "Thôi" }).click();
    await it.press("Gặp khách");
    await fails(/chưa lưu được/);
    assert.deepEqual(it.gateway.changes.slice(1), [], "what is not kept is not sent");
    await fill();
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await it.page.getByText(/Bộ nhớ điện thoại đầy/).waitFor({ state: "hidden" });
    await fill(...everything);
    await it.press(/^Chuyển khoản/);
    await fails(/chưa lưu được/);
    await it.page.goBack();
    await it.press(/^Chưa trả được/);
    await it.press(/^Ghi hẹn/);
    await fails(/chưa lưu được/);
    await it.page.goBack();
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await it.page
      .getByRole("alertdialog")
      .getByText(/trả lại cho khách/)
      .waitFor();
    await fails(/chưa lưu được/);
    await fill();
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu 300\.000/);
    assert.equal(it.gateway.customers.get(code)?.payments.length, 1);
  });

  test("a visit that cannot be taken back for want of room: shows what to do, and is taken back when there is room", async () => {
    await it.page.locator(`a[href$="${code}"]`).click();
    await it.press("Khách vắng");
    await it.press("Vắng, in giấy báo");
    await it.press("Rút lại lượt ghé này");
    await fill(...everything);
    await it.press("Rút lại lượt ghé này");
    await fails(/chưa lưu được/);
    await fill();
    await it.press("Rút lại lượt ghé này");
    await it.press("Rút lại lượt ghé này");
    await until("the withdrawal is sent", async () =>
      it.gateway.asked.some(({ what }) => what.endsWith("/withdrawal")),
    );
  });

  test("the answer to a payment that cannot be kept: the phone shows it and asks again under the same id", async () => {
    await it.page.locator(`a[href$="${code}"]`).click();
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    it.gateway.answerTo = (what) => (what === "POST /v1/payments" ? "nothing" : "reply");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/Đừng thu lại/);
    await fill("commands", "customers");
    it.gateway.answerTo = () => "reply";
    await it.press("Gửi lại");
    await it.sees(/Bộ nhớ điện thoại đầy: có điều chưa lưu được/);
    await it.sees(/Đang ghi nhận/);
    await fill();
    await it.page
      .getByRole("button", { name: "Gửi lại" })
      .click({ timeout: 1_000 })
      .catch(() => undefined); // It may have gone by itself.
    await it.sees(/^Đã thu 300\.000/);
    assert.equal(it.gateway.customers.get(code)?.payments.length, 1);
  });

  test("what came of a visit is shown also where the phone has no room for it", async () => {
    await it.page.locator(`a[href$="${code}"]`).click();
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await fill("customers", "stops", "visits", "facts");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu 300\.000/);
    await it.press("Về danh sách");
    await it.sees("Đã ghé 1 · Đã thu 1");
    await it.sees(/Bộ nhớ điện thoại đầy/);
  });

  test("the app opens on a full phone, with what it holds", async () => {
    await it.page.locator("ol.stops a").first().waitFor();
    await it.phone.context.addInitScript(() => {
      (globalThis as { isFull?: string[] }).isFull = ["facts", "stops", "customers"];
    });
    await it.page.evaluate(async () => {
      const open = indexedDB.open("thungan");
      const db = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      const tx = db.transaction("facts", "readwrite");
      tx.objectStore("facts").put({ name: "day", value: "2020-01-01" });
      await new Promise((resolve) => {
        tx.oncomplete = resolve;
      });
      db.close();
    });
    await it.page.reload();
    await until("the list", async () => (await it.page.locator("ol.stops a").count()) === 1);
    await it.sees(/Bộ nhớ điện thoại đầy/);
  });
});
