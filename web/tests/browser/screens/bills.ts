/** Bills of the customers that a test makes up. */
import type { Bill } from "../../../src/api/types.ts";

export function billOf(code: string, total: number, index: number): Bill {
  const vat = Math.round(total - total / 1.08);
  const month = 9 + index;
  return {
    bill_id: `${code}-${month}`,
    bill_number: `HD26-${month}`,
    customer_code: code,
    cycle: 1,
    month,
    year: 2026,
    period_from: `2026-${String(month - 1).padStart(2, "0")}-15`,
    period_to: `2026-${String(month).padStart(2, "0")}-14`,
    due_date: `2026-${String(month).padStart(2, "0")}-28`,
    issued_at: `2026-${String(month).padStart(2, "0")}-15T03:00:00Z`,
    households: "1",
    kwh: 210,
    price_group: "residential",
    readings: [
      {
        meter_number: "210014455",
        meter_register: "single",
        multiplier: 1,
        old_reading: 10_234,
        new_reading: 10_444,
        kwh: 210,
      },
    ],
    lines: [
      { label: "Bậc 1", kwh: 100, unit_price: 1984, amount: 198_400, decision: "", period_from: "", period_to: "" },
      {
        label: "Bậc 2",
        kwh: 110,
        unit_price: 2380,
        amount: total - vat - 198_400,
        decision: "",
        period_from: "",
        period_to: "",
      },
    ],
    pre_vat: total - vat,
    vat,
    vat_rate: "8",
    total,
    open_principal: total - vat,
    open_vat: vat,
    state: "open",
    explanation: [],
  };
}
