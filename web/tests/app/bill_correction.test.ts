/** What the office asks for to put a bill right. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Bill } from "../../src/api/types.ts";
import { asBilled, isCorrectable, wantedOf } from "../../src/office/bill_correction.ts";

describe("what is asked for to put a bill right", () => {
  const reading = (register: string, old: number, now: number) => ({
    meter_number: "M1",
    meter_register: register,
    old_reading: old,
    new_reading: now,
    kwh: now - old,
    multiplier: 1,
  });
  const bill = {
    price_group: "household",
    households: "1",
    kind: "ordinary",
    readings: [reading("BT", 1_000, 1_300), reading("CD", 50, 80)],
  } as unknown as Bill;

  test("nothing, as long as nothing differs from the bill or something is no number", () => {
    const typed = asBilled(bill);
    assert.equal(wantedOf(bill, typed), null);
    assert.equal(wantedOf(bill, { ...typed, readings: { "new M1 BT": "1.300" } }), null);
    assert.equal(wantedOf(bill, { ...typed, readings: { "new M1 BT": "abc" } }), null);
    assert.equal(wantedOf(bill, { ...typed, households: "two" }), null);
  });

  test("all registers of the period, where one of them was read wrong", () => {
    const wanted = wantedOf(bill, { ...asBilled(bill), readings: { "new M1 CD": "70" } });
    assert.deepEqual(
      wanted?.readings.map((one) => [one.meter_register, one.old_reading, one.new_reading]),
      [
        ["BT", 1_000, 1_300],
        ["CD", 50, 70],
      ],
    );
    assert.deepEqual([wanted?.price_group, wanted?.households], [null, null]);
  });

  test("no readings, where only the contract was wrong", () => {
    const wanted = wantedOf(bill, {
      ...asBilled(bill),
      kind: "replacement",
      group: "business_lt6kv",
      households: "2,25",
    });
    assert.deepEqual(wanted, { kind: "replacement", readings: [], price_group: "business_lt6kv", households: "2.25" });
  });

  test("a bill that another has replaced, or that only adds a difference, is not corrected by itself", () => {
    assert.equal(isCorrectable(bill), true);
    assert.equal(isCorrectable({ ...bill, kind: "adjustment" }), false);
    const followed = { correction_id: "1", kind: "replacement", corrected_at: "2026-11-02T00:00:00Z" } as const;
    assert.equal(isCorrectable({ ...bill, corrected_by: [followed] }), false);
  });

  test("a charge is taken back whole, and once", () => {
    const fee = { ...bill, readings: [], charge: "reconnection_fee" } as unknown as Bill;
    assert.deepEqual(wantedOf(fee, { ...asBilled(fee), kind: "replacement", households: "x" }), {
      kind: "adjustment",
      readings: [],
      price_group: null,
      households: null,
    });
    assert.equal(isCorrectable(fee), true);
    const takenBack = { correction_id: "1", kind: "adjustment", corrected_at: "2026-11-02T00:00:00Z" } as const;
    assert.equal(isCorrectable({ ...fee, corrected_by: [takenBack] }), false);
  });
});
