/** Phone numbers, as far as the phone can check what was typed; the service has the last word. Pure. */

/** What is wrong with it, as a message of the app. */
export type PhoneProblem = "phone_letters" | "phone_abroad" | "phone_short" | "phone_long" | "phone_unknown";

const COUNTRY = /^(?:\+|00)84|^84(?=\d{9,})/;
/** Mobile numbers have nine digits after the zero, landlines ten; mobile numbers of before 2018 ten, landlines of before 2017 nine. */
const SHORTEST = 9;
const LONGEST = 10;

/**
 * Why no number in Vietnam looks like this; null where one may. Never refuses what the service would take: it knows all
 * prefixes and what they were before.
 */
export function phoneProblem(typed: string): PhoneProblem | null {
  const written = typed.normalize("NFKC").trim();
  if (/\p{L}/u.test(written)) {
    return "phone_letters";
  }
  const digits = written.replace(/[^\d+]/g, "");
  if (/^(?:\+|00)(?!84)/.test(digits)) {
    return "phone_abroad";
  }
  const national = digits.replace(COUNTRY, "").replace(/^0/, "");
  if (national.length < SHORTEST) {
    return "phone_short";
  }
  if (national.length > LONGEST) {
    return "phone_long";
  }
  return /^[1-9]\d+$/.test(national) ? null : "phone_unknown";
}

/** Whether a stored number (`+84912345678`) can receive SMS. */
export function isMobile(phone: string | null): boolean {
  return phone !== null && /^\+84[35789]\d{8}$/.test(phone);
}
