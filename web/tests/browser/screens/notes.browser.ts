/** What a collector notes at the door: of a visit, and of a reading that the customer calls wrong. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { until } from "../../until.ts";
import { closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

after(closePhones);

/** A photo as large as a camera makes it, with much in it. */
async function photo(page: Page): Promise<Buffer> {
  const jpeg = await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = 3_000;
    canvas.height = 2_000;
    const context = canvas.getContext("2d");
    for (let dot = 0; context && dot < 40_000; dot += 1) {
      context.fillStyle = `hsl(${(dot * 137) % 360} 90% ${(dot * 31) % 100}%)`;
      context.fillRect((dot * 7_919) % 3_000, (dot * 104_729) % 2_000, 17, 17);
    }
    return canvas.toDataURL("image/jpeg", 0.95).split(",")[1] ?? "";
  });
  return Buffer.from(jpeg, "base64");
}

describe("what is noted at the door", () => {
  let it: Screens;
  let code: string;
  let mistaken: string;

  before(async () => {
    it = await Screens.start();
    code = it.gateway.owes("Nguyễn Văn Một", 200_000, 300_000);
    mistaken = it.gateway.owes("Trần Thị Hai", 400_000);
    await it.enrol();
  });

  const sent = (part: string) => it.gateway.asked.filter(({ what }) => what.endsWith(part)).map(({ body }) => body);

  test("a note of an absent customer is kept at once, and sent with the visit", async () => {
    await it.open(`customers/${code}`);
    await it.press("Khách vắng");
    await it.press("Vắng, in giấy báo");
    await it.press("Thêm ghi chú");
    await it.page.getByLabel("Ghi chú cho lần ghé này").fill("  Gọi trước khi đến ");
    await it.press("Lưu ghi chú");
    await it.sees(/^Gọi trước khi đến/);
    await until("the note is sent", async () => sent("/notes").length === 1);
    assert.deepEqual(sent("/notes"), [{ note: "Gọi trước khi đến" }]);
    await it.open(`customers/${code}`);
    await it.sees("Gọi trước khi đến");
  });

  test("the language that the customer wants messages in is kept, sent, and shown from then on", async () => {
    const choice = it.page.getByLabel("Tin nhắn bằng tiếng");
    assert.equal(await choice.inputValue(), "unit");
    it.gateway.answerTo = (what) => (what.endsWith("/sms-language") ? "nothing" : "reply");
    await choice.selectOption({ label: "Việt, có dấu" });
    await it.sees("Ngôn ngữ tin nhắn đang chờ gửi");
    it.gateway.answerTo = () => "reply";
    await it.open(`customers/${code}`);
    await it.page.getByText("Ngôn ngữ tin nhắn đang chờ gửi").waitFor({ state: "detached" });
    assert.deepEqual(sent("/sms-language").at(-1), { language: "vi-accents" });
    assert.equal(await choice.inputValue(), "vi-accents");
    await choice.selectOption({ label: "Theo điện lực" });
    await until("the wish is gone", async () => sent("/sms-language").at(-1)?.["language"] === null);
  });

  test("a visit that still waits can be taken back: both are sent, one after the other", async () => {
    await it.open(`customers/${mistaken}`);
    it.gateway.answerTo = (what) => (what.startsWith("PUT /v1/visits") ? "nothing" : "reply");
    await it.press("Khách vắng");
    await it.press("Vắng, in giấy báo");
    await it.press("Rút lại lượt ghé này");
    await it.press("Rút lại lượt ghé này");
    await it.sees("Gặp khách");
    assert.equal(sent("/withdrawal").length, 0);
    it.gateway.answerTo = () => "reply";
    await it.open(`customers/${code}`);
    await until("the withdrawal is sent", async () => sent("/withdrawal").length === 1);
    assert.deepEqual(
      it.gateway.changes.slice(-2).map(({ what }) => what.split("/")[2]),
      ["visits", "visits"],
    );
  });

  test("a promise is in the list of appointments at once, and stays there when it is sent", async () => {
    const isListed = async (): Promise<void> => {
      await it.press("Tổng kết và lịch hẹn");
      await it.page.locator("ol.stops", { hasText: "Trần Thị Hai" }).waitFor();
      await it.page.locator(".row", { hasText: "Trong đó đã hẹn trả" }).getByText("400.000").waitFor();
    };
    await it.open(`customers/${mistaken}`);
    await it.press("Gặp khách");
    await it.press(/^Chưa trả được/);
    it.gateway.answerTo = (what) => (what.startsWith("PUT /v1/visits") ? "nothing" : "reply");
    await it.press(/^Ngày mai/);
    await it.press(/^Ghi hẹn/);
    await it.sees("Đã ghi hẹn");
    await it.press("Về danh sách");
    await isListed();
    it.gateway.answerTo = () => "reply";
    await it.page.evaluate(() => dispatchEvent(new Event("online")));
    await it.page
      .getByText(/việc chờ gửi/)
      .first()
      .waitFor({ state: "detached", timeout: 30_000 });
    await it.page.getByRole("button", { name: "Quay lại" }).click();
    await isListed();
    await it.open(`customers/${code}`);
  });

  test("a transfer whose code no phone showed is in the day's sum, and its receipt's first print is no copy", async () => {
    it.gateway.transfers(code, 150_000);
    await it.open(`customers/${code}`);
    await it.press("In biên nhận");
    await it.sees(/^Biên nhận này chưa in lần nào/);
    await it.press("In biên nhận");
    await it.sees("Đã gửi lệnh in biên nhận");
    await it.press("In bản sao");
    await it.sees(/^Bản sao mang cùng số/);
    await it.press("Thôi");
    await it.page.getByRole("button", { name: "Quay lại" }).click();
    await it.press("Tổng kết và lịch hẹn");
    await it.page.locator(".row", { hasText: "đã chuyển khoản hôm nay" }).getByText("150.000").waitFor();
  });

  test("a shift that another phone has opened is asked for before its opening is offered", async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    it.gateway.waitFor = (what) => (what === "GET /v1/shifts/current" ? asked : null);
    it.gateway.openShift();
    await it.page.getByRole("button", { name: "Quay lại" }).click();
    await it.press("Ca thu");
    await it.page.locator("p.empty").waitFor();
    assert.equal(await it.page.getByText("Mở ca thu").count(), 0);
    answer();
    await it.press("Kết ca");
    await it.sees("Đếm được");
    it.gateway.waitFor = () => null;
    await it.open(`customers/${code}`);
  });

  test("a complaint goes with a photo that is small enough for a weak signal", async () => {
    await it.press("Khiếu nại hóa đơn");
    await it.sees(/Chỉ số mới 10\/2026/);
    const send = it.page.getByRole("button", { name: "Gửi khiếu nại" });
    assert.equal(await send.isDisabled(), true);
    const taken = await photo(it.page);
    assert.ok(taken.length > 500_000);
    const input = it.page.getByLabel("Chụp công tơ");
    await input.setInputFiles({ name: "no.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
    await it.sees(/Ảnh này không dùng được/);
    await input.setInputFiles({ name: "meter.jpg", mimeType: "image/jpeg", buffer: taken });
    await it.page.getByAltText("Ảnh công tơ").waitFor();
    await it.page.getByLabel("Công tơ đang chỉ").fill("10.440");
    await it.page.getByLabel("Khách nói gì?").fill("Chỉ số mới ghi nhầm");
    it.gateway.answerTo = (what) => (what.endsWith("/reading-complaints") ? "nothing" : "reply");
    await send.click();
    await it.sees(/Khiếu nại: đã ghi trên máy, chờ gửi/);
    it.gateway.answerTo = () => "reply";
    await it.open(`customers/${code}`);
    await it.sees(/Khiếu nại: đã gửi lúc/);
    const { photo: kept, stated_at: at, ...body } = sent("/reading-complaints").at(-1) ?? {};
    assert.deepEqual(body, {
      note: "Chỉ số mới ghi nhầm",
      bill_number: "HD26-10",
      meter_number: "210014455",
      reading_seen: 10_440,
    });
    assert.ok(!Number.isNaN(Date.parse(String(at))));
    const jpeg = Buffer.from(String(kept), "base64");
    assert.deepEqual([...jpeg.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    assert.ok(jpeg.length <= 40_000 && jpeg.length > 5_000, `${jpeg.length} bytes`);
  });

  test("a bill is disputed by its amount", async () => {
    await it.press("Khiếu nại hóa đơn");
    await it.page.getByLabel("Khiếu nại về").selectOption({ label: "Số tiền" });
    await it.page.getByLabel("Khách nói gì?").fill("Cao gấp đôi tháng trước");
    await it.press("Gửi khiếu nại");
    await until("the complaint is sent", async () => sent("/reading-complaints").at(-1)?.["kind"] === "amount");
    assert.equal(sent("/reading-complaints").at(-1)?.["bill_number"], "HD26-10");
  });

  test("why a bill is higher is read when somebody asks, with the months beside those of the year before", async () => {
    await it.open(`customers/${code}`);
    await it.press("Vì sao cao hơn, thấp hơn?");
    await it.sees(/^Cao hơn kỳ 09\/2026 333\.100/);
    const rows = it.page.getByRole("table", { name: /Lượng điện từng tháng/ }).getByRole("row");
    assert.equal(await rows.count(), 13);
    assert.match(await rows.nth(1).innerText(), /^10\/26\s+287\s+10,3\s+4\s+210$/);
  });
});
