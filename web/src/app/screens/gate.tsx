/** Screens for when the app cannot be used. */
import { h } from "preact";
import { Message } from "../components/screen.tsx";
import { useApp, useTranslate } from "../use_app.ts";

export function Elsewhere() {
  const t = useTranslate();
  const app = useApp();
  return (
    <Message title={t("elsewhere_title")} icon="today">
      <p>{t("elsewhere")}</p>
      <button type="button" class="main-button" onClick={() => void app.resumeHere()}>
        {t("use_here")}
      </button>
    </Message>
  );
}

export function Locked() {
  const t = useTranslate();
  const app = useApp();
  return (
    <Message title={t("locked_title")} icon="warn">
      <p>{t("locked")}</p>
      <p>{t("locked_ask")}</p>
      <button type="button" class="plain-button" onClick={() => void app.enrolAgain()}>
        {t("enrol_again")}
      </button>
    </Message>
  );
}
