/** What a customer used, as the gateway of the screens' tests tells it. */

import type { Usage } from "../../../src/api/types.ts";

/** Twelve months with a jump in the last one. */
export function usageOf(code: string): Usage {
  const months = [...new Array(12).keys()].map((at) => ({
    year: at < 2 ? 2025 : 2026,
    month: ((at + 10) % 12) + 1,
    kwh: at === 11 ? 287 : 150 + at * 3,
    total: 423_468,
    days: 30,
    kwh_a_day: at === 11 ? "10.3" : "6.0",
    highest_tier: at === 11 ? 4 : 3,
    kwh_year_ago: at === 0 ? null : 210,
    total_year_ago: at === 0 ? null : 500_000,
  }));
  const comparison = {
    bill_number: "HD26-10",
    compared_with: "HD26-09",
    difference: 333_100,
    causes: [{ kind: "use" as const, amount: 333_100 }],
    kwh_year_ago: 210,
    vi: "Cao hơn kỳ 09/2026 333.100 ₫: mỗi ngày dùng nhiều hơn (6,0 nay 10,3 kWh), lên bậc 4.",
    en: "333.100 ₫ more than 09/2026: more used a day (6.0, now 10.3 kWh), tier 4 reached.",
  };
  return { customer_code: code, months, comparison };
}
