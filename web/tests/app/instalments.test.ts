/** The parts in which a customer is to pay what is owed. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { evenly, leftOf, wantedParts } from "../../src/office/instalments.ts";

const DAYS = ["2026-12-22", "2027-01-21", "2027-02-20"];
const dayOf = (place: number): string => DAYS[place] ?? "";

describe("the parts of an agreement", () => {
  test("are even in thousands, and the last one has the rest", () => {
    const parts = evenly(871_020, 3, dayOf);
    assert.deepEqual(
      parts.map(({ amount }) => amount),
      ["290000", "290000", "291020"],
    );
    assert.equal(leftOf(871_020, parts), 0);
    for (const [debt, count] of [
      [1, 1],
      [7, 3],
      [999_999_999, 7],
    ] as const) {
      assert.equal(leftOf(debt, evenly(debt, count, dayOf)), 0);
    }
  });

  test("are asked for as they are typed, with points or without", () => {
    const parts = [
      { day: "2026-12-22", amount: "290.000" },
      { day: "2027-01-21", amount: "581 020" },
    ];
    assert.deepEqual(wantedParts(parts), [
      { due_on: "2026-12-22", amount: 290_000 },
      { due_on: "2027-01-21", amount: 581_020 },
    ]);
    assert.equal(leftOf(900_000, parts), 28_980);
  });

  test("are not asked for while one is no amount, or not later than the one before", () => {
    const part = { day: "2026-12-22", amount: "1000" };
    assert.equal(wantedParts([part, { day: "2026-12-22", amount: "1000" }]), null);
    assert.equal(wantedParts([part, { day: "", amount: "1000" }]), null);
    assert.equal(wantedParts([{ day: "2026-12-22", amount: "0" }]), null);
    assert.equal(wantedParts([{ day: "2026-12-22", amount: "-5" }]), null);
  });
});
