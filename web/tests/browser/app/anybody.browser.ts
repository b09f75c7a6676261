/** Five hundred customers on the route, names as no form expects them, and people who do not see or hold the phone well. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import type { CustomerSummary, RouteOfDay } from "../../../src/api/types.ts";
import { until } from "../../until.ts";
import { Collector } from "./collector.ts";
import { COLLECTORS, debtOf, post, printJobsOf, revoke, routeOf } from "./office.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The collector with the longest route. */
async function longest(): Promise<{ code: string; route: RouteOfDay }> {
  const routes = await Promise.all(COLLECTORS.map(async (code) => ({ code, route: await routeOf(code) })));
  routes.sort((one, other) => other.route.stops.length - one.route.stops.length);
  return routes[0] as { code: string; route: RouteOfDay };
}

describe("anybody", () => {
  let it: Collector;
  let route: RouteOfDay;

  before(async () => {
    const found = await longest();
    route = found.route;
    it = await Collector.start(found.code);
  });
  after(() => it.close());

  /** No violations of the rules that axe knows; targets large enough for a thumb. */
  async function isFitFor(name: string): Promise<void> {
    const found = await it.page.evaluate(async (source) => {
      // The page's policy allows no scripts from elsewhere; the browser's own hand may.
      if (!("axe" in window)) {
        // biome-ignore lint/security/noGlobalEval: axe itself, from node_modules
        globalThis.eval(source);
      }
      const { axe } = window as unknown as { axe: { run(options: object): Promise<{ violations: object[] }> } };
      const { violations } = await axe.run({
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        // It counts what the bar at the foot covers while a list is scrolled; sizes are checked below, more strictly.
        rules: { "target-size": { enabled: false } },
      });
      const small = [...document.querySelectorAll<HTMLElement>("a, button, input, summary")]
        .map((element) => ({ element, box: (element.closest("label") ?? element).getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0 && (box.width < 47.5 || box.height < 47.5))
        .map(({ element, box }) => `${element.outerHTML.slice(0, 120)} ${box.width}×${box.height}`);
      const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      return { violations, small, wide };
    }, AXE);
    assert.deepEqual(found, { violations: [], small: [], wide: 0 }, name);
  }

  test("enrolling", async () => {
    await it.open();
    await it.reads("Đăng ký máy");
    await isFitFor("enrol");
    await it.type("Tên điện thoại", "x");
    await it.enrol();
  });

  test("five hundred customers are on the list, all of them", async () => {
    assert.ok(route.stops.length >= 400, `the route has only ${route.stops.length} stops`);
    await it.sees(`/ ${route.stops.length} khách nợ`);
    await it.page.reload();
    await it.sees(route.stops[0]?.customer.name.normalize("NFC").slice(0, 20) ?? "");
    const rows = it.page.locator("ol.stops > li:not(.more)");
    const due = route.stops.filter((stop) => stop.customer.debt > 0).length;
    await until(
      "the last row",
      async () => {
        await it.page.mouse.wheel(0, 20_000);
        return (await rows.count()) === due;
      },
      30_000,
    );
    await isFitFor("today");
  });

  test("names as no form expects them are shown whole, composed, and as text", async () => {
    for (const stop of route.stops.slice(0, 3)) {
      await it.goTo({ ...stop.customer, name: stop.customer.name.normalize("NFC").slice(0, 15) });
      const heading = await it.page.getByRole("heading", { level: 2 }).first().innerText();
      assert.equal(heading.normalize("NFC"), stop.customer.name.normalize("NFC"));
      await isFitFor(stop.customer.name);
    }
    assert.equal(await it.page.locator("main b").count(), 0, "a name is text, not a page");
  });

  test("what nobody should type is taken as it is meant, or refused with a sentence", async () => {
    const one = (await it.owing())[5] as CustomerSummary;
    await it.press("Quay lại");
    await it.press("Tìm khách");
    for (const typed of ["\u001b@\u001d", "%%%___", "<script>", "😀😀😀", "'; DROP TABLE", "a".repeat(100)]) {
      await it.type(/Tìm theo/, typed);
      await it.sees("Không tìm thấy khách nào.");
    }
    await it.type(/Tìm theo/, "");
    await isFitFor("search");
    await it.goTo(one);
    await it.press("Sửa số");
    await isFitFor("correcting a number");
    await it.type("Số điện thoại mới", "số không phải số");
    await it.press("Lưu số mới");
    await it.sees(/Số điện thoại không có chữ cái/);
    await it.press("Gặp khách");
    await it.press(/^Chưa trả được/);
    await it.type("Ghi chú", "Hẹn\u001b@\u0007 mai 😀 ".normalize("NFD"));
    await isFitFor("promise");
    await it.press(/^Ghi hẹn/);
    await it.sees("Đã ghi hẹn");
    await until("the notice", async () =>
      (await printJobsOf(it.name)).some((job) => job.customer_code === one.customer_code),
    );
    await isFitFor("promised");
  });

  test("every screen is fit for people who see, hear or press differently", async () => {
    await it.open("shift");
    await it.reads("Ca thu");
    await isFitFor("opening the shift");
    await it.openShift();
    const [, , , , one, other] = (await it.owing()).slice(4);
    assert.ok(one && other);
    await it.open("print-jobs");
    await it.reads("Phiếu in");
    await isFitFor("print-jobs");
    await it.open("printer");
    await it.reads("Máy in");
    await isFitFor("printer");
    await it.press(/SPP/);
    await it.sees("Máy in này chưa được kiểm tra");
    await isFitFor("a new printer");
    await it.press("Kiểm tra máy in");
    await it.press("Không: giấy 58 mm");
    await it.sees(/đánh dấu/);
    await isFitFor("looking at the test page");
    await it.page.getByLabel(/Chữ Việt/).check();
    await it.press("Lưu");
    await it.sees("Khổ giấy 58 mm");
    await it.goToByClick(one);
    await it.sees(/Thuế GTGT/);
    await isFitFor("customer");
    await it.press("Khách vắng");
    await isFitFor("away");
    await it.press("Thôi");
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await isFitFor("visit");
    await it.press(/^Chuyển khoản/);
    await it.page.locator("svg.qr-picture").waitFor();
    await isFitFor("transfer");
    await it.page.getByRole("button", { name: "Quay lại" }).click();
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await isFitFor("cash");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
    await isFitFor("paid");
    await it.goToByClick(other);
    await post(other.customer_code, await debtOf(other.customer_code));
    await it.sees(/Không thu nữa/);
    await isFitFor("paid elsewhere");
    await it.open("print-jobs");
    await it.sees("Biên nhận");
    await isFitFor("print jobs of the day");
    await it.open("outbox");
    await it.sees("Đã gửi hôm nay");
    await isFitFor("outbox");
    await it.open("settings");
    await it.reads("Cài đặt");
    await isFitFor("settings");
    await it.open("shift/close");
    await it.sees("Số tờ");
    await isFitFor("closing the shift");
  });

  test("in English there is not a Vietnamese word left on the main screens", async () => {
    await it.open("settings");
    await it.page.getByLabel("English").click();
    await it.reads("Settings");
    for (const [path, word] of [
      ["", "Due"],
      ["search", "Find"],
      ["print-jobs", "Print jobs"],
      ["shift", "Shift"],
      ["outbox", "Waiting"],
    ] as const) {
      await it.open(path);
      await it.sees(word);
      assert.equal(await it.page.evaluate(() => document.documentElement.lang), "en");
      const own = (await it.page.locator("nav, .tabs, h1, h2, label, button").allInnerTexts())
        .join(" ")
        .replace(/Tiếng Việt|Thu Ngân/g, "");
      assert.doesNotMatch(own, /[ăâđêôơưĂÂĐÊÔƠƯ]|[à-ỹ]/);
      await isFitFor(`${path} in English`);
    }
    await it.open("settings");
    await it.page.getByLabel("Tiếng Việt").click();
    await it.reads("Cài đặt");
  });

  test("locked and elsewhere", async () => {
    const second = await it.context.newPage();
    await second.goto(it.page.url());
    await it.reads("Ứng dụng đang mở ở thẻ khác");
    await it.page.bringToFront();
    await isFitFor("elsewhere");
    await second.close();
    await it.press("Dùng ở đây");
    await it.sees("Cài đặt");
    await revoke(it.name);
    await it.reads("Điện thoại đã bị khóa");
    await isFitFor("locked");
  });

  test("nothing was complained of", () => it.hasNothingToComplain());
});
