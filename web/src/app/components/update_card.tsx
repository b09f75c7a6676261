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
        <ul class="plain">
          {busy.visits.map(({ customer_code, name }) => (
            <li key={customer_code}>
              {t("update_visit")} <Link to={`customers/${customer_code}`}>{name}</Link>
            </li>
          ))}
          {busy.payments.map(({ customer_code, name }) => (
            <li key={customer_code}>
              {t("update_payment")} <Link to={`customers/${customer_code}/cash`}>{name}</Link>
            </li>
          ))}
          {busy.isPrinting && (
            <li>
              <Link to="papers">{t("update_printing")}</Link>
            </li>
          )}
        </ul>
      )}
      <button type="button" class="main-button" disabled={busy !== null} onClick={() => update.apply()}>
        {t("update_apply")}
      </button>
    </section>
  );
}
