/** Which bills are paid in cash, or what part of them. */
import { h } from "preact";
import type { Bill } from "../../api/types.ts";
import { type CashChoice, type CashDue, openOf } from "../cash_due.ts";
import { dong } from "../money.ts";
import { useTranslate } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";
import { AmountInput } from "./amount_input.tsx";

interface WhichBillsProps {
  customer: CustomerView;
  choice: CashChoice;
  due: CashDue;
  choose: (choice: CashChoice) => void;
}

export function WhichBills({ customer: { account, debt, openBills }, choice, due, choose }: WhichBillsProps) {
  const t = useTranslate();
  const least = account?.least_part ?? null;
  const part = typeof choice === "object" && "part" in choice && least !== null ? choice.part : null;
  const first = typeof choice === "object" && "first" in choice ? choice.first : null;
  if (debt <= 0 || (openBills.length < 2 && least === null)) {
    return null;
  }
  return (
    <fieldset class="card options">
      <legend>{t("cash_which")}</legend>
      {openBills.map((_, place) => {
        const number = openBills.length - place;
        const isAll = place === 0;
        return (
          <label key={number}>
            <input
              type="radio"
              name="bills"
              checked={part === null && (isAll ? first === null : first === number)}
              onChange={() => choose(isAll ? "all" : { first: number })}
            />
            <span>
              {isAll
                ? t(number === 1 ? "cash_whole" : "cash_all", { n: number })
                : t("cash_only", { months: monthsOf(openBills.slice(0, number)) })}{" "}
              · <b>{dong(isAll ? debt : openOf(openBills.slice(0, number)))}</b>
            </span>
          </label>
        );
      })}
      {least !== null && (
        <label>
          <input type="radio" name="bills" checked={part !== null} onChange={() => choose({ part: "" })} />
          <span>{t("cash_part")}</span>
        </label>
      )}
      {least !== null && part !== null && (
        <AmountInput
          label={t("cash_part_amount", { least: dong(least) })}
          value={part}
          change={(typed) => choose({ part: typed })}
        />
      )}
      {least !== null && part !== null && part !== "" && due.wrong !== null && (
        <p class="note bad">{t(`cash_part_${due.wrong}`, { least: dong(least), step: dong(due.step) })}</p>
      )}
    </fieldset>
  );
}

/** The months of bills, such as `8/2026, 9/2026`. */
function monthsOf(bills: readonly Bill[]): string {
  return bills.map(({ month, year }) => `${month}/${year}`).join(", ");
}
