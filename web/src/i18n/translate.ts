/** Words for the screen. */
import { en } from "./en.ts";
import type { Language } from "./language.ts";
import { type MessageKey, type Messages, vi } from "./vi.ts";

export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, values?: Values) => string;

const MESSAGES: Readonly<Record<Language, Messages>> = { vi, en };

export function translator(language: Language): Translate {
  return (key, values) => fill(MESSAGES[language][key], values);
}

/** Whether there is a message of this name: names made from what the gateway says may be new to this version. */
export function isMessage(key: string): key is MessageKey {
  return key in vi;
}

function fill(text: string, values: Values | undefined): string {
  return values ? text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all)) : text;
}
