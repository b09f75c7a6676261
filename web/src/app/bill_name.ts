/** What a bill is for: electricity of a month, or what is charged beside it. */
import type { Bill } from "../api/types.ts";
import type { Translate } from "../i18n/translate.ts";

export function billName(bill: Bill, t: Translate): string {
  const { charge, cycle, month, year } = bill;
  return charge ? t(`charge_${charge}`, { month, year }) : t("bill_of", { cycle, month, year });
}
