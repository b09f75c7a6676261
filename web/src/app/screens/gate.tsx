/** Screens for when the app cannot be used. */
import { h } from "preact";
import { writtenMoment } from "../clock.ts";
import { Message } from "../components/screen_message.tsx";
import { dong } from "../money.ts";
import { useApp, useSelected, useTranslate } from "../use_app.ts";

export function Elsewhere() {
  const t = useTranslate();
  const app = useApp();
  return (
    <Message title={t("elsewhere_title")} icon="today">
      <p>{t("elsewhere")}</p>
      <button type="button" class="main-button" onClick={() => void app.attempt(() => app.resumeHere())}>
        {t("use_here")}
      </button>
    </Message>
  );
}

export function Locked() {
  const t = useTranslate();
  const unsettled = useSelected((state) => state.unsettled);
  const app = useApp();
  return (
    <Message title={t("locked_title")} icon="warn">
      <p>{t("locked")}</p>
      <p>{t("locked_ask")}</p>
      {unsettled.length > 0 && (
        <section class="note bad">
          <p>{t("locked_unsettled")}</p>
          <ul>
            {unsettled.map((one) => (
              <li key={`${one.customer_code}${one.made_at}`}>
                {one.customer_code} · {dong(one.amount)} · {writtenMoment(one.made_at)}
              </li>
            ))}
          </ul>
        </section>
      )}
      <button type="button" class="plain-button" onClick={() => void app.attempt(() => app.enrolAgain())}>
        {t("enrol_again")}
      </button>
    </Message>
  );
}
