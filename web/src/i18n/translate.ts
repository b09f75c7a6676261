/** Words for the screen. */
import type { Language } from "./language.ts";
import type { MessageKey, Messages } from "./vi.ts";

export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, values?: Values) => string;

const vietnamese: Partial<Messages> = {};
let english: Messages | undefined;

/** Add words that a part of the app comes with; to be called before anything of it is shown. */
export function speak(words: Partial<Messages>): void {
  Object.assign(vietnamese, words);
}

let englishOfBills: ((text: string) => string) | undefined;

/** A line or a note of a bill, which the gateway has in Vietnamese. */
export function billText(language: Language, text: string): string {
  return language === "en" && englishOfBills ? englishOfBills(text) : text;
}

/** Bring a language's words; English is a file of its own, for few collectors want it. To be awaited before it is used. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === "en" && !english) {
    const [words, bills] = await Promise.all([import("./en.ts"), import("./bill_text.ts")]);
    english = words.en;
    englishOfBills = bills.englishBillText;
  }
}

const translators = new WeakMap<Partial<Messages>, Translate>();

/** The same function for the same words, so that effects may depend on it. */
export function translator(language: Language): Translate {
  const messages = (language === "en" && english) || vietnamese;
  const translate = translators.get(messages) ?? ((key, values) => fill(messages[key] ?? key, values));
  translators.set(messages, translate);
  return translate;
}

/** Whether there is a message of this name: names made from values of the gateway may be new to this version. */
export function isMessage(key: string): key is MessageKey {
  return key in vietnamese;
}

export function fill(text: string, values: Values | undefined): string {
  return values ? text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all)) : text;
}
