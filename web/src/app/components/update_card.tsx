/** A new version of the app that waits, and what it waits for. */
import { h } from "preact";
import { unfinished } from "../unfinished.ts";
import { useAppState, useTranslate } from "../use_app.ts";
import { Link } from "./link.tsx";

export function UpdateCard() {
  const t = useTranslate();
  const state = useAppState();
  const { update } = state;
  if (!update) {
    return null;
  }
  // A reload loses the Bluetooth printer, and nobody wants that with a customer at the door.
  const busy = unfinished(state);
  return (
    <section class="card">
      <h2>{t("update_ready")}</h2>
      <p>{t(busy ? "update_later" : "update_pairing")}</p>
      {busy && (
        <div class="choices">
          {busy.visits.map(({ customer_code, name }) => (
            <Link key={customer_code} to={`customers/${customer_code}`} class="choice">
              {t("update_visit")} {name}
            </Link>
          ))}
          {busy.payments.map(({ customer_code, name }) => (
            <Link key={customer_code} to={`customers/${customer_code}/cash`} class="choice">
              {t("update_payment")} {name}
            </Link>
          ))}
          {busy.isPrinting && (
            <Link to="print-jobs" class="choice">
              {t("update_printing")}
            </Link>
          )}
        </div>
      )}
      <button type="button" class="main-button" disabled={busy !== null} onClick={() => update.apply()}>
        {t("update_apply")}
      </button>
    </section>
  );
}
