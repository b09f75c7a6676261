/** Cash: what is due, what the customer hands over, what goes back. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Bill } from "../../api/types.ts";
import { takeCash } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { NotesBack } from "../components/change.tsx";
import { Link } from "../components/link.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { PrinterState } from "../components/printer_state.tsx";
import { Screen } from "../components/screen.tsx";
import { dong, likelyAmounts, plainDong, readDong, roundedUp } from "../money.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { useCustomer } from "../use_customer.ts";

export function Cash({ code }: { code: string }) {
  const t = useTranslate();
  const app = useApp();
  const customer = useCustomer(code);
  const { online, offline, shift, shiftKnown } = useAppState();
  const [given, setGiven] = useState("");
  const [count, setCount] = useState<number | null>(null);
  const bills = customer.openBills.slice(0, count ?? customer.openBills.length);
  const exact = count === null ? customer.debt : openOf(bills);
  const step = customer.account?.cash_step ?? 1;
  const due = roundedUp(exact, step);
  const payment = customer.payment;
  const isPaid = payment?.state === "sent";
  useEffect(() => {
    if (isPaid) {
      go(`customers/${code}/done`, "instead");
    }
  }, [isPaid, code]);

  const handed = readDong(given);
  const change = handed === null ? null : handed - due;
  const isOverCeiling = shift !== null && shift.cash_in_hand + due > shift.cash_ceiling;
  const canTake =
    online && customer.debt > 0 && customer.visit !== null && shift !== null && !isOverCeiling && !customer.outdated;
  const visit = customer.visit;
  return (
    <Screen
      title={t("cash_title")}
      back={`customers/${code}/visit`}
      actions={
        customer.debt > 0 && visit ? (
          <DoButton
            disabled={!canTake || change === null || change < 0}
            failing="cash_not_kept"
            act={() =>
              takeCash(app, { customer_code: code, name: customer.name }, visit, due, handed ?? due, bills, step)
            }
          >
            {t("cash_take", { amount: dong(due) })}
          </DoButton>
        ) : (
          <Link to={`customers/${code}`} class="main-button">
            {t("back")}
          </Link>
        )
      }
    >
      <PaidBanner customer={customer} />
      <section class="card due">
        <span>{t("cash_due")}</span>
        <strong>{dong(due)}</strong>
        <span class="hint">{customer.name}</span>
        {due > exact && <span class="hint">{t("cash_rounded", { amount: dong(due - exact) })}</span>}
      </section>
      {customer.openBills.length > 1 && (
        <fieldset class="card options">
          <legend>{t("cash_which")}</legend>
          {customer.openBills.map((_, place) => {
            const number = customer.openBills.length - place;
            const isAll = place === 0;
            return (
              <label key={number}>
                <input
                  type="radio"
                  name="bills"
                  checked={isAll ? count === null : count === number}
                  onChange={() => setCount(isAll ? null : number)}
                />
                {isAll
                  ? t("cash_all", { n: number })
                  : t("cash_only", { months: monthsOf(customer.openBills.slice(0, number)) })}{" "}
                · <b>{dong(isAll ? customer.debt : openOf(customer.openBills.slice(0, number)))}</b>
              </label>
            );
          })}
        </fieldset>
      )}
      {offline && <p class="note bad">{t("cash_offline")}</p>}
      {customer.debt > 0 && <PrinterState isPaying />}
      {online && shiftKnown && shift === null && (
        <p class="note bad">
          {t("cash_no_shift")}
          <Link to="shift" class="small-button">
            {t("open_shift")}
          </Link>
        </p>
      )}
      {isOverCeiling && shift && (
        <p class="note bad">{t("cash_over_ceiling", { ceiling: dong(shift.cash_ceiling) })}</p>
      )}
      {customer.debt > 0 && (
        <section class="card">
          <label>
            {t("cash_given")}
            <input
              class="amount"
              inputMode="numeric"
              autocomplete="off"
              value={given}
              maxLength={18}
              onInput={(event) => {
                const typed = readDong(event.currentTarget.value);
                setGiven(typed === null ? event.currentTarget.value.replace(/[^\d]/g, "") : plainDong(typed));
              }}
            />
          </label>
          <div class="chips">
            {likelyAmounts(due).map((amount) => (
              <button
                key={amount}
                type="button"
                aria-pressed={handed === amount}
                onClick={() => setGiven(plainDong(amount))}
              >
                {amount === due ? t("cash_exact") : plainDong(amount)}
              </button>
            ))}
          </div>
          <div class="change" aria-live="polite">
            {change !== null && change >= 0 && (
              <>
                <span>{t("cash_change")}</span>
                <strong>{dong(change)}</strong>
                {change > 0 && <NotesBack change={change} />}
              </>
            )}
            {change !== null && change < 0 && (
              <span class="bad-text">{t("cash_short", { amount: dong(-change) })}</span>
            )}
          </div>
        </section>
      )}
    </Screen>
  );
}

/** The months of bills, such as `8/2026, 9/2026`. */
function monthsOf(bills: readonly Bill[]): string {
  return bills.map(({ month, year }) => `${month}/${year}`).join(", ");
}

function openOf(bills: readonly Bill[]): number {
  return bills.reduce((sum, bill) => sum + bill.open_principal + bill.open_vat, 0);
}
