/** A new version that waits is in sight and names what it waits for; an empty route shows why. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

after(closePhones);

/** A registration whose new version is there and waits. Run in the page. */
function waitingVersion(): void {
  const container = new EventTarget();
  const waiting = {
    postMessage: () => {
      document.title = "applied";
    },
  };
  const registration = Object.assign(new EventTarget(), { waiting, installing: null, update: async () => undefined });
  Object.assign(container, {
    controller: {},
    ready: Promise.resolve(registration),
    register: async () => registration,
  });
  Object.defineProperty(navigator, "serviceWorker", { value: container });
}

test("a new version is in sight on the route, names the visit that it waits for, and is applied after it", async () => {
  const it = await Screens.start();
  await it.page.addInitScript(waitingVersion);
  const code = it.gateway.owes("Nguyễn Văn Một", 200_000);
  await it.enrol();
  await it.open(`customers/${code}`);
  await it.press("Gặp khách");
  await it.sees(/Khách trả bằng cách nào/);
  await it.open();
  await it.press("Có bản mới.");
  const apply = it.page.getByRole("button", { name: "Cập nhật ngay" });
  await apply.waitFor();
  assert.equal(await apply.isDisabled(), true);
  await it.press(/Lượt ghé Nguyễn Văn Một/);
  await it.press(/Tiếp tục thu tiền/);
  await it.press(/^Chưa trả được/);
  await it.press(/^Ghi hẹn/);
  await it.sees("Đã ghi hẹn");
  await it.open();
  await it.press("Có bản mới.");
  await apply.click();
  await it.page.waitForFunction(() => document.title === "applied");
});

test("an empty route shows why, and not that all is collected", async () => {
  const it = await Screens.start();
  await it.open();
  await it.page.getByLabel("Mã đăng ký").fill("ABCD-EFGH");
  await it.press(/^Đăng ký$/);
  await it.sees(/TN1401001 chưa được giao tuyến nào/);
  assert.equal(await it.page.getByText(/Không còn khách nào/).count(), 0);
});
