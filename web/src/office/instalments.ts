/** Parts of an agreement as they are typed. Pure. */

export interface TypedPart {
  readonly day: string;
  readonly amount: string;
}

export interface WantedPart {
  readonly due_on: string;
  readonly amount: number;
}

/** Whole đồng divided evenly, in thousands as far as that goes; the last part has the rest. */
export function evenly(debt: number, parts: number, dayOf: (place: number) => string): TypedPart[] {
  const exact = Math.floor(debt / parts);
  const each = exact >= 1000 ? exact - (exact % 1000) : exact;
  return Array.from({ length: parts }, (_, place) => ({
    day: dayOf(place),
    amount: String(place === parts - 1 ? debt - each * (parts - 1) : each),
  }));
}

/** What the parts lack; negative where they are too much. What is no amount counts as nothing. */
export function leftOf(debt: number, parts: readonly TypedPart[]): number {
  return debt - parts.reduce((sum, part) => sum + (amountOf(part) ?? 0), 0);
}

/** The parts as they are asked for; null where one is no amount, or has no day after the one before. */
export function wantedParts(parts: readonly TypedPart[]): WantedPart[] | null {
  const wanted: WantedPart[] = [];
  for (const part of parts) {
    const amount = amountOf(part);
    if (amount === null || !/^\d{4}-\d{2}-\d{2}$/.test(part.day) || (wanted.at(-1)?.due_on ?? "") >= part.day) {
      return null;
    }
    wanted.push({ due_on: part.day, amount });
  }
  return wanted;
}

function amountOf({ amount }: TypedPart): number | null {
  const digits = amount.replace(/[.\s]/g, "");
  return /^[1-9]\d{0,11}$/.test(digits) ? Number(digits) : null;
}
