/** Words of the pages of routes, in both languages: they lie in the file of these pages. */
import { routesEn } from "../i18n/routes_en.ts";
import { routesVi } from "../i18n/routes_vi.ts";
import { fill, type Values } from "../i18n/translate.ts";
import { useOfficeState } from "./use_office.ts";

export type RouteKey = keyof typeof routesVi;
export type RouteWords = (key: RouteKey, values?: Values) => string;

export function useRouteWords(): RouteWords {
  const own = useOfficeState((state) => state.language) === "en" ? routesEn : routesVi;
  return (key, values) => fill(own[key], values);
}
