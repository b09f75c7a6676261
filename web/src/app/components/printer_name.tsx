/** The printer by its name, and whether it is there. */
import { Fragment, h } from "preact";
import { useAppState, useTranslate } from "../use_app.ts";

export function PrinterName() {
  const t = useTranslate();
  const { name, connected } = useAppState().printer;
  if (name === null) {
    return <>{t("printer_none")}</>;
  }
  return <>{t(connected ? "printer_ready" : "printer_lost", { name })}</>;
}
