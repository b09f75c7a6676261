/** What a cash box holds by the books, line by line. Pure. */
import type { Shift } from "../api/types.ts";

export type BoxLine = readonly [
  name: "shift_float" | "shift_cash" | "shift_given_back" | "shift_handed_in",
  amount: number,
  items: number,
];

/** The lines that add up to the cash in hand. Payments that were reversed while the shift was open are in none of them. */
export function boxLines({ opening_float, totals }: Pick<Shift, "opening_float" | "totals">): BoxLine[] {
  const lines: BoxLine[] = [
    ["shift_float", opening_float, 1],
    ["shift_cash", totals.cash, totals.payments],
  ];
  if (totals.given_back_items) {
    lines.push(["shift_given_back", -(totals.given_back ?? 0), totals.given_back_items]);
  }
  if (totals.hand_ins) {
    lines.push(["shift_handed_in", -(totals.handed_in ?? 0), totals.hand_ins]);
  }
  return lines;
}
