/**
 * Text as it can be drawn: every character that is left has a glyph, and nothing is a command to a printer.
 * The steps are those of docs/printing.md §2; the ranges are written out so that every implementation agrees.
 */

import type { Atlas } from "./atlas.ts";

export const NO_BREAK_SPACE = "\u00a0";
const TAB = "    ";

const NEW_LINES = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
const INVISIBLE =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: single characters, combining ones among them
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
const MARKS = "\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f";
const LETTER = `([^ \\n\\u00a0${MARKS}])`;
const FIRST_MARK = new RegExp(`${LETTER}[${MARKS}]`, "gu");
const MARKS_OF_LETTER = new RegExp(`${LETTER}[${MARKS}]+`, "gu");
const MARKS_ALONE = new RegExp(`[${MARKS}]+`, "gu");
const HAN = "\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff";
const WORD = "0-9A-Za-z\\u00c0-\\u1ef9";
const HAN_BEFORE_WORD = new RegExp(`([${HAN}])(?=[${HAN}${WORD}])`, "gu");
const WORD_BEFORE_HAN = new RegExp(`([${WORD}])(?=[${HAN}])`, "gu");
/** Marks of a letter that are taken off one by one, so that a tone behind a mark without a glyph is kept. */
const TRIES = 3;

/** What NFD does not take apart, for printers that were set to text without marks. */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ["đ", "d"],
  ["Đ", "D"],
  ["₫", "d"],
  ["€", "EUR"],
  ["–", "-"],
  ["—", "-"],
  ["‘", "'"],
  ["’", "'"],
  ["“", '"'],
  ["”", '"'],
  ["„", '"'],
  ["«", '"'],
  ["»", '"'],
  ["•", "*"],
  ["·", "."],
  ["…", "..."],
  ["×", "x"],
  ["÷", ":"],
  ["±", "+-"],
  ["°", "o"],
  ["²", "2"],
  ["³", "3"],
  ["¹", "1"],
  ["¼", "1/4"],
  ["½", "1/2"],
  ["¾", "3/4"],
  ["→", "->"],
  ["≤", "<="],
  ["≥", ">="],
  ["≈", "~"],
  ["‰", "o/oo"],
  ["ß", "ss"],
  ["Æ", "AE"],
  ["æ", "ae"],
  ["Ø", "O"],
  ["ø", "o"],
  ["Ð", "D"],
  ["ð", "d"],
]);
const PLAIN_FALLBACK = "?";

/**
 * `text` in characters that have a glyph, and line feeds.
 *
 * NFC; every kind of line break becomes a line feed, a tab four spaces; control characters and what has no width go;
 * a letter without a glyph becomes its plain letter, and one with a mark that it has no glyph with loses the mark; a
 * Chinese character becomes its Vietnamese reading, a word of its own. What has none becomes `□`: something is always seen where something was written.
 */
export function normalise(text: string, atlas: Atlas): string {
  let clean = text
    .normalize("NFC")
    .replace(NEW_LINES, "\n")
    .replaceAll("\t", TAB)
    .replace(INVISIBLE, "")
    // Taking out what has no width can bring a letter and its mark together.
    .normalize("NFC");
  for (let tries = 0; tries < TRIES; tries += 1) {
    clean = clean.replace(FIRST_MARK, "$1").normalize("NFC");
  }
  clean = clean.replace(HAN_BEFORE_WORD, "$1 ").replace(WORD_BEFORE_HAN, "$1 ");
  clean = clean.replace(MARKS_OF_LETTER, "$1").replace(MARKS_ALONE, atlas.fallback);
  let drawn = "";
  for (const character of clean) {
    drawn += isDrawable(character, atlas) ? character : (atlas.substitutes.get(character) ?? atlas.fallback);
  }
  return drawn;
}

function isDrawable(character: string, atlas: Atlas): boolean {
  return atlas.places.has(character) || character === "\n" || character === NO_BREAK_SPACE;
}

/** `text` normalised, then without marks and signs, for a printer's own letters: `Nguyễn` → `Nguyen`. */
export function toAscii(text: string, atlas: Atlas): string {
  let plain = "";
  for (const character of normalise(text, atlas)) {
    plain += isAscii(character) || character === NO_BREAK_SPACE ? character : withoutMarks(character);
  }
  return plain;
}

function withoutMarks(character: string): string {
  const base = PLAIN.get(character) ?? character.normalize("NFD").charAt(0);
  return isAscii(base) ? base : PLAIN_FALLBACK;
}

export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) > 0x7f) {
      return false;
    }
  }
  return true;
}
