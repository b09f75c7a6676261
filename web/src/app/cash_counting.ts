/** Cash counted by denomination. Pure. */
import { NOTES } from "./money.ts";

/** What was typed as the number of pieces of each note. */
export type Pieces = Readonly<Record<number, string>>;

export function countOf(pieces: Pieces): { counted: number; denominations: Record<string, number> } {
  const counts = NOTES.map((note) => [note, Number(pieces[note] ?? 0) || 0] as const);
  return {
    counted: counts.reduce((sum, [note, count]) => sum + note * count, 0),
    denominations: Object.fromEntries(counts.filter(([, count]) => count > 0)),
  };
}
