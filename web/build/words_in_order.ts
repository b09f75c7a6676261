import type { Plugin } from "vite";
import { en } from "../src/i18n/en.ts";
import { type MessageKey, vi } from "../src/i18n/vi.ts";

/** Writes the words of English without their keys, in the order of the Vietnamese ones: a third of the file less. */
export function wordsInOrder(): Plugin {
  return {
    name: "words-in-order",
    apply: "build",
    enforce: "pre",
    load: {
      filter: { id: /\/src\/i18n\/en\.ts$/ },
      handler: () => {
        const words = (Object.keys(vi) as MessageKey[]).map((key) => en[key]);
        return {
          code: `import { vi } from "./vi.ts";
const words = ${JSON.stringify(words)};
export const en = Object.fromEntries(Object.keys(vi).map((key, place) => [key, words[place]]));`,
          map: null,
        };
      },
    },
  };
}
