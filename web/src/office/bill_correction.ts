/** What is asked for to put a bill right, from what was typed. Pure. */
import type { Bill, CorrectionKind, RightReading } from "../api/types.ts";

/** A register of a meter. */
interface Register {
  readonly meter_number: string;
  readonly meter_register?: string | undefined;
}

export interface TypedCorrection {
  readonly kind: CorrectionKind;
  /** By meter, register and end of the period; what was not touched is left out. */
  readonly readings: Readonly<Record<string, string>>;
  readonly group: string;
  readonly households: string;
}

export interface WantedCorrection {
  readonly kind: CorrectionKind;
  readonly readings: RightReading[];
  readonly price_group: string | null;
  readonly households: string | null;
}

export function placeOf({ meter_number: meter, meter_register: register }: Register): string {
  return register === undefined || register === "KT" ? meter : `${meter} ${register}`;
}

export function asBilled(bill: Bill): TypedCorrection {
  return { kind: "adjustment", readings: {}, group: bill.price_group, households: bill.households };
}

/**
 * What the gateway is asked; null where something is no number, or nothing differs from the bill.
 *
 * All readings of a period are named, or none where none differs: then they stay as they stand.
 */
export function wantedOf(bill: Bill, typed: TypedCorrection): WantedCorrection | null {
  if (bill.charge) {
    // A fee or interest has nothing to put right: it is taken back whole.
    return { kind: "adjustment", readings: [], price_group: null, households: null };
  }
  const readings: RightReading[] = [];
  let isChanged = false;
  for (const reading of bill.readings) {
    const old = numberIn(typed.readings[`old ${placeOf(reading)}`], reading.old_reading);
    const now = numberIn(typed.readings[`new ${placeOf(reading)}`], reading.new_reading);
    if (old === null || now === null) {
      return null;
    }
    isChanged ||= old !== reading.old_reading || now !== reading.new_reading;
    readings.push({
      meter_number: reading.meter_number,
      meter_register: reading.meter_register ?? "KT",
      old_reading: old,
      new_reading: now,
    });
  }
  const households = typed.households.trim().replace(",", ".");
  if (!/^\d{1,6}([.]\d{1,2})?$/.test(households)) {
    return null;
  }
  const wanted: WantedCorrection = {
    kind: typed.kind,
    readings: isChanged ? readings : [],
    price_group: typed.group === bill.price_group ? null : typed.group,
    households: households === bill.households ? null : households,
  };
  return isChanged || wanted.price_group !== null || wanted.households !== null ? wanted : null;
}

/** What somebody typed as a reading; null where it is none. */
export function numberIn(typed: string | undefined, otherwise: number): number | null {
  if (typed === undefined) {
    return otherwise;
  }
  const digits = typed.replace(/[\s.,\u00a0]/g, "");
  return /^\d{1,12}$/.test(digits) ? Number(digits) : null;
}

/**
 * Whether a bill can be corrected by itself: not one that only adds a difference, nor one that another has replaced, nor
 * a charge that was taken back.
 */
export function isCorrectable(bill: Bill): boolean {
  const corrected = bill.corrected_by ?? [];
  if (bill.charge) {
    return corrected.length === 0;
  }
  return bill.kind !== "adjustment" && !corrected.some((each) => each.kind === "replacement");
}
