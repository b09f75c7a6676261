/** What was collected over a day, hour by hour, beside the days before it. Pure. */
import type { DayHours } from "../api/types.ts";

export interface Point {
  /** As the clock shows it, with minutes as parts: 9.5 is 09:30. */
  readonly hour: number;
  /** What had come in by then, in đồng. */
  readonly amount: number;
}

export interface Curve {
  /** First and last hour of the picture. */
  readonly from: number;
  readonly to: number;
  /** The day itself, at each full hour; of the present day up to now, and now. */
  readonly day: readonly Point[];
  /** Of the days before, at each full hour from `from` on: their average, the lowest and the highest. */
  readonly usual: readonly number[];
  readonly least: readonly number[];
  readonly most: readonly number[];
  /** The average at the last point of the day. */
  readonly usualThen: number;
  /** How many days before are in it: those on which something was collected. */
  readonly days: number;
}

const OPENS = 7;
const CLOSES = 18;

/** Returns null where nothing was collected on any of the days. `now`: the hour, for the present day. */
export function curveOf(hours: readonly DayHours[], day: string, now: number | null): Curve | null {
  const own = hours.find((one) => one.day === day)?.hours ?? [];
  const before = hours.filter((one) => one.day !== day && one.hours.length > 0);
  const busy = [own, ...before.map((one) => one.hours)].flat().map((one) => one.hour);
  if (busy.length === 0) {
    return null;
  }
  const from = Math.min(OPENS, ...busy);
  const to = Math.max(CLOSES, ...busy.map((hour) => hour + 1), Math.ceil(now ?? 0));
  const steps = Array.from({ length: to - from + 1 }, (_, step) => from + step);
  const sums = before.map((one) => steps.map((hour) => collectedBy(one.hours, hour)));
  const over = (choose: (amounts: number[]) => number): number[] =>
    sums.length === 0 ? [] : steps.map((_, place) => choose(sums.map((amounts) => amounts[place] ?? 0)));
  const usual = over((amounts) => Math.round(amounts.reduce((one, other) => one + other, 0) / amounts.length));
  const last = Math.max(from, Math.min(now ?? to, to));
  const points = steps.filter((hour) => hour < last).map((hour) => ({ hour, amount: collectedBy(own, hour) }));
  return {
    from,
    to,
    day: [...points, { hour: last, amount: collectedBy(own, to) }],
    usual,
    least: over((amounts) => Math.min(...amounts)),
    most: over((amounts) => Math.max(...amounts)),
    usualThen: between(usual, last - from),
    days: before.length,
  };
}

function collectedBy(hours: DayHours["hours"], hour: number): number {
  return hours.filter((one) => one.hour < hour).reduce((sum, one) => sum + one.amount, 0);
}

/** An amount between two full hours, as if money came in evenly. */
function between(amounts: readonly number[], place: number): number {
  const before = amounts[Math.floor(place)] ?? 0;
  const after = amounts[Math.ceil(place)] ?? before;
  return Math.round(before + (after - before) * (place % 1));
}
