/** What the office decides without a page: who has which pages, and what the log is asked for. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StaffRole } from "../../src/api/types.ts";
import { addressTo, fieldsIn, wantedOf } from "../../src/office/act_filter.ts";
import { valueText } from "../../src/office/act_value.ts";
import { paceOf, type Sample, withSample } from "../../src/office/run_progress.ts";
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

describe("the progress of a bill run", () => {
  const begun: Sample = { at: 0, parts: 0, bills: 0 };

  test("its pace is that of what was read, and the time left what the other parts take at it", () => {
    const samples = withSample([begun], { at: 10_000, parts: 20, bills: 10_000 });
    assert.deepEqual(paceOf(samples, 50), { rate: 1_000, secondsLeft: 15 });
  });

  test("what lies longer back than half a minute does not count", () => {
    let samples: readonly Sample[] = [begun];
    for (let at = 10_000; at <= 100_000; at += 10_000) {
      const parts = at < 60_000 ? at / 10_000 : 6 + (at - 60_000) / 1_000;
      samples = withSample(samples, { at, parts, bills: parts * 500 });
    }
    assert.ok(samples.length <= 5);
    assert.equal(paceOf(samples, 46)?.rate, 500);
  });

  test("nothing is said of a pace while no part is done", () => {
    assert.equal(paceOf(withSample([begun], { at: 5_000, parts: 0, bills: 0 }), 10), null);
  });
});

describe("a value of the log", () => {
  const words: Readonly<Record<string, string>> = { log_yes: "có", log_no: "không" };
  const text = (value: unknown) => valueText(value, (key) => words[key] ?? key);

  test("is never the word null: what was left out is a dash, or is not there", () => {
    assert.deepEqual([null, "", [], {}].map(text), ["–", "–", "–", "–"]);
    assert.equal(text({ price_group: null, households: "2" }), "households: 2");
    assert.equal(
      text([{ meter_number: "M1", new_reading: 1_320, digits: null }]),
      "meter_number: M1, new_reading: 1320",
    );
  });

  test("says yes and no in words, and zero as it is", () => {
    assert.deepEqual([true, false, 0, "lan"].map(text), ["có", "không", "0", "lan"]);
  });
});
