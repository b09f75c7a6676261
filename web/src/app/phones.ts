/** Phone numbers, as far as the phone can check what was typed; the service has the last word. Pure. */

/** What is wrong with it, as a message of the app. */
export type PhoneProblem = "phone_letters" | "phone_abroad" | "phone_short" | "phone_long" | "phone_unknown";

/** The service's words, in `shared/phones.py`: tests/data/phones.json holds both to the same cases. */
const LABEL = /^(?:đtdđ|dtdd|đtdd|sđt|sdt|đt|dt|tel|phone|mobile|zalo)\s*[.:]?\s*/i;
const BETWEEN = /[/;,|&\n]|\s-\s|\s(?:ho[aặ]c|v[aà]|or)\s/i;
const UNSEEN = /[\p{Cf}\p{So}\p{VS}]|\p{Emoji_Modifier}|\u20e3/gu;
const DASHES = /[\u2010-\u2015\u2043\u2212]/g;
const COUNTRY = /^(?:\+|00)84|^84(?=\d{9,})/;
/** Mobile numbers have nine digits after the zero, landlines ten; mobile numbers of before 2018 ten, landlines of before 2017 nine. */
const SHORTEST = 9;
const LONGEST = 10;

/**
 * Why no number in Vietnam looks like this; null where one may. Never refuses what the service would take: it knows all
 * prefixes and what they were before.
 */
export function phoneProblem(typed: string): PhoneProblem | null {
  const plain = typed.replace(UNSEEN, "").replace(DASHES, "-").normalize("NFKC").trim().replace(/^'/, "");
  const pieces = plain
    .split(BETWEEN)
    .map(withoutLabel)
    .filter((piece) => piece !== "");
  const [first = "", ...others] = pieces;
  if (pieces.some((piece) => /\p{L}/u.test(piece))) {
    return "phone_letters";
  }
  // The same number may stand there twice.
  if (others.some((piece) => nationalOf(piece) !== nationalOf(first))) {
    return "phone_long";
  }
  return problemOf(first);
}

function problemOf(written: string): PhoneProblem | null {
  const digits = digitsOf(written);
  if (/^(?:\+|00)(?!84)/.test(digits)) {
    return "phone_abroad";
  }
  const national = nationalOf(written);
  if (national.length < SHORTEST) {
    return "phone_short";
  }
  if (national.length > LONGEST) {
    return "phone_long";
  }
  return /^\+?[\d ().-]+$/.test(written) && /^[1-9]\d+$/.test(national) ? null : "phone_unknown";
}

function withoutLabel(piece: string): string {
  return piece.trim().replace(LABEL, "");
}

function nationalOf(written: string): string {
  return digitsOf(written).replace(COUNTRY, "").replace(/^0/, "");
}

/** The digits, with a plus before them; a column of numbers with gaps leaves `.0` behind. */
function digitsOf(written: string): string {
  return written.replace(/^(\d{9,11})\.0$/, "$1").replace(/[^\d+]/g, "");
}

/** Whether a stored number (`+84912345678`) can receive SMS. */
export function isMobile(phone: string | null): boolean {
  return phone !== null && /^\+84[35789]\d{8}$/.test(phone);
}
