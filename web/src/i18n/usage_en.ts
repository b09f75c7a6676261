/** What a customer has used, in English. */
import type { usageVi } from "./usage_vi.ts";

export const usageEn: Readonly<Record<keyof typeof usageVi, string>> = {
  usage_title: "Electricity used",
  usage_why: "Why higher or lower?",
  usage_caption: "kWh of each month, beside the same month of the year before",
  usage_kwh: "kWh",
  usage_month: "Month",
  usage_a_day: "kWh a day",
  usage_days: "Days",
  usage_tier: "Tier",
  usage_year_ago: "Year before",
  usage_none: "There is no bill yet.",
  usage_no_signal: "It could not be read: there is no signal.",
};
