import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomerAccount, RouteStop, Shift } from "../../src/api/types.ts";
import { daySummary, ordered, promises } from "../../src/app/day_plan.ts";

const TODAY = "2026-11-28";

function stop(code: string, customer: Partial<RouteStop["customer"]> = {}): RouteStop {
  return {
    customer: { customer_code: code, name: code, debt: 100, appointment: null, step: "collect", ...customer },
  } as unknown as RouteStop;
}

const codes = (stops: readonly RouteStop[]): string[] => stops.map(({ customer }) => customer.customer_code);

describe("the order of the route", () => {
  const stops = [
    stop("a", { name: "Trần Thị Út", debt: 5 }),
    stop("b", { name: "Lê Văn Ánh", debt: 9 }),
    stop("c", { name: "Đặng Văn Bé", debt: 5 }),
  ];

  test("is that of the route, or reversed", () => {
    assert.deepEqual(codes(ordered(stops, "route")), ["a", "b", "c"]);
    assert.deepEqual(codes(ordered(stops, "reverse")), ["c", "b", "a"]);
  });

  test("goes by debt, and by the route where debts are equal", () =>
    assert.deepEqual(codes(ordered(stops, "debt")), ["b", "a", "c"]));

  test("goes by the given name, which comes last", () =>
    assert.deepEqual(codes(ordered(stops, "name")), ["b", "c", "a"]));
});

describe("appointments", () => {
  const stops = [
    stop("late", { appointment: "2026-11-30T08:30:00Z" }),
    stop("early", { appointment: "2026-11-30T01:00:00Z" }),
    stop("missed", { appointment: "2026-11-27T01:00:00Z" }),
    stop("paid", { appointment: "2026-11-29T01:00:00Z", debt: 0 }),
    stop("none"),
    stop("midnight", { appointment: "2026-11-28T17:30:00Z" }),
  ];

  test("are listed by day in Vietnam and by hour, those of customers who still owe", () =>
    assert.deepEqual(
      promises(stops, TODAY).map((one) => [one.day, one.isOver, ...codes(one.stops)]),
      [
        ["2026-11-27", true, "missed"],
        ["2026-11-29", false, "midnight"],
        ["2026-11-30", false, "early", "late"],
      ],
    ));

  test("count in the day's summary beside cash, transfers and what is owed", () => {
    const transfer = { method: "transfer", received_at: "2026-11-28T03:00:00Z", amount: 70 };
    const accounts = [
      { payments: [transfer, { ...transfer, method: "cash" }, { ...transfer, received_at: "2026-11-26T03:00:00Z" }] },
      {
        payments: [
          { ...transfer, amount: 5 },
          { ...transfer, reversed_at: "2026-11-28T04:00:00Z" },
        ],
      },
      { payments: [] },
    ] as unknown as CustomerAccount[];
    const shift = { totals: { cash: 500, reversed_cash: 50 } } as unknown as Shift;
    assert.deepEqual(daySummary(stops, accounts, shift, TODAY), {
      cash: 500,
      transfers: 75,
      owed: 500,
      promised: 400,
    });
  });
});
