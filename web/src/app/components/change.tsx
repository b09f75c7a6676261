/** What goes back to the customer. */
import { Fragment, h } from "preact";
import type { Command } from "../../storage/schema.ts";
import { dong, inNotes, plainDong } from "../money.ts";
import { useTranslate } from "../use_app.ts";

/** The notes to give back, such as `1 × 100.000 + 2 × 20.000`, and what there are no notes for. */
export function NotesBack({ change }: { change: number }) {
  const t = useTranslate();
  const { notes, rest } = inNotes(change);
  return (
    <>
      {notes.length > 0 && (
        <span class="hint">
          {notes.map(([note, pieces]) => `${pieces}\u00a0×\u00a0${plainDong(note)}`).join(" + ")}
        </span>
      )}
      {rest > 0 && <span class="hint">{t("cash_no_note", { amount: dong(rest) })}</span>}
    </>
  );
}

/** What was handed over and what goes back, for as long as money of this payment may still be in somebody's hand. */
export function Change({ payment }: { payment: Command }) {
  const t = useTranslate();
  const change = (payment.given ?? 0) - Number(payment.body["amount"]);
  if (payment.given === undefined || change <= 0) {
    return null;
  }
  return (
    <section class="card change" aria-label={t("cash_change")}>
      <span>
        {t("cash_given")} {dong(payment.given)} · {t("cash_change")}
      </span>
      <strong>{dong(change)}</strong>
      <NotesBack change={change} />
    </section>
  );
}
