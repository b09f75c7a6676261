import type { Plugin } from "vite";
import { en } from "../src/i18n/en.ts";
import { laterVi } from "../src/i18n/later_vi.ts";
import { vi } from "../src/i18n/vi.ts";

/** Writes the words of English without their keys, in the order of the Vietnamese ones: a third of the file less. */
export function wordsInOrder(): Plugin {
  return {
    name: "words-in-order",
    apply: "build",
    enforce: "pre",
    load: {
      filter: { id: /\/src\/i18n\/en\.ts$/ },
      handler: () => {
        const words = (Object.keys(vi) as (keyof typeof vi)[]).map((key) => en[key]);
        // Those of later screens with their keys: English does not load the Vietnamese ones.
        const later = Object.fromEntries(
          (Object.keys(laterVi) as (keyof typeof laterVi)[]).map((key) => [key, en[key]]),
        );
        return {
          code: `import { vi } from "./vi.ts";
const words = ${JSON.stringify(words)};
export const en = { ...${JSON.stringify(later)}, ...Object.fromEntries(Object.keys(vi).map((key, place) => [key, words[place]])) };`,
          map: null,
        };
      },
    },
  };
}
