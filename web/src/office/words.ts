/** Words of the office, beside those that it shares with the phone app. */
import type { Language } from "../i18n/language.ts";
import { officeVi } from "../i18n/office_vi.ts";
import { fill, loadLanguage, translator, type Values } from "../i18n/translate.ts";
import type { MessageKey } from "../i18n/vi.ts";

export type OfficeKey = keyof typeof officeVi;
export type Words = (key: OfficeKey | MessageKey, values?: Values) => string;

let english: Readonly<Record<OfficeKey, string>> | null = null;

/** Bring a language's words; English is a file of its own. To be awaited before it is used. */
export async function loadWords(language: Language): Promise<void> {
  await loadLanguage(language);
  if (language === "en" && !english) {
    english = (await import("../i18n/office_en.ts")).officeEn;
  }
}

const known = new Map<object, Words>();

/** The same function for the same words, so that effects may depend on it. */
export function wordsOf(language: Language): Words {
  const own = (language === "en" && english) || officeVi;
  const shared = translator(language);
  const words = known.get(own) ?? ((key, values) => (isOfficeKey(key) ? fill(own[key], values) : shared(key, values)));
  known.set(own, words);
  return words;
}

/** Whether there are words of this name: names made from values of the gateway may be new to this version. */
export function isOfficeKey(key: string): key is OfficeKey {
  return Object.hasOwn(officeVi, key);
}
