/** A route as somebody is arranging it, before anything is saved. Pure. */

export interface Draft {
  /** Customer codes of those who stay, in the order of walking. */
  readonly order: readonly string[];
  /** Those who leave the route, in the order of walking. */
  readonly leaving: readonly string[];
}

export interface Move {
  readonly code: string;
  /** Places count from 1. */
  readonly from: number;
  readonly to: number;
}

/** Put a customer at a place, which counts from 0; others make room. */
export function movedTo(draft: Draft, code: string, place: number): Draft {
  const others = draft.order.filter((one) => one !== code);
  if (others.length === draft.order.length) {
    return draft;
  }
  const at = Math.max(0, Math.min(place, others.length));
  return { ...draft, order: [...others.slice(0, at), code, ...others.slice(at)] };
}

/** Let a customer leave the route, or stay after all: then at the end, or where the route has the customer. */
export function toggled(draft: Draft, code: string, planned: readonly string[]): Draft {
  if (draft.leaving.includes(code)) {
    const back = { order: [...draft.order, code], leaving: draft.leaving.filter((one) => one !== code) };
    const before = new Set(planned.slice(0, planned.indexOf(code)));
    return movedTo(back, code, draft.order.filter((one) => before.has(one)).length);
  }
  const leaving = new Set([...draft.leaving, code]);
  return {
    order: draft.order.filter((one) => one !== code),
    leaving: planned.filter((one) => leaving.has(one)),
  };
}

/** Those who have another place than before, among those who stay: the fewest whose moving makes the new order. */
export function movesOf(draft: Draft, planned: readonly string[]): Move[] {
  const places = new Map(planned.map((code, place) => [code, place + 1]));
  const kept = unmoved(draft.order.map((code) => places.get(code) ?? 0));
  return draft.order.flatMap((code, at) => (kept.has(at) ? [] : [{ code, from: places.get(code) ?? 0, to: at + 1 }]));
}

/** The places of a longest increasing run: who stands in it has not been moved, others have been moved past. */
function unmoved(numbers: readonly number[]): Set<number> {
  const ends: number[] = [];
  const before: number[] = [];
  numbers.forEach((number, at) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] as number] as number) < number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    before[at] = ends[low - 1] ?? -1;
    ends[low] = at;
  });
  const run = new Set<number>();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] as number) {
    run.add(at);
  }
  return run;
}

/** Take a draft over to what the route has become meanwhile: who has come is at the end, who has gone is left out. */
export function carriedOver(draft: Draft, planned: readonly string[]): Draft {
  const there = new Set(planned);
  const known = new Set([...draft.order, ...draft.leaving]);
  return {
    order: [...draft.order.filter((code) => there.has(code)), ...planned.filter((code) => !known.has(code))],
    leaving: draft.leaving.filter((code) => there.has(code)),
  };
}
