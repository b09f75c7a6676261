/** Whether a receipt will come out: shown before anybody is met, and before money is taken. */
import { h } from "preact";
import { useEffect } from "preact/hooks";
import { printerProblem } from "../printer_problem.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { Icon } from "./icons.tsx";
import { Link } from "./link.tsx";
import { PrinterName } from "./printer_name.tsx";

/** `isPaying`: what becomes of the receipt is shown as well, so that nobody takes money without knowing. */
export function PrinterState({ isPaying = false }: { isPaying?: boolean }) {
  const t = useTranslate();
  const app = useApp();
  const { printer, held } = useAppState();
  // Asked anew on each screen: somebody may have switched it off, or opened it.
  useEffect(() => void app.printer.check(), []);
  const problem = printerProblem(printer, held);
  if (problem === null) {
    return isPaying ? null : (
      <p class="hint printer-state">
        <Icon name="printer" />
        <span>
          <PrinterName />
        </span>
      </p>
    );
  }
  return (
    <p class="note wait printer-state" role="status">
      <Icon name="printer" />
      <span>
        {problem === "unsupported" ? t("printer_unsupported_short") : `${t("printer")}: ${t(`cause_${problem}`)}.`}{" "}
        {isPaying && t("receipt_on_screen_instead")}
      </span>
      {problem !== "unsupported" && (
        <Link to="printer" class="small-button">
          {t(problem === "no_printer" ? "printer_choose" : "printer")}
        </Link>
      )}
    </p>
  );
}
