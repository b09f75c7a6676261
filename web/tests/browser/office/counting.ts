/** Counting cash at a desk, note by note. */
import type { Desk } from "./desk.ts";

/** The fewest notes that make up an amount, less than 200 đồng short of it. */
export function notesOf(amount: number): Record<number, number> {
  const pieces: Record<number, number> = {};
  let rest = amount;
  for (const note of [500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200]) {
    pieces[note] = Math.floor(rest / note);
    rest %= note;
  }
  return pieces;
}

export async function count(desk: Desk, pieces: Readonly<Record<number, number>>): Promise<void> {
  for (const [note, number] of Object.entries(pieces)) {
    const written = note.replace(/\B(?=(\d{3})+$)/g, ".");
    await desk.page.getByLabel(`Số tờ ${written}`, { exact: true }).fill(String(number));
  }
}
