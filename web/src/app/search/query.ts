/** What a person typed to find a customer: the server's rules, for when there is no server. */
import { plainSigns, searchKey } from "../text.ts";

/** A word of one or two letters is taken for the beginning of a word, as in `ng.t.hanh`. */
export const INITIALS_LENGTH = 2;
const MOST_WORDS = 12;

const LETTERS = "abcdefghiklmnopqrstuvxy";
const DIGITS = "0123456789";

export interface Query {
  /** What it looks like: letters and digits of a code or a meter; digits only; words of a name or an address. */
  readonly kind: "code" | "digits" | "words";
  readonly text: string;
  readonly words: readonly string[];
}

/** What was typed or pasted looks like. A query of signs only has no words and finds nothing. */
export function classify(pasted: string): Query {
  const typed = plainSigns(pasted);
  const key = searchKey(typed);
  const words = key === "" ? [] : key.split(" ").slice(0, MOST_WORDS);
  const tokens = key === "" ? [] : key.toUpperCase().split(" ");
  const text = tokens.join("");
  if (/^\+?[0-9 ().\-/]+$/.test(typed) && text.length >= 3) {
    return { kind: "digits", text, words };
  }
  const spaced = /^P[A-Z][0-9]{2}[0-9A-Z]{2,}$/.test(text) && tokens.slice(1).every(hasDigit);
  const single = tokens.length === 1 && /^[0-9A-Z]{4,}$/.test(text) && hasDigit(text);
  return { kind: spaced || single ? "code" : "words", text, words };
}

const CODE_IN_TEXT = /(?=(P[A-Z][0-9]{2}[0-9A-Z]{2}[0-9]{7}))/g;
const PHONE_IN_TEXT = /(?<![0-9])(?:\+ ?84|0084|84|0)(?:[ .()-]*[0-9]){9,10}(?![0-9])/g;
const MOST_MENTIONED = 5;

/**
 * The customer codes and phone numbers that stand anywhere in a longer text, such as a message, codes first.
 *
 * The number of a bill begins with the customer's code, and banks run the content of a transfer together with their own
 * letters: a code counts wherever it stands.
 */
export function mentioned(typed: string): string[] {
  const letters = searchKey(typed).toUpperCase().replaceAll(" ", "");
  const codes = [...letters.matchAll(CODE_IN_TEXT)].map(([, code = ""]) => code);
  const phones = (typed.match(PHONE_IN_TEXT) ?? []).map((found) => found.replace(/[^0-9]/g, ""));
  return [...new Set([...codes, ...phones])].slice(0, MOST_MENTIONED);
}

/** Every text that differs from an upper-case code by one slip of the finger. */
export function codeSlips(code: string): Set<string> {
  return singleSlips(code, DIGITS + LETTERS.toUpperCase());
}

/** Every number that differs from `digits` by one slip of the finger. */
export function digitSlips(digits: string): Set<string> {
  return singleSlips(digits, DIGITS);
}

function hasDigit(token: string): boolean {
  return /[0-9]/.test(token);
}

function singleSlips(text: string, alphabet: string): Set<string> {
  const slips = new Set<string>();
  for (let place = 0; place <= text.length; place += 1) {
    const left = text.slice(0, place);
    const right = text.slice(place);
    if (right) {
      slips.add(left + right.slice(1));
    }
    if (right.length > 1) {
      slips.add(left + right[1] + right[0] + right.slice(2));
    }
    for (const letter of alphabet) {
      if (right) {
        slips.add(left + letter + right.slice(1));
      }
      slips.add(left + letter + right);
    }
  }
  slips.delete(text);
  return slips;
}
