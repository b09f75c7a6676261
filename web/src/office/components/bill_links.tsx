/** What a bill puts right, and what followed on it: a wrong bill is never edited. */
import { Fragment, h } from "preact";
import type { Bill, BillFollowUp } from "../../api/types.ts";
import { writtenDay } from "../../app/clock.ts";
import { dong } from "../../app/money.ts";
import { useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

export function BillLinks({ bill }: { bill: Bill }) {
  const t = useWords();
  return (
    <>
      {bill.corrects && (
        <p class="note">
          {t(bill.kind === "replacement" ? "bill_replaces" : "bill_adjusts", { number: bill.corrects.bill_number })}
        </p>
      )}
      {bill.corrected_by?.map((each) => (
        <p key={each.correction_id} class="note">
          {followed(each, t)}
        </p>
      ))}
    </>
  );
}

function followed(each: BillFollowUp, t: Words): string {
  const day = writtenDay(each.corrected_at);
  if (each.kind === "replacement") {
    return t("bill_replaced_by", { number: each.new_bill?.bill_number ?? "", day });
  }
  return each.new_bill
    ? t("bill_adjusted_by", { number: each.new_bill.bill_number, day })
    : t("bill_adjusted_down", { amount: dong((each.reduced_vat ?? 0) + (each.reduced_principal ?? 0)), day });
}
