/** The day of a collector, by pressing what stands on the screen; the printer's paper is read. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { parseCode } from "../../../src/app/vietqr.ts";
import { until } from "../../until.ts";
import { Collector } from "./collector.ts";
import { accountOf, debtOf, paymentsOf, post, printJobsOf, recordTransfer } from "./office.ts";

describe("a collector's day", () => {
  let it: Collector;
  let people: CustomerSummary[];
  let met = 0;
  const customer = (): CustomerSummary => {
    met += 1;
    return people[met - 1] as CustomerSummary;
  };

  before(async () => {
    it = await Collector.start();
    await it.enrol();
    await it.connectPrinter();
    await it.openShift();
    people = (await it.owing()).filter((one) => one.phone !== null);
  });
  after(() => it.close());

  /** Rows that the printer has printed since. */
  const printedSince = async (rows: number): Promise<void> => {
    await until("paper", async () => it.printer.rows.length > rows);
  };

  test("the token opens nothing for scripts, and the private key cannot be read out", async () => {
    const found = await it.page.evaluate(async () => {
      const open = indexedDB.open("thungan");
      const db = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      const read = db.transaction("facts").objectStore("facts").get("device_key");
      const { value } = await new Promise<{ value: CryptoKeyPair }>((resolve) => {
        read.onsuccess = () => resolve(read.result);
      });
      const isOut = await crypto.subtle.exportKey("jwk", value.privateKey).then(
        () => true,
        () => false,
      );
      db.close();
      return { isOut, local: localStorage.length + sessionStorage.length };
    });
    assert.equal(found.isOut, false);
    assert.ok(found.local <= 1, "only the language may lie in local storage");
  });

  test("a customer is found without accents, with words turned and a letter missing", async () => {
    const wanted = people.find((one) => one.name.split(" ").length === 3) as CustomerSummary;
    const plain = wanted.name.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
    const [family = "", ...rest] = plain.split(" ");
    await it.press("Tìm khách");
    await it.type(/Tìm theo/, `${rest.join(" ")} ${family[0]}${family.slice(2)}`);
    await it.page.locator(`a[href$="${wanted.customer_code}"]`).waitFor();
    await it.press("Hôm nay");
  });

  test("what both check adds up on the screen", async () => {
    const one = customer();
    await it.goToByClick(one);
    const { bills, account } = await accountOf(one.customer_code);
    await it.sees(new RegExp(`${account.debt.toLocaleString("de-DE")}`));
    const bill = bills.findLast((each) => each.state === "open");
    assert.ok(bill);
    for (const line of bill.lines) {
      const row = it.page.locator("tbody tr").filter({ hasText: line.label }).first();
      const text = (await row.innerText()).replaceAll(".", "");
      assert.match(text, new RegExp(`${line.kwh}\\s+${line.unit_price}\\s+${line.amount}`));
    }
    await it.sees(`Thuế GTGT ${bill.vat_rate.replace(".", ",")}%`);
    await it.sees(one.customer_code);
  });

  test("a wrong phone number is corrected on the spot", async () => {
    const one = people[0] as CustomerSummary;
    await it.goToByClick(one);
    await it.press("Sửa số");
    await it.type("Số điện thoại mới", "12");
    await it.press("Lưu số mới");
    assert.equal(await it.page.getByLabel("Số điện thoại mới").isVisible(), true, "too short to be one");
    await it.type("Số điện thoại mới", "0959 999 123");
    await it.press("Lưu số mới");
    await it.sees("0959 999 123");
    await it.page.getByText("đang chờ gửi").waitFor({ state: "hidden" });
    await it.sees("0959 999 123");
  });

  test("cash: notice, change worked out, receipt", async () => {
    const one = customer();
    const due = await debtOf(one.customer_code);
    await it.goToByClick(one);
    let rows = it.printer.rows.length;
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await printedSince(rows);
    rows = it.printer.rows.length;
    await it.press(/^Tiền mặt/);
    const take = it.page.getByRole("button", { name: /^Thu .*biên nhận$/ });
    assert.equal(await take.isDisabled(), true, "nothing was handed over yet");
    await it.type("Khách đưa", String(due - 1));
    await it.sees(/Còn thiếu 1\s*đ/);
    assert.equal(await take.isDisabled(), true);
    await it.type("Khách đưa", String(due + 12_000));
    await it.sees(/12\.000\s*đ/);
    await take.click();
    await it.sees(/^Đã thu/);
    await it.sees("Đã in");
    await printedSince(rows);
    assert.equal(await debtOf(one.customer_code), 0);
    const [payment, ...others] = await paymentsOf(one.customer_code);
    assert.deepEqual([payment?.amount, payment?.method, others.length], [due, "cash", 0]);
    assert.ok(it.printer.unknown.length === 0, it.printer.unknown.join());
  });

  test("one bill of several: what was taken and its receipt stay on the screen, with what is still owed", async () => {
    const owing = await Promise.all(
      people.slice(met).map(async (one) => ({ one, account: await accountOf(one.customer_code) })),
    );
    const found = owing.find(({ account }) => account.account.open_bills > 1);
    assert.ok(found, "nobody on the route owes several bills");
    people.splice(people.indexOf(found.one), 1);
    const { customer_code: code } = found.one;
    const [oldest] = found.account.bills.filter((bill) => bill.state === "open");
    assert.ok(oldest);
    const part = oldest.open_principal + oldest.open_vat;
    await it.goToByClick(found.one);
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.page.getByRole("radio").last().check();
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
    assert.equal(await debtOf(code), found.account.account.debt - part);
    await it.sees("Khách còn phải trả");
    await it.sees(new RegExp(`^Đã thu ${part.toLocaleString("de-DE")}`));
    await it.page.locator(".print-job").filter({ hasText: "Biên nhận" }).getByText("Đã in").waitFor();
    const paid = await paymentsOf(code);
    assert.deepEqual(
      paid.map(({ amount }) => amount),
      [part],
    );
  });

  test("the button pressed ten times takes the money once", async () => {
    const one = customer();
    await it.goToByClick(one);
    await it.page.getByRole("button", { name: "Gặp khách" }).evaluate((button: HTMLElement) => {
      for (let time = 0; time < 10; time += 1) {
        button.click();
      }
    });
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await it.page.getByRole("button", { name: /^Thu .*biên nhận$/ }).evaluate((button: HTMLElement) => {
      for (let time = 0; time < 10; time += 1) {
        button.click();
      }
    });
    await it.sees(/^Đã thu/);
    assert.equal((await paymentsOf(one.customer_code)).length, 1);
    const notices = (await printJobsOf(it.name)).filter(
      (job) => job.customer_code === one.customer_code && job.kind === "notice",
    );
    assert.equal(notices.length, 1);
  });

  test("transfer: a code that banks read, waiting until the credit is recorded, then the receipt", async () => {
    const one = customer();
    const due = await debtOf(one.customer_code);
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.press(/^Chuyển khoản/);
    await it.sees("Đang chờ ngân hàng báo có");
    const code = (await it.page.locator("svg.qr-picture").getAttribute("data-code")) ?? "";
    const fields = parseCode(code);
    assert.deepEqual([fields["54"], fields["38.01.00"], fields["38.01.01"]], [String(due), "970436", "1023456789"]);
    assert.match(fields["62.08"] ?? "", new RegExp(`${one.customer_code} [0-9A-Z]{8}$`));
    await it.page.reload();
    await it.page.locator("svg.qr-picture").waitFor();
    assert.equal(
      await it.page.locator("svg.qr-picture").getAttribute("data-code"),
      code,
      "the same transfer has the same reference",
    );
    await it.sees("Đang chờ ngân hàng báo có");
    assert.equal(await debtOf(one.customer_code), due);
    // Money with somebody else's reference is not this transfer, though all of it goes to the same debt.
    const [part, rest] = [1_000, due - 1_000];
    await recordTransfer(one.customer_code, part, it.name, `TD ${one.customer_code} 00000000`);
    await it.page.locator("strong.big").getByText(rest.toLocaleString("de-DE")).waitFor();
    await it.sees("Đang chờ ngân hàng báo có");
    const rows = it.printer.rows.length;
    const shown = it.page.locator("svg.qr-picture");
    const now = await until("a code for the rest", async () => {
      const read = parseCode((await shown.getAttribute("data-code")) ?? "");
      return read["54"] === String(rest) && read["62.08"];
    });
    assert.notEqual(now, fields["62.08"], "another amount has a reference of its own");
    await recordTransfer(one.customer_code, rest, it.name, `MBVCB.327.${now.replaceAll(" ", "")}.CT tu 0071`);
    await it.sees("Ngân hàng đã báo có");
    await it.press("Xem kết quả");
    await it.sees("Đã in");
    await printedSince(rows);
  });

  test("cannot pay: an appointment the first time, collection points the second", async () => {
    const one = customer();
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.press(/^Chưa trả được/);
    await it.press(/Chiều 15:00/);
    await it.press(/^Ghi hẹn/);
    await it.sees("Đã ghi hẹn");
    await it.sees(/15:00/);
    await it.sees("Đã in");
    await it.goToByClick(one);
    await it.sees(/Hẹn .* 15:00/);
    await it.press("Gặp khách");
    await it.press(/^Chưa trả được/);
    await it.press("Ghi nhận, in điểm thu");
    await it.sees("Mời khách trả tại điểm thu");
    await it.sees("Đã in");
    await it.goToByClick(one);
    await it.sees("Khách cần trả tại điểm thu");
  });

  test("away: the notice is left", async () => {
    const one = customer();
    await it.goToByClick(one);
    await it.press("Khách vắng");
    const rows = it.printer.rows.length;
    await it.press("Vắng, in giấy báo");
    await it.sees("Đã ghi khách vắng");
    await it.sees("Đã in");
    await printedSince(rows);
  });

  for (const place of ["", "visit", "cash", "transfer", "promise"]) {
    test(`paid at the post office while ${place || "the customer"} is on the screen: it turns paid and takes no money`, async () => {
      const one = customer();
      await it.goToByClick(one);
      await it.sees(/Thuế GTGT/);
      if (place !== "") {
        await it.press("Gặp khách");
        await it.sees(/Khách trả bằng cách nào/);
      }
      if (place !== "" && place !== "visit") {
        await it.press({ cash: /^Tiền mặt/, transfer: /^Chuyển khoản/, promise: /^Chưa trả được/ }[place] as RegExp);
      }
      if (place === "cash") {
        await it.press("Vừa đủ");
      }
      await post(one.customer_code, await debtOf(one.customer_code));
      await it.sees(/Không thu nữa|Khách đã trả bằng cách khác/);
      assert.equal(await it.page.getByRole("button", { name: /^Thu .*biên nhận$|^Gặp khách|^Ghi hẹn/ }).count(), 0);
      assert.equal(await it.page.locator("svg.qr-picture").count(), 0);
      assert.equal((await paymentsOf(one.customer_code)).length, 1);
    });
  }

  test("the printer loses its link in the middle of a document: a person is asked, and nothing is printed twice by itself", async () => {
    const one = customer();
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    // Nothing else may be printing when the fault is set.
    const underWay = new Set(["queued", "offered", "accepted", "printing", "held"]);
    await until(
      "all documents to be out",
      async () => {
        const jobs = await printJobsOf(it.name);
        return (
          jobs.some((job) => job.customer_code === one.customer_code) && !jobs.some((job) => underWay.has(job.state))
        );
      },
      40_000,
    );
    it.link.faults.reset();
    it.link.faults.at(40, "lost after");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/Hãy nhìn máy in/);
    await it.press("Chưa, in lại");
    await it.page.getByText("Đã in", { exact: true }).first().waitFor();
    const receipts = (await printJobsOf(it.name)).filter(
      (job) => job.customer_code === one.customer_code && job.kind === "receipt",
    );
    assert.deepEqual(
      receipts.map((job) => [job.attempt, job.state]),
      [[2, "printed"]],
    );
    assert.equal((await paymentsOf(one.customer_code)).length, 1);
  });

  test("out of paper: it waits, shows why, and goes on when paper is there", async () => {
    const one = customer();
    it.printer.paperLeft = 0;
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("hết giấy");
    // The state of the printer is shown before the notice waits for it.
    await it.page.getByRole("button", { name: "In tiếp" }).waitFor();
    const rows = it.printer.rows.length;
    it.printer.loadPaper();
    await it.press("In tiếp");
    await it.sees("Đã in");
    await printedSince(rows);
  });

  test("a copy has a reason and is counted", async () => {
    await it.goHome();
    await it.press("Phiếu in");
    await it.press("In bản sao");
    await it.type("Lý do in bản sao", "Khách làm ướt biên nhận");
    await it.press("In bản sao");
    await it.sees("bản sao lần 1");
  });

  test("evening: the count is checked against the books, a difference explained, the slip printed", async () => {
    await it.press("Ca thu");
    await it.press("Kết ca");
    const books = await it.page.locator("dl.sums div").nth(1).locator("dd").innerText();
    let left = Number(books.replace(/\D/g, ""));
    for (const note of [500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000]) {
      await it.type(`Số tờ ${note.toLocaleString("de-DE")}`, String(Math.floor(left / note)));
      left %= note;
    }
    const close = it.page.getByRole("button", { name: /Kết ca, in phiếu/ });
    if (left > 0) {
      assert.equal(await close.isDisabled(), true, "a difference needs a reason");
      await it.type("Lý do chênh lệch", "Không có tiền lẻ dưới 1.000 đ");
    }
    const rows = it.printer.rows.length;
    await close.click();
    if (left > 0) {
      await it.sees("Hãy đếm lại một lần nữa.");
      await it.press(/^Vẫn kết ca: Thiếu/);
    }
    await it.sees("Đã kết ca");
    await it.sees("Đã in");
    await printedSince(rows);
  });

  test("nothing was complained of all day", () => it.hasNothingToComplain());
});
