/** A route is arranged in the office: by keys, by typing, by dragging, by two people at once, and on paper. */
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { until } from "../../until.ts";
import { ordinaryCollectors, routeOf } from "../app/office.ts";
import type { Desk } from "./desk.ts";

const stops = (page: Page): Locator => page.locator(".stop-list li");

async function names(page: Page): Promise<string[]> {
  return stops(page).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-code") ?? ""));
}

async function save(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Lưu", exact: true }).click();
}

export async function arrangeARoute(supervisor: Desk): Promise<void> {
  const { page } = supervisor;
  // Of a collector whom no other script sends round.
  const collector = (await ordinaryCollectors()).at(-3) ?? "";
  const route = (await routeOf(collector)).stops[0]?.customer.route_code ?? "";
  await supervisor.press("Tuyến");
  await supervisor.reads("Tuyến");
  await supervisor.isFitFor("routes");
  await supervisor.press(route);
  await supervisor.reads(`Tuyến ${route}`);
  await stops(page).nth(5).waitFor();
  const planned = await names(page);
  const [first, second, third, fourth] = planned as [string, string, string, string];
  await supervisor.sees("Chưa có thay đổi nào.");

  // By keys: the focus stays with the customer.
  await stops(page).first().locator(".handle").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.deepEqual((await names(page)).slice(0, 4), [second, third, first, fourth]);
  assert.equal(await page.evaluate(() => document.activeElement?.closest("li")?.getAttribute("data-code")), first);
  await supervisor.sees("1 khách đổi chỗ");
  // By a place that is typed.
  await stops(page).nth(2).getByRole("spinbutton").fill("1");
  await page.keyboard.press("Tab");
  assert.deepEqual(await names(page), planned);
  await supervisor.sees("Chưa có thay đổi nào.");
  // By a pointer.
  const from = await stops(page).nth(2).locator(".handle").boundingBox();
  const to = await stops(page).first().locator(".handle").boundingBox();
  assert.ok(from && to);
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 10, to.y + 12, { steps: 8 });
  await page.mouse.up();
  assert.deepEqual((await names(page)).slice(0, 3), [third, first, second]);
  await supervisor.isFitFor("route that is arranged");

  const other = await page.context().newPage();
  await other.goto(page.url());
  await stops(other).nth(5).waitFor();
  await stops(other).first().locator(".handle").focus();
  await other.keyboard.press("End");

  // Split, given away and put into another order, all at once.
  await stops(page)
    .nth(3)
    .getByRole("button", { name: /^Rời tuyến/ })
    .click();
  await page.getByLabel("Tuyến mới", { exact: true }).check();
  await page.getByLabel("Mã tuyến mới").fill("pb1401-901");
  await page.getByLabel("Tên tuyến mới").fill("Khóm mới");
  await page.getByLabel("Thu ngân viên của tuyến mới").selectOption(collector);
  await supervisor.sees("1 khách sang tuyến pb1401-901");
  await supervisor.isFitFor("route that is split");
  await save(page);
  await supervisor.sees(/^Đã lưu\./);
  const arranged = [third, first, second, ...planned.slice(4)];
  await until("the saved order", async () => (await names(page)).join() === arranged.join());

  // Who has looked at the route before overwrites nothing, and keeps what was arranged.
  await save(other);
  await other.getByText(/người khác đã lưu tuyến này/).waitFor();
  await other.getByRole("button", { name: "Xem tuyến mới và giữ thay đổi của tôi" }).click();
  await until("the customer who has left is gone", async () => !(await names(other)).includes(fourth));
  await save(other);
  await other.getByText(/^Đã lưu\./).waitFor();
  await other.close();
  await page.reload();
  await stops(page).nth(4).waitFor();
  assert.equal((await names(page)).at(-1), first);

  await supervisor.open("routes/PB1401-901");
  await stops(page).first().waitFor();
  assert.deepEqual(await names(page), [fourth]);
  await onPaper(supervisor, `route/${collector}/${route}`);
}

/** The list for a day without electricity. */
async function onPaper(desk: Desk, address: string): Promise<void> {
  await desk.open(address);
  await desk.page.getByRole("button", { name: "In danh sách" }).waitFor();
  await desk.page.locator(".rows tbody tr").first().waitFor();
  assert.equal(await desk.page.locator(".paper-list").isVisible(), false);
  await desk.page.emulateMedia({ media: "print" });
  await desk.page.locator(".paper-list tbody tr").first().waitFor();
  for (const hidden of [".bar-top", ".pages", ".rows", ".page-actions"]) {
    assert.equal(await desk.page.locator(hidden).first().isVisible(), false, hidden);
  }
  await desk.page.emulateMedia({ media: "screen" });
  await desk.isFitFor("list of a route");
}
