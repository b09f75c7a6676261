/** Words of the first day, in both languages: they lie in the file of its page. */
import { firstDayEn } from "../i18n/first_day_en.ts";
import { firstDayVi } from "../i18n/first_day_vi.ts";
import { fill, type Values } from "../i18n/translate.ts";
import { useOfficeState } from "./use_office.ts";

export type FirstDayKey = keyof typeof firstDayVi;
export type FirstDayWords = (key: FirstDayKey, values?: Values) => string;

export function useFirstDayWords(): FirstDayWords {
  const own = useOfficeState((state) => state.language) === "en" ? firstDayEn : firstDayVi;
  return (key, values) => fill(own[key], values);
}
