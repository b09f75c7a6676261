/** The first day is marked by what the system shows, and by nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BillRunView, RoutePlan, StaffRole, StaffView } from "../../src/api/types.ts";
import { CUSTOMERS, type Facts, fileOf, ROUTES, rolesMissing, stepsOf } from "../../src/office/first_day.ts";
import type { Staff } from "../../src/office/session.ts";

const NOTHING: Facts = {
  people: null,
  collectors: [],
  plans: [],
  hasMeter: false,
  waiting: 0,
  runs: [],
  bills: 0,
  devices: [],
  shifts: [],
};

function signedIn(...roles: StaffRole[]): Staff {
  return { roles, units: ["*"] } as unknown as Staff;
}

function account(id: string, ...roles: StaffRole[]): StaffView {
  return { staff_id: id, roles, units: ["*"], deactivated_at: null } as unknown as StaffView;
}

function plan(codes: readonly string[]): RoutePlan {
  return { stops: codes.map((code) => ({ customer_code: code })), total_stops: codes.length } as unknown as RoutePlan;
}

function stateOf(name: string, facts: Partial<Facts>, ...roles: StaffRole[]): string | undefined {
  return stepsOf({ ...NOTHING, ...facts }, signedIn(...roles)).find((step) => step.name === name)?.state;
}

test("whoever may not read what would tell sees neither done nor to do", () => {
  assert.equal(stateOf("collect", {}, "billing_clerk"), "unseen");
  assert.equal(stateOf("collect", {}, "cashier"), "todo");
  assert.equal(stateOf("people", {}, "supervisor"), "unseen");
  const elsewhere = { ...signedIn("supervisor"), units: ["PB1401"] };
  assert.ok(stepsOf(NOTHING, elsewhere).every((step) => step.state === "unseen"));
});

test("one account alone cannot do what takes two people", () => {
  const all: StaffRole[] = ["billing_clerk", "supervisor", "cashier"];
  assert.deepEqual(rolesMissing([]), all);
  assert.deepEqual(rolesMissing([account("a", ...all)]), ["supervisor"]);
  assert.deepEqual(rolesMissing([account("a", "billing_clerk"), account("b", "supervisor", "cashier")]), []);
});

test("a route is arranged once its order is not the list's", () => {
  const listed = CUSTOMERS.slice(0, 8);
  assert.equal(stateOf("route", { plans: [plan(listed)] }, "supervisor"), "todo");
  assert.equal(stateOf("route", { plans: [plan([...listed].reverse())] }, "supervisor"), "done");
  assert.equal(ROUTES.length, 2);
});

test("a run over all units or one that was dropped is not the first day's", () => {
  const run = { is_trial: false, state: "computed", bills: 15, unit_prefix: "PB9900" } as unknown as BillRunView;
  assert.equal(stateOf("readings", { runs: [run] }, "billing_clerk"), "done");
  assert.equal(stateOf("readings", { runs: [{ ...run, unit_prefix: "" }] }, "billing_clerk"), "todo");
  assert.equal(stateOf("readings", { runs: [{ ...run, state: "discarded" }] }, "billing_clerk"), "todo");
});

test("readings are of the whole month before", () => {
  const line = fileOf("readings", "2028-03-01").split("\n")[1] ?? "";
  assert.match(line, /,KT,1,2,2028,2028-02-01,2028-02-29,/);
  assert.match(fileOf("readings", "2027-01-15").split("\n")[1] ?? "", /,12,2026,2026-12-01,2026-12-31,/);
});
