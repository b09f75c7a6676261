/** What the office asks for to put held readings right. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeldReadings } from "../../src/api/types.ts";
import { rightReadings } from "../../src/office/held_correction.ts";

describe("what is asked for to put held readings right", () => {
  const held = {
    period_from: "2026-10-01",
    period_to: "2026-10-31",
    readings: [{ meter_number: "M1", meter_register: "KT", old_reading: 1_000, new_reading: 9_000 }],
  } as unknown as HeldReadings;

  test("nothing, as long as nothing differs or something is no number", () => {
    assert.equal(rightReadings(held, { readings: {} }), null);
    assert.equal(rightReadings(held, { readings: { "new M1": "9000" }, first: "2026-10-01" }), null);
    assert.equal(rightReadings(held, { readings: { "new M1": "abc" } }), null);
  });

  test("the readings alone, where the days are right", () => {
    assert.deepEqual(rightReadings(held, { readings: { "new M1": "1100" } }), {
      readings: [{ meter_number: "M1", meter_register: "KT", old_reading: 1_000, new_reading: 1_100 }],
      period: null,
    });
  });

  test("the days, where one of them was wrong", () => {
    assert.deepEqual(rightReadings(held, { readings: {}, last: "2026-10-30" })?.period, {
      period_from: "2026-10-01",
      period_to: "2026-10-30",
    });
  });

  test("nothing, where the period would end before it begins, or a day is missing", () => {
    assert.equal(rightReadings(held, { readings: {}, last: "2026-09-30" }), null);
    assert.equal(rightReadings(held, { readings: { "new M1": "1100" }, first: "" }), null);
  });
});
