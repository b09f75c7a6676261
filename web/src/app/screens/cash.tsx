/** Cash: what is due, what the customer hands over, what goes back. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type CashChoice, cashDue } from "../cash_due.ts";
import { timeToSecond } from "../clock.ts";
import { takeCash } from "../commands.ts";
import { AmountInput } from "../components/amount_input.tsx";
import { DoButton } from "../components/busy.tsx";
import { NotesBack } from "../components/change.tsx";
import { Link } from "../components/link.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { PrinterState } from "../components/printer_state.tsx";
import { Screen } from "../components/screen.tsx";
import { WhichBills } from "../components/which_bills.tsx";
import { dong, likelyAmounts, plainDong, readDong } from "../money.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { useCounting } from "../use_counting.ts";
import { useCustomer } from "../use_customer.ts";
import { useShift } from "../use_shift.ts";

export function Cash({ code }: { code: string }) {
  const t = useTranslate();
  const app = useApp();
  const customer = useCustomer(code, true);
  const { online, offline } = useAppState();
  const other = useCounting(code, customer.payment === null);
  const { shift, isKnown } = useShift();
  const [given, setGiven] = useState("");
  const [choice, setChoice] = useState<CashChoice>("all");
  const asked = cashDue(customer.account, customer.openBills, customer.debt, choice);
  const due = asked.amount;
  const payment = customer.payment;
  const isPaid = payment?.state === "sent";
  useEffect(() => {
    if (isPaid) {
      go(`customers/${code}/done`, "instead");
    }
  }, [isPaid, code]);

  const handed = readDong(given);
  const change = handed === null || asked.wrong !== null ? null : handed - due;
  const isOverCeiling = shift !== null && shift.cash_in_hand + due > shift.cash_ceiling;
  const canTake =
    online &&
    customer.debt > 0 &&
    customer.visit !== null &&
    shift !== null &&
    !isOverCeiling &&
    !customer.outdated &&
    other === null;
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
            act={() => takeCash(app, { customer_code: code, name: customer.name }, visit, asked, handed ?? due)}
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
        {asked.rounded > 0 && <span class="hint">{t("cash_rounded", { amount: dong(asked.rounded) })}</span>}
        {asked.wrong === null && asked.left > 0 && (
          <span class="hint">{t("cash_part_left", { amount: dong(asked.left) })}</span>
        )}
      </section>
      <WhichBills customer={customer} choice={choice} due={asked} choose={setChoice} />
      {offline && <p class="note bad">{t("cash_offline")}</p>}
      {other && (
        <p class="note bad" role="alert">
          {t("cash_counted_by", {
            who: other.collector_code,
            phone: other.device_name,
            time: timeToSecond(other.until),
          })}
        </p>
      )}
      {customer.debt > 0 && <PrinterState isPaying />}
      {online && isKnown && shift === null && (
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
          <AmountInput label={t("cash_given")} value={given} change={setGiven} />
          <div class="chips">
            {(asked.wrong === null ? likelyAmounts(due) : []).map((amount) => (
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
