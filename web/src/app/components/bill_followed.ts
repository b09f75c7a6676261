/** What a bill puts right, and what followed on it, in sentences: a wrong bill is never edited. */
import type { Bill, BillFollowUp } from "../../api/types.ts";
import type { Values } from "../../i18n/translate.ts";
import type { usageVi } from "../../i18n/usage_vi.ts";
import { writtenDay } from "../clock.ts";
import { dong } from "../money.ts";

type Translate = (key: keyof typeof usageVi, values?: Values) => string;

/** What the bill puts right; null for an ordinary one. */
export function correctsText(bill: Bill, t: Translate): string | null {
  return bill.corrects
    ? t(bill.kind === "replacement" ? "bill_replaces" : "bill_adjusts", { number: bill.corrects.bill_number })
    : null;
}

/** That a complaint about the bill is open: it is owed, and nobody is reminded of it. */
export function disputedText(bill: Bill, t: Translate): string | null {
  return bill.is_disputed ? t("bill_disputed") : null;
}

/** What a correction has done to the bill. */
export function followedText(each: BillFollowUp, t: Translate): string {
  const day = writtenDay(each.corrected_at);
  if (each.kind === "replacement") {
    return t("bill_replaced_by", { number: each.new_bill?.bill_number ?? "", day });
  }
  return each.new_bill
    ? t("bill_adjusted_by", { number: each.new_bill.bill_number, day })
    : t("bill_adjusted_down", { amount: dong((each.reduced_vat ?? 0) + (each.reduced_principal ?? 0)), day });
}
