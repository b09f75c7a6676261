/** A value of the log as people read it: what was left out is a dash, yes and no are words. Pure. */
import type { OfficeKey } from "./words.ts";

const NOTHING = "–";

export function valueText(value: unknown, t: (key: OfficeKey) => string): string {
  if (value === null || value === undefined || value === "") {
    return NOTHING;
  }
  if (typeof value === "boolean") {
    return t(value ? "log_yes" : "log_no");
  }
  if (Array.isArray(value)) {
    return value.length === 0 ? NOTHING : value.map((each) => valueText(each, t)).join("; ");
  }
  if (typeof value === "object") {
    const parts = Object.entries(value).filter(([, each]) => each !== null);
    return parts.length === 0 ? NOTHING : parts.map(([name, each]) => `${name}: ${valueText(each, t)}`).join(", ");
  }
  return String(value);
}
