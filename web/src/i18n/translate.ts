/** Words for the screen. */
import type { Language } from "./language.ts";
import { type MessageKey, type Messages, vi } from "./vi.ts";

export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, values?: Values) => string;

const loaded: Partial<Record<Language, Messages>> = { vi };

/** Bring a language's words; it is a file of its own, for few collectors want it. To be awaited before it is used. */
export async function loadLanguage(language: Language): Promise<void> {
  if (language === "en") {
    loaded.en ??= (await import("./en.ts")).en;
  }
}

export function translator(language: Language): Translate {
  const messages = loaded[language] ?? vi;
  return (key, values) => fill(messages[key], values);
}

/** Whether there is a message of this name: names made from what the gateway says may be new to this version. */
export function isMessage(key: string): key is MessageKey {
  return key in vi;
}

function fill(text: string, values: Values | undefined): string {
  return values ? text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all)) : text;
}
