/** Over what a bill run is, for people. Pure. */
import type { BillRunView } from "../api/types.ts";
import type { Words } from "./words.ts";

/** Over what a run is, in words. */
export function scopeOf({ unit_prefix: unit, year, month }: BillRunView, t: Words): string {
  return t("run_over", {
    unit: unit || t("run_all_units"),
    month: year === null || month === null ? t("run_all_months") : monthText(year, month),
  });
}

function monthText(year: number, month: number): string {
  return `${String(month).padStart(2, "0")}/${year}`;
}
