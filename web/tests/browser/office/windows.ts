/** Two windows of one browser watch the same day. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { until } from "../../until.ts";
import type { Collector } from "../app/collector.ts";
import type { Desk } from "./desk.ts";

export async function watchInTwoWindows(supervisor: Desk, collector: Collector): Promise<void> {
  const first = supervisor.page;
  await supervisor.open("today");
  await supervisor.sees(/^Đang cập nhật trực tiếp/);
  const second = await first.context().newPage();
  await second.goto(first.url());
  await second.getByText(/^Đang cập nhật trực tiếp/).waitFor();
  const streams = (): Promise<number[]> =>
    Promise.all(
      [first, second].map((page) =>
        page.evaluate(
          () => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/day/events")).length,
        ),
      ),
    );
  // A resource is listed once its answer is over: a stream that goes on is not, one that was refused or replaced is.
  assert.deepEqual(await streams(), [0, 0]);
  const connected = async (page: Page): Promise<number> =>
    Number(await page.locator(".tiles li", { hasText: "Điện thoại đang nối" }).locator("strong").innerText());
  const show = (number: number, ...pages: Page[]): Promise<unknown> =>
    until(`${number} connected in each window`, async () =>
      (await Promise.all(pages.map(connected))).every((shown) => shown === number),
    );
  // Phones of other people may be connected, too.
  let all = 0;
  await until("a phone connected in each window", async () => {
    const shown = await Promise.all([first, second].map(connected));
    all = shown[0] ?? 0;
    return all > 0 && shown[1] === all;
  });
  await collector.page.goto("about:blank");
  await show(all - 1, first, second);
  await first.goto("about:blank");
  await collector.open();
  await show(all, second);
  await second.getByText(/^Đang cập nhật trực tiếp/).waitFor();
  await second.close();
  await supervisor.open("today");
}
