/** A transfer: the code on the screen, and *waiting* until the bank's credit is recorded. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Transfer } from "../../storage/schema.ts";
import { type CashChoice, transferDue } from "../cash_due.ts";
import { showCode } from "../commands.ts";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { QrPicture } from "../components/qr_picture.tsx";
import { Screen } from "../components/screen.tsx";
import { WhichBills } from "../components/which_bills.tsx";
import { newId } from "../ids.ts";
import { dong } from "../money.ts";
import { transferReference } from "../procedure.ts";
import { keepTransfer } from "../transfers.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { type CustomerView, useCustomer } from "../use_customer.ts";
import { paymentCode } from "../vietqr.ts";

export function TransferScreen({ code }: { code: string }) {
  const t = useTranslate();
  const customer = useCustomer(code);
  const { settings } = useAppState();
  const [choice, setChoice] = useState<CashChoice>("all");
  const [shownPart, setShownPart] = useState("");
  const asked = transferDue(customer.account, customer.openBills, customer.debt, choice);
  const part = typeof choice === "object" && "part" in choice ? choice.part : null;
  // A part has a code once it is typed whole: each code is one that the bank may be sent.
  const isChosen = asked.wrong === null && (part === null || part === shownPart);
  const transfer = useTransfer(customer, isChosen ? asked.amount : null);
  const bank = settings?.bank_account;
  return (
    <Screen
      title={t("pay_transfer")}
      back={`customers/${code}/visit`}
      actions={
        <Link
          to={customer.debt > 0 ? "" : `customers/${code}/done`}
          class="main-button"
          way={customer.debt > 0 ? "main" : "instead"}
        >
          {t(customer.debt > 0 ? "transfer_leave" : "see_result")}
        </Link>
      }
    >
      {transfer?.state !== "recorded" && <PaidBanner customer={customer} />}
      {!bank && <p class="note bad">{t("transfer_none")}</p>}
      {bank && transfer?.state !== "recorded" && (
        <WhichBills customer={customer} choice={choice} due={asked} choose={setChoice} />
      )}
      {bank && part !== null && asked.wrong === null && (
        <p class="note">
          {t("cash_part_left", { amount: dong(asked.left) })}
          {!isChosen && (
            <button type="button" class="small-button" onClick={() => setShownPart(part)}>
              {t("transfer_show", { amount: dong(asked.amount) })}
            </button>
          )}
        </p>
      )}
      {bank && transfer && transfer.state === "waiting" && customer.debt > 0 && (
        <>
          <p class="lead">{t("transfer_scan")}</p>
          <section class="card qr">
            <QrPicture
              data={paymentCode(bank, transfer.amount, transfer.reference)}
              label={t("transfer_code", { amount: dong(transfer.amount), reference: transfer.reference })}
            />
            <strong class="big">{dong(transfer.amount)}</strong>
            <p>
              <span class="label">{t("transfer_to")}</span> {bank.account}
              {bank.name !== "" && ` · ${bank.name}`}
            </p>
            <p>
              <span class="label">{t("transfer_content")}</span> <strong>{transfer.reference}</strong>
            </p>
          </section>
        </>
      )}
      {transfer && (
        <section class={`banner ${transfer.state === "recorded" ? "good" : "wait"}`} role="status">
          <Icon name={transfer.state === "waiting" ? "wait" : "check"} />
          <div>
            <strong>{t(`transfer_${transfer.state}`)}</strong>
            {transfer.state === "waiting" && <p>{t("transfer_waiting_more")}</p>}
            {transfer.state === "recorded" && <p>{dong(transfer.amount)}</p>}
          </div>
        </section>
      )}
    </Screen>
  );
}

/** The transfer that is shown: the one that waits for this amount already, or a new one. None while no amount is chosen. */
function useTransfer(customer: CustomerView, amount: number | null): Transfer | null {
  const app = useApp();
  const { transfers } = useAppState();
  const [shown, setShown] = useState<string | null>(null);
  const ofCustomer = transfers.filter((one) => one.customer_code === customer.code);
  const waiting = ofCustomer.find((one) => one.state === "waiting" && one.amount === amount);
  const mine = ofCustomer.find((one) => one.transfer_id === shown);
  const needsOne = customer.debt > 0 && customer.account !== null && !waiting && mine?.state !== "recorded";
  // biome-ignore lint/correctness/useExhaustiveDependencies: one transfer for one amount, whatever else is read meanwhile
  useEffect(() => {
    if (needsOne && amount !== null) {
      const made: Transfer = {
        transfer_id: newId(app.clock.now()),
        customer_code: customer.code,
        customer_name: customer.name,
        amount,
        reference: transferReference(customer.code),
        shown_at: app.clock.stamp(),
        state: "waiting",
        recorded_at: null,
        before: customer.account?.payments.map((payment) => payment.payment_id) ?? [],
      };
      void app.attempt(() => keepTransfer(app, made));
      void app.attempt(() => showCode(app, made));
      setShown(made.transfer_id);
    } else if (waiting) {
      setShown(waiting.transfer_id);
    }
  }, [needsOne, waiting?.transfer_id, amount]);
  return waiting ?? (mine?.state === "waiting" && mine.amount !== amount ? null : (mine ?? null));
}
