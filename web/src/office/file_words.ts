/** Words about files of readings, in both languages: they lie in the file of the pages that show them. */
import { readingsFileEn } from "../i18n/readings_file_en.ts";
import { readingsFileVi } from "../i18n/readings_file_vi.ts";
import { fill, type Values } from "../i18n/translate.ts";
import { useOfficeState } from "./use_office.ts";

export type FileKey = keyof typeof readingsFileVi;

export function useFileWords(): (key: FileKey, values?: Values) => string {
  const own = useOfficeState((state) => state.language) === "en" ? readingsFileEn : readingsFileVi;
  return (key, values) => fill(own[key], values);
}
