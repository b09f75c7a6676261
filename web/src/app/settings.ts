/** What the gateway and the collector have set: language, who collects for whom, and where else one can pay. */
import { type Language, storeLanguage } from "../i18n/language.ts";
import { loadLanguage } from "../i18n/translate.ts";
import type { Core } from "./core.ts";

/** All of a unit: which of them is near depends on the customer. */
const MOST_POINTS = 100;

/** Read the collector, the settings of the app and the collection points. Throws like any request. */
export async function refreshSettings({ api, database, store, isEnrolled }: Core): Promise<void> {
  const [collector, settings] = await Promise.all([api.call("GET /v1/me/collector"), api.call("GET /v1/app-settings")]);
  const { collection_points: points } = await api.call("GET /v1/collection-points", {
    query: { unit_code: collector.unit_code, limit: MOST_POINTS },
  });
  if (isEnrolled()) {
    await database.setFacts({ collector, settings, points });
    store.set({ collector, settings, points });
  }
}

/** Throws where the words of a language cannot be loaded. */
export async function setLanguage({ store }: Core, language: Language): Promise<void> {
  await loadLanguage(language);
  storeLanguage(language);
  document.documentElement.lang = language;
  store.set({ language });
}
