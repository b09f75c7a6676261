/** Cash by a unit's rounding rule, the change after it, and the code of a part of what is owed, as a customer sees them. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

const PICTURE = process.env["THUNGAN_PICTURE"] ?? "transfer.png";

describe("where cash is rounded to whole thousands, and parts are allowed", () => {
  let it: Screens;
  let first: string;
  let second: string;

  before(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    it.gateway.cashStep = 1_000;
    it.gateway.leastPart = 50_000;
    first = it.gateway.owes("Nguyễn Thị Kim Phượng", 871_020);
    second = it.gateway.owes("Lý Chí Lâm", 5_030_176);
    await it.enrol();
  });
  after(closePhones);

  test("what is asked for can be made up of notes, and says what is kept for the next bill", async () => {
    await it.open(`customers/${first}`);
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.sees(/872\.000/);
    await it.sees(/980\s*đ/);
    await it.page.getByLabel("Khách đưa").fill("1000000");
    await it.sees(/^128\.000/);
  });

  test("the change stays on the screen after the payment, there and back", async () => {
    await it.press(/^Thu 872\.000.*biên nhận$/);
    await it.sees(/^Đã thu 872\.000/);
    const change = it.page.getByRole("region", { name: "Tiền thối lại" });
    await change.getByText(/^128\.000/).waitFor();
    await change.getByText("1 × 100.000 + 1 × 20.000 + 1 × 5.000 + 1 × 2.000 + 1 × 1.000").waitFor();
    await it.open();
    await it.open(`customers/${first}/done`);
    await change.getByText(/^128\.000/).waitFor();
    const asked = it.gateway.asked.findLast(({ what }) => what === "POST /v1/payments");
    assert.deepEqual([asked?.body["amount"], asked?.body["cash_step"]], [872_000, 1_000]);
  });

  test("a part by transfer is exact, has a code of its own, and leaves the rest in sight", async () => {
    await it.open(`customers/${second}`);
    await it.press("Gặp khách");
    await it.open(`customers/${second}/transfer`);
    await it.page.getByRole("radio", { name: "Một phần" }).check();
    assert.equal(await it.page.locator("svg.qr-picture").count(), 0, "no code before the amount is typed whole");
    await it.page.getByLabel(/trả trước bao nhiêu/).fill("1234567");
    await it.press(/1\.234\.567/);
    await it.sees(/Còn nợ 3\.795\.609/);
    const code = it.page.locator("svg.qr-picture");
    await code.waitFor();
    await it.page.locator("section.qr").screenshot({ path: PICTURE });
    const asked = it.gateway.asked.findLast(({ what }) => what.startsWith("PUT /v1/transfer-codes"));
    assert.equal(asked?.body["amount"], 1_234_567);
    process.stdout.write(`reference: ${String(asked?.body["reference"])}\n`);
  });

  test("nothing was complained of", () => assert.deepEqual(it.phone.complaints, []));
});
