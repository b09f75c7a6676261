/** Every screen on the narrowest phones, with text twice as large, and in landscape with little height left. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CutOrder, CutTasks } from "../../../src/api/types.ts";
import { closePhones } from "../launch.ts";
import { Screens } from "./screens.ts";

const SIZES = [
  { name: "320 px", width: 320, height: 640, text: 1 },
  { name: "320 px, text twice as large", width: 320, height: 640, text: 2 },
  { name: "390 px, text twice as large", width: 390, height: 844, text: 2 },
  { name: "landscape with a keyboard", width: 640, height: 180, text: 1 },
  { name: "landscape, text twice as large", width: 640, height: 320, text: 2 },
] as const;

interface Faults {
  /** How much wider than the screen the page is. */
  wide: number;
  /** Words and amounts that go over two lines. */
  torn: string[];
  /** What a thumb does not hit. */
  small: string[];
  /** The part of the height that is covered by what is held at the edges. */
  covered: number;
}

/** Run in the page. */
function look(): Faults {
  const torn: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.parentElement?.closest(".hidden") ? "" : (node.textContent ?? "");
    for (const { 0: word, index } of text.matchAll(/[^ \n-]+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set(
        [...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top)),
      );
      if (lines.size > 1) {
        torn.push(word);
      }
    }
  }
  const small = [...document.querySelectorAll<HTMLElement>("a, button, input, summary")]
    .map((element) => ({ element, box: (element.closest("label") ?? element).getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.width < 47.5 || box.height < 47.5))
    .map(({ element, box }) => `${element.outerHTML.slice(0, 80)} ${box.width}×${box.height}`);
  const held = [...document.querySelectorAll(".top, .actions, .places")]
    .filter((element) => getComputedStyle(element).position === "sticky")
    .reduce((sum, element) => sum + element.getBoundingClientRect().height, 0);
  return {
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    torn,
    small,
    covered: held / innerHeight,
  };
}

/** A home that should have its supply back by now, and a warning to deliver. */
function toDo(code: string): CutTasks {
  const order: CutOrder = {
    order_id: "00000000-0000-0000-0000-000000000001",
    kind: "reconnect",
    customer_code: code,
    unit_code: "PB1401",
    collector_code: "TN1401001",
    list_id: null,
    cut_order_id: "00000000-0000-0000-0000-000000000002",
    ordered_at: "2026-11-22T01:00:00Z",
    cut_from: null,
    due_by: "2026-11-23T01:00:00Z",
    state: "open",
    cause: "instalments",
    ended_at: null,
  };
  const warning = {
    customer_code: "PB14010000099",
    cut_from: "2026-11-23T01:00:00Z",
    warning_id: "00000000-0000-0000-0000-000000000003",
  };
  return { orders: [order], warnings: [warning] };
}

describe("screens of every size", () => {
  let it: Screens;
  let customer: string;
  let other: string;

  before(async () => {
    it = await Screens.start();
    it.gateway.openShift();
    it.gateway.leastPart = 50_000;
    customer = it.gateway.owes("Nguyễn Thị Kim Phượng Hoàng", 5_030_176);
    it.gateway.hasTimeOfUse(customer);
    other = it.gateway.owes("Lý Chí Lâm", 120_300, 249_975_380);
    await it.phone.context.route("**/v1/cut-tasks", (route) => route.fulfill({ status: 200, json: toDo(customer) }));
    it.gateway.owes("Công ty TNHH Một thành viên Chế biến Thủy sản Xuất khẩu Cà Mau", 1_289_725);
  });
  after(closePhones);

  async function fits(): Promise<void> {
    const faults: Record<string, Faults> = {};
    for (const { name, width, height, text } of SIZES) {
      await it.page.setViewportSize({ width, height });
      await it.page.evaluate((size) => {
        document.documentElement.style.fontSize = `${112.5 * size}%`;
      }, text);
      const found = await it.page.evaluate(look);
      if (found.wide > 0 || found.torn.length > 0 || found.small.length > 0 || found.covered > 0.45) {
        faults[name] = found;
      }
    }
    assert.deepEqual(faults, {});
    await it.page.evaluate(() => document.documentElement.removeAttribute("style"));
    await it.page.setViewportSize({ width: 390, height: 844 });
  }

  test("enrolling", async () => {
    await it.open();
    await it.reads("Đăng ký máy");
    await fits();
    await it.enrol();
  });

  for (const [path, text] of [
    ["", /5\.030\.176/],
    ["search", /Gõ sai/],
    ["shift", "Kết ca"],
    ["shift/close", "Số tờ"],
    ["print-jobs", "Nối máy in"],
    ["printer", "Bật máy in, rồi chọn cách nối."],
    ["settings", "English"],
    ["shift/hand-in", "Nộp ở đâu"],
    ["cut-tasks", "quá hạn"],
    ["day", "Lịch hẹn"],
    ["help", "Máy in không in"],
    ["outbox", "Không có việc nào chờ gửi."],
  ] as const) {
    test(path || "the route", async () => {
      await it.open(path);
      await it.sees(text);
      await fits();
    });
  }

  test("a customer, the visit, cash, transfer, an appointment, and paid", async () => {
    await it.open(`customers/${customer}`);
    await it.sees(/Thuế GTGT/);
    for (const register of ["Giờ bình thường", "Giờ cao điểm", "Giờ thấp điểm"]) {
      await it.sees(register);
    }
    await fits();
    await it.press("Khách vắng");
    await fits();
    await it.press("Thôi");
    await it.open(`customers/${customer}/complaint`);
    await it.sees("Gửi khiếu nại");
    await fits();
    await it.open(`customers/${customer}`);
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await fits();
    await it.open(`customers/${customer}/transfer`);
    await it.page.locator("svg.qr-picture").waitFor();
    await fits();
    await it.open(`customers/${customer}/promise`);
    await it.sees("Hẹn ngày quay lại");
    await fits();
    await it.open(`customers/${customer}/cash`);
    await it.page.getByRole("radio", { name: "Một phần" }).check();
    await it.page.getByLabel(/trả trước bao nhiêu/).fill("20000");
    await it.sees(/Ít nhất 50\.000/);
    await fits();
    await it.page.getByRole("radio", { name: /Trả hết/ }).check();
    await it.press("Vừa đủ");
    await fits();
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
    await it.press("Thêm ghi chú");
    await fits();
  });

  test("every screen in English, whose words are longer elsewhere", async () => {
    await it.open(`customers/${other}`);
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await it.page.evaluate(() => localStorage.setItem("thungan-language", "en"));
    for (const [path, text] of [
      ["", /^Owing/],
      ["search", /Code, name/],
      ["shift", "Close the shift"],
      ["shift/close", "Pieces"],
      ["print-jobs", "Connect a printer"],
      ["settings", "Language"],
      ["shift/hand-in", "To the cashier"],
      ["cut-tasks", "late"],
      ["day", "Appointments"],
      ["help", "The printer does not print"],
      ["outbox", "Nothing waits to be sent."],
      [`customers/${other}`, /VAT/],
      [`customers/${other}/complaint`, "Send the complaint"],
      [`customers/${other}/visit`, /How will they pay/],
      [`customers/${other}/cash`, "Which bills?"],
      [`customers/${other}/transfer`, /Let the customer scan/],
      [`customers/${other}/promise`, "Come back on"],
    ] as const) {
      await it.open(path);
      await it.sees(text);
      await fits();
    }
    await it.page.evaluate(() => localStorage.removeItem("thungan-language"));
  });

  test("a shift that a cashier has to count, and one that keeps the next from being opened", async () => {
    it.gateway.openShift();
    const { gateway } = it;
    assert.ok(gateway.shift);
    const closed = { ...gateway.shift, closed_at: new Date().toISOString(), counted_cash: 1_250_000, difference: 0 };
    const declared = { ...closed, state: "declared" } as const;
    const missing = { ...closed, shift_id: "00000000-0000-0000-0000-000000000001", difference: -249_975_380 };
    const different = { ...missing, state: "different" } as const;
    gateway.shift = null;
    gateway.nextShift = { ...gateway.nextShift, unsettled: [declared] };
    await it.open("shift");
    await it.sees(/Chờ thủ quỹ đếm lại/);
    await it.sees(/Đã kê khai 1\.250\.000/);
    gateway.nextShift = { ...gateway.nextShift, refusal: "shift-blocked", unsettled: [declared, different] };
    await it.open("");
    await it.open("shift");
    await it.sees(/Thiếu 249\.975\.380/);
    await it.sees(/Chưa mở được ca mới/);
    assert.equal(await it.page.getByRole("button", { name: "Mở ca", exact: true }).isDisabled(), true);
    await fits();
  });
});
