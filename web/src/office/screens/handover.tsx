/** What is handed over with the cash of a shift, on paper for both to sign. */
import { h } from "preact";
import type { HandoverReply } from "../../api/types.ts";
import { boxLines } from "../../app/cash_box.ts";
import { writtenMoment } from "../../app/clock.ts";
import { dong, plainDong } from "../../app/money.ts";
import { handInLine } from "../components/hand_in_words.ts";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { useOffice, useRead, useWords } from "../use_office.ts";
import "./handover.css";

export function HandoverPage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(`handover ${id}`, () =>
    api.call("GET /v1/shifts/{shift_id}/handover", { params: { shift_id: id } }),
  );
  return (
    <Page
      title={t("handover")}
      above={[`shifts/${id}`, t("shift")]}
      actions={
        <button type="button" class="small-button" onClick={() => globalThis.print()}>
          {t("handover_print")}
        </button>
      }
      help="shifts"
    >
      <Loaded of={read} lines={8}>
        {(found) => <Paper found={found} />}
      </Loaded>
    </Page>
  );
}

function Paper({ found: { shift, collector_name: name, unit_code: unit, handover } }: { found: HandoverReply }) {
  const t = useWords();
  const { totals } = shift;
  const count = shift.confirmation ?? shift;
  const notes = Object.entries(count.denominations ?? {})
    .map(([note, pieces]) => [Number(note), pieces] as const)
    .filter(([, pieces]) => pieces > 0)
    .sort(([one], [other]) => other - one);
  const difference = count.difference ?? 0;
  return (
    <article class="card handover">
      <p class="lead">{`${name} (${shift.collector_code}) · ${unit}`}</p>
      <p>
        {t("handover_times", {
          opened: writtenMoment(shift.opened_at),
          closed: shift.closed_at === null ? "–" : writtenMoment(shift.closed_at),
        })}
      </p>
      <dl class="sums">
        {boxLines(shift).map(([line, amount, items]) => (
          <div key={line}>
            <dt>{line === "shift_float" ? t(line) : `${t(line)} (${items})`}</dt>
            <dd>{dong(amount)}</dd>
          </div>
        ))}
        {totals.reversals > 0 && (
          <div>
            <dt>
              {t("shift_reversed")} ({totals.reversals})
            </dt>
            <dd>{dong(totals.reversed_cash)}</dd>
          </div>
        )}
        <div>
          <dt>{t("shift_books")}</dt>
          <dd>{dong(shift.cash_in_hand)}</dd>
        </div>
        {count.counted_cash != null && (
          <div>
            <dt>{t("shift_counted")}</dt>
            <dd>{dong(count.counted_cash)}</dd>
          </div>
        )}
        {count.counted_cash != null && (
          <div>
            <dt>{t("shift_difference")}</dt>
            <dd>
              {difference === 0
                ? t("shift_even")
                : t(difference > 0 ? "shift_over" : "shift_under", { amount: dong(Math.abs(difference)) })}
            </dd>
          </div>
        )}
      </dl>
      {shift.explanation && <p>{shift.explanation}</p>}
      {notes.length > 0 && (
        <table class="notes">
          <thead>
            <tr>
              <th scope="col">{t("shift_note")}</th>
              <th scope="col">{t("shift_pieces")}</th>
              <th scope="col">{t("amount")}</th>
            </tr>
          </thead>
          <tbody>
            {notes.map(([note, pieces]) => (
              <tr key={note}>
                <td>{plainDong(note)}</td>
                <td>{pieces}</td>
                <td>{plainDong(note * pieces)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <h2>{t("handover_receipts")}</h2>
      <p>
        {t("handover_receipts_n", { n: handover.receipts })}
        {handover.first_receipt &&
          ` · ${t("handover_from_to", { first: handover.first_receipt, last: handover.last_receipt ?? "" })}`}
        {(handover.without_number ?? 0) > 0 && ` · ${t("handover_unnumbered", { n: handover.without_number ?? 0 })}`}
      </p>
      <p>{t("handover_transfers", { n: handover.transfers, amount: dong(handover.transferred) })}</p>
      {(handover.hand_ins ?? []).length > 0 && <h2>{t("hand_ins_title")}</h2>}
      <ul class="lines">
        {(handover.hand_ins ?? []).map((one) => (
          <li key={one.hand_in_id}>
            {writtenMoment(one.stated_at)} · {handInLine(one, t)}
            {one.count?.reason && <span class="where">{one.count.reason}</span>}
          </li>
        ))}
      </ul>
      <div class="signatures">
        <p>{t("handover_signs_collector")}</p>
        <p>{t("handover_signs_cashier")}</p>
      </div>
    </article>
  );
}
