/** The languages of the app, and which one is used. */

export type Language = "vi" | "en";

const KEY = "thungan-language";

/** The language that was chosen on this phone; Vietnamese where none was. */
export function storedLanguage(): Language {
  try {
    return localStorage.getItem(KEY) === "en" ? "en" : "vi";
  } catch {
    return "vi";
  }
}

export function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is switched off: the choice lasts until the app is closed.
  }
}
