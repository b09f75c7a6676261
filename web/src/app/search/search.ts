/** Finding customers on the downloaded route, as forgiving as the server is. */
import type { CustomerMatch, CustomerSummary, MatchedOn, RouteStop } from "../../api/types.ts";
import { searchKey } from "../text.ts";
import { classify, codeSlips, digitSlips, mentioned, type Query } from "./query.ts";
import { answers, asTyped, type Candidate, corrected, type Spellings, weightOf } from "./spelling.ts";

/** With fewer matches than this, the words are taken to be misspelt. */
const ENOUGH = 3;
const MANY_WORDS = 4;

interface Entry extends Candidate {
  readonly customer: CustomerSummary;
}

const indexes = new WeakMap<readonly RouteStop[], RouteIndex>();

/** The index of a route, made once for it. */
export function indexOf(stops: readonly RouteStop[]): RouteIndex {
  const index = indexes.get(stops) ?? new RouteIndex(stops);
  indexes.set(stops, index);
  return index;
}

/** The customers of a route under their search keys; made once, asked often. */
export class RouteIndex {
  readonly #entries: readonly Entry[];
  readonly #vocabulary = new Set<string>();

  constructor(stops: readonly RouteStop[]) {
    this.#entries = stops.map(({ customer }) => {
      const name = searchKey(customer.name).split(" ");
      const { address: present, ward, address_old: old } = customer;
      const address = new Set(searchKey([present, ward ?? "", old ?? ""].join(" ")).split(" "));
      for (const word of [...name, ...address]) {
        if (/^[a-z]+$/.test(word)) {
          this.#vocabulary.add(word);
        }
      }
      return { customer, name, address };
    });
  }

  /** At most `limit` customers that answer to what was typed, the best first. */
  search(typed: string, limit = 20): CustomerMatch[] {
    const query = classify(typed);
    if (query.words.length === 0) {
      return [];
    }
    let matches = query.kind === "words" ? [] : this.#byIdentifier(query);
    if (!matches.some((match) => match.score === 1)) {
      const named = this.#mentioned(typed);
      matches = named.length > 0 ? named : matches;
    }
    if (matches.length === 0) {
      matches = this.#byWords(query.words, limit);
    }
    return matches
      .sort(
        (one, other) => other.score - one.score || (one.customer.customer_code < other.customer.customer_code ? -1 : 1),
      )
      .slice(0, limit);
  }

  #byIdentifier(query: Query): CustomerMatch[] {
    const isNumber = query.kind === "digits";
    const phone = isNumber ? beginningOfPhone(query.text) : null;
    const found = this.#collect((customer) =>
      identify(customer, query.text, phone, isNumber && query.text.length <= 9),
    );
    if (found.length > 0 || query.text.length < 6) {
      return found;
    }
    const slips = isNumber ? digitSlips(query.text) : codeSlips(query.text);
    return this.#collect(({ customer_code: code, phone: known, meter_number: meter }) => {
      if (slips.has(code)) {
        return ["code", 0.7];
      }
      if (known && slips.has(`0${known.replace(/^\+84/, "")}`)) {
        return ["phone", 0.7];
      }
      return meter && slips.has(meter) ? ["meter", 0.65] : null;
    });
  }

  /** Whose whole code or number stands anywhere in a longer text. */
  #mentioned(typed: string): CustomerMatch[] {
    const texts = mentioned(typed).map((text) => [text, beginningOfPhone(text)] as const);
    return this.#collect((customer) => {
      const ways = texts.map(([text, phone]) => identify(customer, text, phone, false));
      return ways.find((way) => way?.[1] === 1) ?? null;
    });
  }

  #collect(matchOf: (customer: CustomerSummary) => readonly [MatchedOn, number] | null): CustomerMatch[] {
    return this.#entries.flatMap(({ customer }) => {
      const found = matchOf(customer);
      return found ? [{ customer, matched_on: found[0], score: found[1] }] : [];
    });
  }

  #byWords(words: readonly string[], limit: number): CustomerMatch[] {
    const enough = Math.min(ENOUGH, limit);
    const found = new Map<Entry, CustomerMatch>();
    const look = (spellings: Spellings, leftOut = 0): void => {
      for (const entry of this.#entries) {
        if (!found.has(entry) && answers(spellings, entry, leftOut)) {
          const score = weightOf(spellings, entry);
          if (score > 0) {
            // What answers only to a corrected spelling comes after what answers to the words as typed.
            found.set(entry, { customer: entry.customer, matched_on: inName(spellings, entry), score });
          }
        }
      }
    };
    look(asTyped(words));
    if (found.size >= enough) {
      return [...found.values()];
    }
    const most = words.length < MANY_WORDS ? 8 : 4;
    const right = new Set(words.filter((word) => this.#vocabulary.has(word)));
    const strange = corrected(words, this.#vocabulary, most, right);
    look(strange);
    if (found.size < enough) {
      look(corrected(words, this.#vocabulary, most));
    }
    if (found.size === 0 && words.length > 1) {
      look(strange, 1);
    }
    return [...found.values()];
  }
}

function inName(spellings: Spellings, entry: Entry): MatchedOn {
  const count = (words: Iterable<string>): number =>
    spellings.words.filter((typed, place) =>
      [...words].some((word) => spellings.meant[place]?.has(word) || word.startsWith(typed)),
    ).length;
  return count(entry.name) >= count(entry.address) ? "name" : "address";
}

function identify(
  customer: CustomerSummary,
  text: string,
  phoneBeginning: string | null,
  mayEndPhone: boolean,
): readonly [MatchedOn, number] | null {
  const { customer_code: code, phone, meter_number: meter } = customer;
  const ways: (readonly [MatchedOn, number] | false)[] = [
    code.startsWith(text) && ["code", code === text ? 1 : 0.9],
    code.endsWith(text) && ["code", 0.85],
    phone !== null &&
      phoneBeginning !== null &&
      phone.startsWith(phoneBeginning) && ["phone", phone === phoneBeginning ? 1 : 0.8],
    phone !== null && mayEndPhone && phone.endsWith(text) && ["phone", 0.88],
    (meter?.startsWith(text) ?? false) && ["meter", meter === text ? 1 : 0.82],
    (meter?.endsWith(text) ?? false) && ["meter", 0.86],
  ];
  let best: readonly [MatchedOn, number] | null = null;
  for (const way of ways) {
    if (way && (best === null || way[1] > best[1])) {
      best = way;
    }
  }
  return best;
}

/** The beginning of a stored number that the digits are; null when they cannot be one. */
function beginningOfPhone(digits: string): string | null {
  const bare = digits.startsWith("0084") ? digits.slice(2) : digits;
  if (bare.startsWith("84")) {
    return `+${bare}`;
  }
  return bare.startsWith("0") && bare.length > 3 ? `+84${bare.slice(1)}` : null;
}
