/** How the present day stands after an event of the gateway. Pure. */
import type { DayFigures, DayUpdate, DayView } from "../api/types.ts";

function keyOf(row: DayFigures): string {
  return `${row.unit_code} ${row.route_code}`;
}

/** Routes keep their places; those that are new come last. Null where an event says what changed of a day nobody has. */
export function dayAfter(before: DayView | null, update: DayUpdate): DayView | null {
  const { day, figures, signs } = update;
  if (update.whole) {
    return { day, figures, signs };
  }
  if (before === null || before.day !== day) {
    return null;
  }
  const rows = new Map(before.figures.map((row) => [keyOf(row), row]));
  for (const row of figures) {
    rows.set(keyOf(row), row);
  }
  return { day, figures: [...rows.values()], signs };
}
