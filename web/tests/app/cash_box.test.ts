import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ShiftTotals } from "../../src/api/types.ts";
import { boxLines } from "../../src/app/cash_box.ts";

function totals(more: Partial<ShiftTotals>): ShiftTotals {
  return { payments: 0, cash: 0, reversals: 0, reversed_cash: 0, ...more };
}

describe("the lines of a cash box", () => {
  test("count cash that stands once, and no cash that was reversed while the shift was open", () => {
    const box = {
      opening_float: 200_000,
      totals: totals({ payments: 1, cash: 300_000, reversals: 1, reversed_cash: 100_000 }),
    };
    assert.deepEqual(boxLines(box), [
      ["shift_float", 200_000, 1],
      ["shift_cash", 300_000, 1],
    ]);
  });

  test("take off what was handed in before the closing", () => {
    const box = { opening_float: 0, totals: totals({ payments: 2, cash: 300_000, hand_ins: 1, handed_in: 200_000 }) };
    assert.deepEqual(boxLines(box).at(-1), ["shift_handed_in", -200_000, 1]);
  });

  test("take off what was given back for shifts before", () => {
    const box = {
      opening_float: 0,
      totals: totals({ payments: 2, cash: 300_000, given_back: 100_000, given_back_items: 1 }),
    };
    assert.deepEqual(boxLines(box).at(-1), ["shift_given_back", -100_000, 1]);
    assert.equal(
      boxLines(box).reduce((sum, [, amount]) => sum + amount, 0),
      200_000,
    );
  });
});
