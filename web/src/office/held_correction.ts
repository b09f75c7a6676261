/** What is asked for to put held readings right, from what was typed. Pure. */
import type { HeldReadings, PeriodRead, RegisterRead } from "../api/types.ts";
import { numberIn, placeOf } from "./bill_correction.ts";

export interface TypedReadings {
  /** By `old` or `new`, meter and register; what was not touched is left out. */
  readonly readings: Readonly<Record<string, string>>;
  /** As a field for dates has them; what was not touched is left out. */
  readonly first?: string;
  readonly last?: string;
}

export interface RightReadings {
  readonly readings: RegisterRead[];
  /** The days of the period, where these were wrong. */
  readonly period: PeriodRead | null;
}

/** What the gateway is asked; null where something is no number or no period, or nothing differs from what is held. */
export function rightReadings(held: HeldReadings, typed: TypedReadings): RightReadings | null {
  const readings: RegisterRead[] = [];
  let isChanged = false;
  for (const reading of held.readings) {
    const place = placeOf(reading);
    const before = numberIn(typed.readings[`old ${place}`], reading.old_reading);
    const after = numberIn(typed.readings[`new ${place}`], reading.new_reading);
    if (before === null || after === null) {
      return null;
    }
    isChanged ||= before !== reading.old_reading || after !== reading.new_reading;
    readings.push({
      meter_number: reading.meter_number,
      meter_register: reading.meter_register ?? null,
      old_reading: before,
      new_reading: after,
    });
  }
  const first = typed.first ?? held.period_from;
  const last = typed.last ?? held.period_to;
  // Dates of ISO 8601 are in the order of their letters.
  if (first === "" || last === "" || last < first) {
    return null;
  }
  const hasOtherDays = first !== held.period_from || last !== held.period_to;
  return isChanged || hasOtherDays
    ? { readings, period: hasOtherDays ? { period_from: first, period_to: last } : null }
    : null;
}
