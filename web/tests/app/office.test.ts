/** What the office decides without a page: who has which pages, and what the log is asked for. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StaffRole } from "../../src/api/types.ts";
import { addressTo, fieldsIn, wantedOf } from "../../src/office/act_filter.ts";
import { mayApprove, pageOf, pagesOf, type Staff } from "../../src/office/session.ts";

function somebody(...roles: StaffRole[]): Staff {
  return {
    staff_id: "0193",
    login_name: "lan",
    full_name: "Trần Thị Lan",
    units: ["*"],
    roles,
    second_factor: false,
    session_ends_at: "2026-11-29T05:00:00Z",
  };
}

describe("pages", () => {
  test("an administrator alone sees accounts and the log, and no customers", () => {
    const pages = pagesOf(somebody("administrator"));
    assert.ok(pages.includes("people") && pages.includes("log"));
    assert.ok(!(pages.includes("customers") || pages.includes("approvals") || pages.includes("shifts")));
  });

  test("an auditor sees what was asked for, and decides nothing", () => {
    const auditor = somebody("auditor");
    assert.ok(pagesOf(auditor).includes("approvals") && pagesOf(auditor).includes("log"));
    assert.equal(mayApprove(auditor), false);
  });

  test("supervisors and accountants approve; a cashier only asks", () => {
    assert.deepEqual(
      (["supervisor", "accountant", "cashier"] as const).map((role) => mayApprove(somebody(role))),
      [true, true, false],
    );
    assert.equal(mayApprove(somebody("cashier", "supervisor")), true);
  });

  test("a payment belongs to the customers, and what nobody knows to no page", () => {
    assert.deepEqual(["payments", "approvals", "account"].map(pageOf), ["customers", "approvals", null]);
  });
});

describe("the filter of the log", () => {
  test("an address and what is typed are the same", () => {
    const typed = { login_name: "lan.tran", what: "reversePayment", object: "", since: "2026-11-01", until: "" };
    assert.equal(addressTo(typed), "log?login_name=lan.tran&what=reversePayment&since=2026-11-01");
    assert.deepEqual(fieldsIn(new URLSearchParams(addressTo(typed).split("?")[1])), typed);
    assert.equal(addressTo({ login_name: " " }), "log");
  });

  test("both days are days of Vietnam, and included", () => {
    const fields = { login_name: "", what: "", object: "", since: "2026-11-01", until: "2026-11-02" };
    assert.deepEqual(wantedOf(fields), { since: "2026-10-31T17:00:00.000Z", until: "2026-11-02T17:00:00.000Z" });
  });

  test("what is no day is not asked for", () => {
    const fields = { login_name: "", what: "", object: "", since: "2026-13-01", until: "yesterday" };
    assert.deepEqual(wantedOf(fields), {});
  });
});
