/** What a customer has used, and what followed on a bill, in English. */
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
  bill_replaces: "Takes the place of bill {number}.",
  bill_adjusts: "Adds what bill {number} was too low by.",
  bill_disputed: "A complaint about this bill is open: it is owed, but nobody is reminded of it until the answer.",
  bill_details_archived: "The details are in the archive.",
  bill_replaced_by: "Replaced by bill {number} on {day}.",
  bill_adjusted_by: "Adjusted upwards by bill {number} on {day}.",
  bill_adjusted_down: "Adjusted downwards by {amount} on {day}.",
};
