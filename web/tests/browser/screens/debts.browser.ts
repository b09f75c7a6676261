/** The office about debts: where a customer stands, a cut-off list that another person approves, a deposit that is confirmed. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import type { CutListReply, CutOrder, DunningReply, HandIn, Me, Shift } from "../../../src/api/types.ts";
import { APP_URL, closePhones, launchPhone } from "../launch.ts";
import { FakeGateway } from "./gateway.ts";

const ME: Me = {
  csrf_token: "c",
  full_name: "Trần Thị Lan",
  login_name: "lan",
  roles: ["supervisor", "cashier"],
  second_factor: true,
  session_ends_at: "2099-01-01T00:00:00Z",
  staff_id: "00000000-0000-0000-0000-000000000001",
  units: ["PB1401"],
};
const CODE = "PB14010000001";
const LIST = "00000000-0000-0000-0000-00000000000a";
const SHIFT = "00000000-0000-0000-0000-00000000000b";
const HAND_IN = "00000000-0000-0000-0000-00000000000c";
const AT = "2026-11-30T02:00:00Z";

const dunning: DunningReply = {
  case: {
    customer_code: CODE,
    unit_code: "PB1401",
    collector_code: "TN1401001",
    debt: 475_000,
    debt_due_on: "2026-11-10",
    steps: [
      { name: "first_notice", state: "done", done_at: AT, due_on: "2026-11-11", why: [] },
      { name: "letter_by_post", state: "done", done_at: AT, due_on: "2026-11-15", why: [] },
      { name: "warning", state: "blocked", done_at: null, due_on: "2026-11-18", why: ["promise", "instalments"] },
      { name: "cut", state: "waiting", done_at: null, due_on: null, why: [] },
    ],
    warning_id: null,
    cut_from: null,
    may_be_cut: false,
  },
};

function listed(state: "asked" | "approved", maker: string): CutListReply {
  const by = (login: string) =>
    ({
      kind: "person",
      id: login,
      reference: `staff:${login}`,
      proven_by: "token",
    }) as CutListReply["cut_list"]["made_by"];
  return {
    cut_list: {
      list_id: LIST,
      unit_code: "PB1401",
      day: "2026-12-07",
      state,
      customers: 2,
      debt: 950_000,
      made_at: AT,
      made_by: by(maker),
      approved_at: state === "approved" ? AT : null,
      approved_by: state === "approved" ? by("lan") : null,
    },
    entries: [
      { customer_code: CODE, debt: 475_000, debt_due_on: "2026-11-10", is_on: true, why: [], order: null },
      {
        customer_code: "PB14010000002",
        debt: 475_000,
        debt_due_on: "2026-11-10",
        is_on: false,
        why: ["paid"],
        order: null,
      },
    ],
  };
}

const shift: Shift = {
  shift_id: SHIFT,
  collector_code: "TN1401001",
  opened_at: AT,
  closed_at: null,
  opening_float: 0,
  cash_in_hand: 2_000_000,
  cash_ceiling: 500_000_000,
  counted_cash: null,
  difference: null,
  state: "declared",
  totals: { cash: 2_000_000, payments: 4, reversals: 0, reversed_cash: 0 },
};
const handIn: HandIn = {
  hand_in_id: HAND_IN,
  shift_id: SHIFT,
  collector_code: "TN1401001",
  place: "bank",
  slip_number: "NT123",
  amount: 1_500_000,
  state: "waiting",
  stated_at: AT,
  stated_by: "collector:TN1401001",
};

const reconnected: CutOrder = {
  order_id: "00000000-0000-0000-0000-00000000000d",
  kind: "reconnect",
  customer_code: CODE,
  unit_code: "PB1401",
  collector_code: "TN1401001",
  list_id: null,
  cut_order_id: null,
  ordered_at: AT,
  cut_from: null,
  due_by: AT,
  state: "done",
  cause: "paid",
  ended_at: AT,
  has_photo: true,
};

after(closePhones);

describe("debts in the office", () => {
  let page: Page;
  let maker = "lan";
  const sent: [what: string, body: unknown][] = [];
  const answers: Record<string, () => object> = {
    "GET /v1/staff/me": () => ME,
    "GET /v1/agreements": () => ({ agreements: [] }),
    "GET /v1/approvals": () => ({ approvals: [] }),
    [`GET /v1/customers/${CODE}/interest`]: () => ({ interest: { bills: [], total: 0 }, settled: [] }),
    [`GET /v1/customers/${CODE}/complaints`]: () => ({ complaints: [] }),
    [`GET /v1/customers/${CODE}/dunning`]: () => dunning,
    "GET /v1/cut-orders": () => ({ orders: [reconnected] }),
    [`GET /v1/cut-lists/${LIST}`]: () => listed(done("approval") ? "approved" : "asked", maker),
    [`POST /v1/cut-lists/${LIST}/approval`]: () => listed("approved", maker),
    [`GET /v1/shifts/${SHIFT}`]: () => ({ shift }),
    [`GET /v1/shifts/${SHIFT}/hand-ins`]: () => ({ hand_ins: [handIn] }),
    [`POST /v1/hand-ins/${HAND_IN}/count`]: () => ({ hand_in: handIn, shift }),
  };
  const done = (act: string): boolean => sent.some(([what]) => what.endsWith(act));
  const open = (path: string) => page.goto(`${APP_URL.replace(/\/app\/$/, "/office/")}${path}`);

  before(async () => {
    let gateway = new FakeGateway();
    const desk = await launchPhone({
      serviceWorkers: "block",
      isDesk: true,
      before: async (context) => {
        gateway = await FakeGateway.install(context);
        await context.route("**/v1/**", async (route) => {
          const what = `${route.request().method()} ${new URL(route.request().url()).pathname}`;
          if (!what.startsWith("GET")) {
            sent.push([what, route.request().postDataJSON()]);
          }
          const answer = answers[what];
          await (answer ? route.fulfill({ status: 200, json: answer() }) : route.fallback());
        });
      },
    });
    desk.context.setDefaultTimeout(8_000);
    page = desk.page;
    gateway.owes("Nguyễn Thị Kim Phượng Hoàng", 475_000);
  });

  test("a customer's card shows each step with its delivery, and everything that stops one", async () => {
    await open(`customers/${CODE}`);
    const card = page.locator(".card", { has: page.getByRole("heading", { name: "Nhắc nợ và ngừng cấp điện" }) });
    await card.getByText("Thông báo lần 1").waitFor();
    const lines = await card.getByRole("listitem").allInnerTexts();
    assert.equal(lines.length, 4);
    assert.match(lines[1] ?? "", /^letter_by_post đã giao/);
    assert.match(lines[2] ?? "", /đang dừng[\s\S]*đã hẹn trả · có thỏa thuận trả dần$/);
    const photo = card.getByRole("link", { name: "Ảnh công tơ" });
    assert.match((await photo.getAttribute("href")) ?? "", /\/v1\/cut-orders\/0+-0000-0000-0000-0+d\/photo$/);
  });

  test("whoever has made a cut-off list cannot approve it, and another person can", async () => {
    await open(`cut_offs/${LIST}`);
    await page.getByText("Bạn đã lập danh sách này: người khác phải duyệt.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Duyệt danh sách" }).count(), 0);
    maker = "hung";
    await page.reload();
    await page.getByText("đã ra: đã trả tiền").waitFor();
    await page.getByRole("button", { name: "Duyệt danh sách" }).click();
    await page.getByText("Người duyệt: lan").waitFor();
    assert.ok(done("/approval"));
  });

  test("a deposit of another amount is confirmed with a reason, and the bank credit that it is", async () => {
    await open(`shifts/${SHIFT}`);
    const card = page.locator(".card", { has: page.getByRole("heading", { name: /1\.500\.000/ }) });
    await card.locator("input.amount").fill("1.499.000");
    const confirm = card.getByRole("button");
    assert.ok(await confirm.last().isDisabled(), "a difference has a reason");
    await card.getByLabel(/^Vì sao|[Ll]ý do|[Ll]ệch/).fill("Ngân hàng trừ phí");
    const said = page.waitForRequest((request) => request.url().endsWith("/count"));
    await confirm.last().click();
    await said;
    const [, body] = sent.find(([what]) => what.endsWith("/count")) ?? [];
    const { counted_cash: counted, reason } = body as { counted_cash: number; reason: string };
    assert.deepEqual([counted, reason], [1_499_000, "Ngân hàng trừ phí"]);
  });
});
