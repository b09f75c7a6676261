/**
 * The whole procedure over Web Bluetooth, by pressing what stands on the screen. Each document that comes out is compared with
 * its document, and laid into a folder for whoever started this to compare with the server's own drawing.
 */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { CustomerSummary, Job } from "../../../src/api/types.ts";
import type { Document } from "../../../src/printing/document.ts";
import { DEFAULT_PROFILE } from "../../../src/printing/profile.ts";
import { until } from "../../until.ts";
import { picture } from "../documents.ts";
import { required } from "../launch.ts";
import { Collector } from "./collector.ts";
import { debtOf, ordinaryCollectors, paymentsOf, printJobsOf, recordTransfer } from "./office.ts";

const FOLDER = required("PAPERS_FOLDER");

describe("a day with a Bluetooth printer", () => {
  let it: Collector;
  let people: CustomerSummary[];
  /** Documents as they came to the phone. */
  const jobs = new Map<string, Job>();
  const taken = new Set<string>();
  let from = 0;

  before(async () => {
    const code = (await ordinaryCollectors()).at(-1);
    assert.ok(code, "no collector has an ordinary route");
    it = await Collector.start(code, "bluetooth");
    it.page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        const frame = JSON.parse(String(payload)) as { type: string };
        if (frame.type === "job") {
          jobs.set((frame as Job).job_id, frame as Job);
        }
      }),
    );
    await it.enrol();
    await it.openShift();
    await it.connectPrinter(); // The last thing: what is loaded anew loses a Bluetooth printer.
    people = await it.owing();
    from = it.printer.rows.length; // The pages of the set-up.
  });
  after(() => it.close());

  /** The document of this kind that has come out since; nothing else has. */
  async function printed(kind: Job["kind"]): Promise<Document> {
    const [job] = await until(
      `a ${kind}`,
      async () => {
        const found = (await printJobsOf(it.name)).filter((one) => !taken.has(one.job_id));
        return found.length > 0 && found.every((one) => one.state === "printed") && found;
      },
      30_000,
    );
    assert.ok(job);
    assert.equal(job.kind, kind);
    taken.add(job.job_id);
    const document = jobs.get(job.job_id)?.document as Document | undefined;
    assert.ok(document, "the phone never received this document");
    const rows = Buffer.concat(it.printer.rows.slice(from));
    from = it.printer.rows.length;
    assert.ok(rows.equals(picture(document, DEFAULT_PROFILE)), `${kind}: not the dots of its document`);
    assert.deepEqual(it.printer.unknown, []);
    const name = join(FOLDER, `${String(taken.size).padStart(2, "0")}-${kind}`);
    await writeFile(`${name}.json`, JSON.stringify(document));
    await writeFile(`${name}.bits`, rows);
    return document;
  }

  test("cash: notice and receipt", async () => {
    const one = people[0] as CustomerSummary;
    const due = await debtOf(one.customer_code);
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await printed("notice");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
    await it.sees("Đã in");
    await printed("receipt");
    assert.deepEqual(
      (await paymentsOf(one.customer_code)).map(({ amount }) => amount),
      [due],
    );
  });

  test("transfer: notice, waiting, receipt", async () => {
    const one = people[1] as CustomerSummary;
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await printed("notice");
    await it.press(/^Chuyển khoản/);
    await it.sees("Đang chờ ngân hàng báo có");
    const reference = await it.page.locator("section.qr p strong").last().innerText();
    await recordTransfer(one.customer_code, await debtOf(one.customer_code), it.name, reference);
    await it.sees("Ngân hàng đã báo có");
    await it.press("Xem kết quả");
    await it.sees("Đã in");
    await printed("receipt");
  });

  test("cannot pay: appointment, then collection points", async () => {
    const one = people[2] as CustomerSummary;
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await printed("notice");
    await it.press(/^Chưa trả được/);
    await it.press(/^Ghi hẹn/);
    await it.sees("Đã ghi hẹn");
    assert.match(JSON.stringify(await printed("notice")), /hẹn/i, "the day that was agreed on");
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await printed("notice");
    await it.press(/^Chưa trả được/);
    await it.press("Ghi nhận, in điểm thu");
    await it.sees("Mời khách trả tại điểm thu");
    assert.match(JSON.stringify(await printed("notice")), /điểm thu/i, "where it can be paid");
  });

  test("away: the notice at the door", async () => {
    await it.goToByClick(people[3] as CustomerSummary);
    await it.press("Khách vắng");
    await it.press("Vắng, in giấy báo");
    await it.sees("Đã in");
    await printed("notice");
  });

  test("the link goes in mid-receipt: asked, printed again on a person's word, paid once", async () => {
    const one = people[4] as CustomerSummary;
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.sees("Đã in");
    await printed("notice");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    it.link.faults.reset();
    it.link.faults.at(30, "lost after");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/Hãy nhìn máy in/);
    const receipt = [...jobs.values()].findLast((job) => job.kind === "receipt") as Job;
    const whole = picture(receipt.document as unknown as Document, DEFAULT_PROFILE);
    const part = Buffer.concat(it.printer.rows.slice(from));
    assert.ok(
      part.length < whole.length && whole.subarray(0, part.length).equals(part),
      "a piece of the receipt, and no more",
    );
    it.link.faults.reset();
    await it.press("Chưa, in lại");
    await it.page.getByText("Đã in", { exact: true }).first().waitFor();
    await until("the receipt", async () => {
      const [found] = (await printJobsOf(it.name)).filter((each) => each.job_id === receipt.job_id);
      return found?.state === "printed" && found.attempt === 2;
    });
    taken.add(receipt.job_id);
    const all = Buffer.concat(it.printer.rows.slice(from));
    from = it.printer.rows.length;
    assert.ok(all.subarray(-whole.length).equals(whole), "the second time whole");
    // Where the break left the first byte of a command, the zeros that clear the printer complete it to one that it does not know.
    it.printer.unknown.splice(0);
    assert.equal((await paymentsOf(one.customer_code)).length, 1);
  });

  test("a counted copy, and the slip of the shift", async () => {
    await it.goHome();
    await it.press("Phiếu in");
    await it.press("In bản sao");
    await it.type("Lý do in bản sao", "Khách làm ướt biên nhận");
    await it.press("In bản sao");
    await it.sees("bản sao lần 1");
    await printed("copy");
    await it.press("Ca thu");
    await it.press("Kết ca");
    await it.type("Lý do chênh lệch", "Chưa đếm");
    await it.press(/Kết ca, in phiếu/);
    await it.press(/^Vẫn kết ca/);
    await it.sees("Đã kết ca");
    await it.sees("Đã in");
    await printed("shift_slip");
  });

  test("after a reload the printer has to be chosen again; with Bluetooth switched off the app shows what to do", async () => {
    await it.page.reload(); // The emulated Bluetooth goes with the page.
    await it.press(/Phiếu in/);
    await it.press("Máy in");
    await it.page.getByRole("button", { name: "Bluetooth", exact: true }).click();
    await it.sees(/Hãy bật Bluetooth/);
    await it.reload();
    await it.page.getByRole("button", { name: "Bluetooth", exact: true }).click();
    await it.sees("Khổ giấy 58 mm");
    assert.equal(await it.page.getByText("chưa được kiểm tra").count(), 0, "its profile is kept on the server");
  });

  test("nothing was complained of", () => it.hasNothingToComplain());
});
