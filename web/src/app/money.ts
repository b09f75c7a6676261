/** Whole đồng: as people write them, and as they type them. */

/** `871.020 đ`; no-break, so that an amount is never torn apart. */
export function dong(amount: number): string {
  return `${plainDong(amount)}\u00a0đ`;
}

/** `871.020`. */
export function plainDong(amount: number): string {
  const digits = String(Math.abs(Math.trunc(amount))).replace(/\B(?=(\d{3})+$)/g, ".");
  return amount < 0 ? `-${digits}` : digits;
}

/** What somebody typed as an amount, or null where it is none. Dots and blanks between digits are let pass. */
export function readDong(typed: string): number | null {
  const digits = typed.replace(/[\s.,\u00a0]|đ$/g, "");
  return /^\d{1,12}$/.test(digits) ? Number(digits) : null;
}

/** What is asked for in cash: `amount`, rounded up to whole multiples of `step`. */
export function roundedUp(amount: number, step: number): number {
  return Math.ceil(amount / step) * step;
}

/** Notes in use, the greatest first. */
export const NOTES = [500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200] as const;

/** Amounts that a payer is likely to hand over for `due`: exact, and the next round sums, the smallest first. */
export function likelyAmounts(due: number, most = 4): number[] {
  const amounts = new Set([due]);
  for (const note of [1_000, 10_000, 50_000, 100_000, 200_000, 500_000]) {
    amounts.add(Math.ceil(due / note) * note);
  }
  return [...amounts].sort((one, other) => one - other).slice(0, most);
}

/** The fewest notes that make up `amount`, and what is left below the smallest. */
export function inNotes(amount: number): { notes: [note: number, pieces: number][]; rest: number } {
  const notes: [number, number][] = [];
  let rest = amount;
  for (const note of NOTES) {
    const pieces = Math.floor(rest / note);
    if (pieces > 0) {
      notes.push([note, pieces]);
      rest -= pieces * note;
    }
  }
  return { notes, rest };
}
