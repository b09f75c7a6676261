/** The phone's back button: through the screens of the same customer and from main screens to the list, and from there out. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

describe("the back button", () => {
  let it: Screens;
  let first: string;
  let second: string;

  before(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    first = it.gateway.owes("Nguyễn Văn Một", 300_000);
    second = it.gateway.owes("Trần Thị Hai", 200_000);
    await it.enrol();
  });
  after(closePhones);

  const isAt = async (path: string): Promise<void> => it.page.waitForURL(`**/app/${path}`);

  test("after a payment leads from the next customer to the list, and not to the one before", async () => {
    await it.page.locator(`a[href$="${first}"]`).click();
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await isAt(`customers/${first}/done`);
    await it.press("Khách kế tiếp");
    await isAt(`customers/${second}`);
    await it.page.goBack();
    await isAt("");
    await it.sees(/Đã ghé/);
  });

  test("leads through the screens of the visit", async () => {
    await it.page.locator(`a[href$="${second}"]`).click();
    await it.press("Gặp khách");
    await it.press(/^Chuyển khoản/);
    await it.page.locator("svg.qr-picture").waitFor();
    await it.page.goBack();
    await it.sees(/Khách trả bằng cách nào/);
    await it.press(/^Tiền mặt/);
    await isAt(`customers/${second}/cash`);
    await it.page.getByRole("button", { name: "Quay lại" }).click();
    await isAt(`customers/${second}/visit`);
    await it.page.goBack();
    await isAt(`customers/${second}`);
    await it.page.goBack();
    await isAt("");
  });

  test("does not leave the app where it was opened in the middle of a visit", async () => {
    await it.open(`customers/${second}/promise`);
    await it.sees("Hẹn ngày quay lại");
    await it.page.goBack();
    await isAt(`customers/${second}/visit`);
    await it.page.goBack();
    await isAt(`customers/${second}`);
    await it.sees(/Thuế GTGT/);
    await it.page.goBack();
    await isAt("");
  });

  test("leads from a main screen to the list, wherever one came from", async () => {
    await it.press("Ca thu");
    await isAt("shift");
    await it.press("Phiếu in");
    await isAt("print-jobs");
    await it.page.goBack();
    await isAt("");
    await it.sees(/Đã ghé/);
  });

  test("leads to the list after taps that came while the history still went back", async () => {
    await it.open(`customers/${first}/done`);
    await it.sees(/^Đã thu 300\.000/);
    await it.page.evaluate(() => {
      for (const address of ["/app/", "/app/settings"]) {
        document.querySelector<HTMLElement>(`a[href="${address}"]`)?.click();
      }
    });
    await isAt("settings");
    await it.reads("Cài đặt");
    await it.page.goBack();
    await isAt("");
    await it.sees(/Đã ghé/);
  });

  test("nothing was complained of", () => assert.deepEqual(it.phone.complaints, []));
});
