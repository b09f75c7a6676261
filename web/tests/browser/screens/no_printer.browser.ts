/** Without a printer: shown before anybody is met and before money is taken, and the receipt is on the screen. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { closePhones, required } from "../launch.ts";
import { Screens } from "./screens.ts";

describe("a phone without a printer", () => {
  let it: Screens;
  let customer: string;

  before(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    customer = it.gateway.owes("Nguyễn Thị Kim Phượng Hoàng", 5_030_176);
    await it.enrol();
  });
  after(closePhones);

  test("shows it before anybody is met, and before money is taken", async () => {
    await it.open(`customers/${customer}`);
    await it.sees(/Thuế GTGT/);
    await it.sees(/Máy in: chưa nối máy in/);
    await it.press("Gặp khách");
    await it.sees(/biên nhận có mã QR hiện trên màn hình/);
    await it.press(/^Tiền mặt/);
    await it.sees(/biên nhận có mã QR hiện trên màn hình/);
  });

  test("shows the receipt with its QR code as soon as it is there", async () => {
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
    it.gateway.issueReceipt(customer);
    await it.sees(/Mời khách quét mã QR/);
    const picture = it.page.locator("canvas[data-drawn]");
    await picture.waitFor();
    // As high as the receipt: what is held at the lower edge would lie over its code in the picture.
    await it.page.setViewportSize({ width: 390, height: 1_600 });
    await writeFile(required("THUNGAN_PICTURE"), await picture.screenshot());
    await it.press("Ẩn biên nhận");
    await picture.waitFor({ state: "detached" });
    await it.press("Hiện biên nhận trên màn hình");
    await picture.waitFor();
    assert.ok(await it.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
});

describe("what a collector needs beside the route", () => {
  let it: Screens;

  before(async () => {
    it = await Screens.start();
    for (const [name, debt] of [
      ["Trần Thị Út", 100_000],
      ["Lê Văn Ánh", 900_000],
      ["Đặng Văn Bé", 500_000],
    ] as const) {
      it.gateway.owes(name, debt);
    }
    await it.enrol();
  });
  after(closePhones);

  const names = (): Promise<string[]> => it.page.locator("ol.stops .name").allInnerTexts();

  test("the route goes in the order that was chosen", async () => {
    await it.page.getByLabel("Sắp xếp").selectOption({ label: "Ngược tuyến" });
    assert.deepEqual(await names(), ["Đặng Văn Bé", "Lê Văn Ánh", "Trần Thị Út"]);
    await it.page.getByLabel("Sắp xếp").selectOption({ label: "Nợ nhiều trước" });
    assert.deepEqual(await names(), ["Lê Văn Ánh", "Đặng Văn Bé", "Trần Thị Út"]);
  });

  test("a phone number that cannot be one is refused at once, and stays in the form", async () => {
    await it.page.locator("ol.stops a").first().click();
    await it.press("Sửa số");
    await it.page.getByLabel("Số điện thoại mới").fill("0912 34O 678");
    await it.press("Lưu số mới");
    await it.sees(/không có chữ cái/);
    assert.equal(await it.page.getByLabel("Số điện thoại mới").inputValue(), "0912 34O 678");
    assert.deepEqual(
      it.gateway.changes.filter(({ what }) => what.includes("phone")),
      [],
    );
  });

  test("a fault report is made without anybody's name", async () => {
    await it.open("help");
    await it.press("Tạo và gửi báo cáo");
    const report = await it.page.getByLabel("Nội dung báo cáo").inputValue();
    assert.equal((JSON.parse(report) as { route: { stops: number } }).route.stops, 3);
    assert.doesNotMatch(report, /Ánh|0918000111/);
  });
});
