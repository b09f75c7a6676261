/** How probably what was typed was meant to be what is known: the server's rules. */
import { INITIALS_LENGTH } from "./query.ts";
import { alike } from "./sounds.ts";

/** Letters that are pronounced or written for each other in the south; confusing them is half a mistake. */
const SOUND_ALIKE = new Set(
  ["iy", "sx", "dv", "dr", "nl", "ct", "kc", "oa", "ue", "rg", "gv", "kq"].flatMap((pair) => [
    pair,
    [...pair].reverse().join(""),
  ]),
);

/** A customer under its search keys. */
export interface Candidate {
  readonly name: readonly string[];
  readonly address: ReadonlySet<string>;
}

/** For each word of a query, the known words that may have been meant, each with its weight. */
export interface Spellings {
  readonly words: readonly string[];
  readonly meant: readonly ReadonlyMap<string, number>[];
}

/**
 * From 0 to 1, how probably `typed` was meant to be `known`.
 *
 * 1 for the same word; less for the beginning of a word; less still for one or (from five letters on) two slips, where
 * swapped neighbours are one slip, letters and whole syllables that sound alike half of one. 0 for anything else; single letters and
 * numbers are never misspelt, and of two letters the first is right.
 */
export function spellingWeight(typed: string, known: string): number {
  if (typed === known) {
    return 1;
  }
  if (known.startsWith(typed) && !isNumber(typed)) {
    return beginningWeight(typed, known);
  }
  if (typed.length < 2 || !isWord(typed) || !isWord(known)) {
    return 0;
  }
  if (typed.length <= INITIALS_LENGTH && (typed[0] !== known[0] || known.length <= typed.length)) {
    return 0;
  }
  const allowed = typed.length >= 5 ? 2 : 1;
  const slips = alike(known).has(typed) ? 0.5 : slipsBetween(typed, known, allowed);
  return slips > allowed ? 0 : 1 - (0.9 * slips) / Math.max(typed.length, known.length);
}

/** Each word as it stands. */
export function asTyped(words: readonly string[]): Spellings {
  return { words, meant: words.map((word) => new Map([[word, 1]])) };
}

/** For each word at most `most` of the known words that are like it; words in `kept` stay as they are. */
export function corrected(
  words: readonly string[],
  known: ReadonlySet<string>,
  most: number,
  kept: ReadonlySet<string> = new Set(),
): Spellings {
  return {
    words,
    meant: words.map((word) => {
      if (kept.has(word)) {
        return new Map([[word, 1]]);
      }
      const weighed = [...new Set([word, ...known])].map((one) => [one, spellingWeight(word, one)] as const);
      return new Map(
        weighed
          .filter(([, weight]) => weight > 0)
          .sort(([a, x], [b, y]) => y - x || a.length - b.length || (a < b ? -1 : 1))
          .slice(0, most),
      );
    }),
  };
}

/** Whether a customer has all the words (but `leftOut` of them) in name or address, in one of their spellings. */
export function answers(spellings: Spellings, candidate: Candidate, leftOut = 0): boolean {
  const joined = candidate.name.join("");
  const phrase = spellings.words.join("");
  if (joined.startsWith(phrase)) {
    return true;
  }
  const missing = spellings.words.filter((typed, place) => {
    const meant = spellings.meant[place] ?? new Map<string, number>();
    const isLast = place === spellings.words.length - 1;
    const has = (word: string): boolean =>
      meant.has(word) || (isLast && typed.length > INITIALS_LENGTH && !isNumber(typed) && word.startsWith(typed));
    const isInitial = typed.length <= INITIALS_LENGTH && isWord(typed);
    return !(
      candidate.name.some((word) => has(word) || (isInitial && word.startsWith(typed))) ||
      [...candidate.address].some(has)
    );
  });
  return missing.length <= leftOut;
}

/**
 * From 0 to 1, how well a customer answers to the query.
 *
 * Every word counts: in the name fully, in the address a little less, nowhere not at all. Words of the name that were not
 * asked for cost a little, and so do words in another order.
 */
export function weightOf(spellings: Spellings, candidate: Candidate): number {
  const { name, address } = candidate;
  const joined = spellings.words.join("");
  if (spellings.words.length === 1 && joined.length > 5 && name.join("").startsWith(joined)) {
    return name.length > 1 ? 0.95 : 1;
  }
  const free = new Set(name.keys());
  const places: number[] = [];
  let total = 0;
  for (const [index, typed] of spellings.words.entries()) {
    const meant = spellings.meant[index] ?? new Map<string, number>();
    let best = 0;
    let bestPlace = -1;
    for (const place of free) {
      const here = wordWeight(typed, name[place] ?? "", meant);
      if (here > best) {
        best = here;
        bestPlace = place;
      }
    }
    let elsewhere = 0;
    for (const [word, wordsWeight] of meant) {
      if (address.has(word)) {
        elsewhere = Math.max(elsewhere, 0.9 * wordsWeight);
      }
    }
    if (best > 0 && best >= elsewhere) {
      free.delete(bestPlace);
      places.push(bestPlace);
    }
    total += Math.max(best, elsewhere);
  }
  let weight = total / spellings.words.length;
  if (places.length > 0) {
    weight -= (0.08 * free.size) / name.length;
  }
  if (places.some((place, index) => index > 0 && place < (places[index - 1] ?? 0))) {
    weight -= 0.015;
  }
  return Math.min(1, Math.max(0, weight));
}

function wordWeight(typed: string, word: string, meant: ReadonlyMap<string, number>): number {
  return meant.get(word) ?? (word.startsWith(typed) && !isNumber(typed) ? beginningWeight(typed, word) : 0);
}

function beginningWeight(typed: string, known: string): number {
  return 0.75 + (0.2 * typed.length) / known.length;
}

function isWord(text: string): boolean {
  return /^[a-z]+$/.test(text);
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** The number of slips (optimal string alignment), or something greater than `most`. */
function slipsBetween(typed: string, known: string, most: number): number {
  if (Math.abs(typed.length - known.length) > most) {
    return most + 1;
  }
  let before: number[] = [];
  let above = Array.from({ length: known.length + 1 }, (_, place) => place);
  for (let row = 1; row <= typed.length; row += 1) {
    const letter = typed[row - 1] ?? "";
    const line = [row];
    for (let column = 1; column <= known.length; column += 1) {
      const other = known[column - 1] ?? "";
      const swap = swapCost(letter, other);
      let best = Math.min(at(above, column) + 1, at(line, column - 1) + 1, at(above, column - 1) + swap);
      if (row > 1 && column > 1 && letter === known[column - 2] && typed[row - 2] === other) {
        best = Math.min(best, at(before, column - 2) + 1);
      }
      line.push(best);
    }
    if (Math.min(...line) > most) {
      return most + 1;
    }
    before = above;
    above = line;
  }
  return at(above, known.length);
}

function swapCost(letter: string, other: string): number {
  if (letter === other) {
    return 0;
  }
  return SOUND_ALIKE.has(letter + other) ? 0.5 : 1;
}

function at(line: readonly number[], place: number): number {
  return line[place] ?? Number.POSITIVE_INFINITY;
}
