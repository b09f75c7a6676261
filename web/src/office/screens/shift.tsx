/** One shift: closed for a collector, handed in, counted again, and its difference decided. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { Shift, ShiftDecision } from "../../api/types.ts";
import { boxLines } from "../../app/cash_box.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { dong } from "../../app/money.ts";
import { CountForm } from "../components/count_form.tsx";
import { HandInsOfShift } from "../components/hand_ins.tsx";
import { Link } from "../components/link.tsx";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { ReversalList } from "../components/reversals.tsx";
import { nameOf, useCollectors } from "../reads.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { ShiftMark } from "./shifts.tsx";

const REFRESH_MS = 10_000;

export function ShiftPage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const collectors = useCollectors();
  const read = useRead(
    `shift ${id}`,
    () => api.call("GET /v1/shifts/{shift_id}", { params: { shift_id: id } }),
    REFRESH_MS,
  );
  const code = read.data?.shift.collector_code ?? null;
  return (
    <Page
      title={code === null ? t("shift") : t("shift_whose", { name: nameOf(collectors.data, code) })}
      above={["shifts", t("page_shifts")]}
      actions={
        <Link to={`shifts/${id}/handover`} class="small-button quiet">
          {t("handover")}
        </Link>
      }
      help="shifts"
    >
      <Loaded of={read} lines={8}>
        {({ shift }) => (
          <div class="split">
            <div class="column">
              <Sums shift={shift} />
              <Trail shift={shift} />
              <GivenBack shift={shift} />
            </div>
            <div class="column">
              <HandInsOfShift shift={shift} done={read.again} />
              {shift.state === "open" &&
                may(staff, "POST /v1/collectors/{collector_code}/shifts/{shift_id}/closing") && (
                  <CloseForm shift={shift} done={read.again} />
                )}
              {shift.state === "declared" && may(staff, "POST /v1/shifts/{shift_id}/confirmation") && (
                <ConfirmForm shift={shift} done={read.again} />
              )}
              {shift.state === "different" &&
                (may(staff, "POST /v1/shifts/{shift_id}/decision") ? (
                  <DecisionForm shift={shift} done={read.again} />
                ) : (
                  <p class="note">{t("shift_waits_supervisor")}</p>
                ))}
              {shift.state === "settled" && <p class="note done">{t("shift_settled")}</p>}
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Sums({ shift }: { shift: Shift }) {
  const t = useWords();
  const { totals } = shift;
  return (
    <dl class="card sums">
      <div>
        <dt>{t("shift_state")}</dt>
        <dd>
          <ShiftMark listed={{ shift }} />
        </dd>
      </div>
      <div>
        <dt>{t("shift_opened")}</dt>
        <dd>{writtenMoment(shift.opened_at)}</dd>
      </div>
      {boxLines(shift).map(([name, amount, items]) => (
        <div key={name}>
          <dt>{name === "shift_cash" ? `${t(name)} · ${t("shift_payments", { n: items })}` : t(name)}</dt>
          <dd>{dong(amount)}</dd>
        </div>
      ))}
      {totals.reversals > 0 && (
        <div>
          <dt>{t("shift_reversed")}</dt>
          <dd>{dong(totals.reversed_cash)}</dd>
        </div>
      )}
      <div>
        <dt>{t("shift_books")}</dt>
        <dd>{dong(shift.cash_in_hand)}</dd>
      </div>
      {(totals.unproven ?? 0) > 0 && (
        <div class="bad-text">
          <dt>{t("shift_unproven")}</dt>
          <dd>{dong(totals.unproven ?? 0)}</dd>
        </div>
      )}
    </dl>
  );
}

/** What was done about the shift so far, and by whom. */
function Trail({ shift }: { shift: Shift }) {
  const t = useWords();
  const { closed_at: closed, confirmation, ruling } = shift;
  if (closed === null) {
    return null;
  }
  return (
    <section class="card">
      <h2>{t("shift_trail")}</h2>
      <ol class="lines">
        <li>
          {writtenMoment(closed)} ·{" "}
          {t("shift_trail_declared", { amount: dong(shift.counted_cash ?? 0), who: shift.declared_by || "–" })}
          {shift.explanation && <span class="where">{shift.explanation}</span>}
        </li>
        {confirmation && (
          <li>
            {writtenMoment(confirmation.confirmed_at)} ·{" "}
            {t("shift_trail_confirmed", { amount: dong(confirmation.counted_cash), who: confirmation.confirmed_by })}
            {(confirmation.given_back ?? 0) > 0 && (
              <span class="where">{t("shift_office_gave_back", { amount: dong(confirmation.given_back ?? 0) })}</span>
            )}
            {confirmation.note && <span class="where">{confirmation.note}</span>}
          </li>
        )}
        {ruling && (
          <li>
            {writtenMoment(ruling.decided_at)} · {t(`decision_${ruling.decision}`)} ({ruling.decided_by})
            <span class="where">{ruling.reason}</span>
          </li>
        )}
      </ol>
    </section>
  );
}

/** Payments of shifts before whose cash was given back out of this one, or by whoever counted it. */
function GivenBack({ shift }: { shift: Shift }) {
  const t = useWords();
  const { api } = useOffice();
  const { confirmation, shift_id, totals } = shift;
  const items = (totals.given_back_items ?? 0) + ((confirmation?.given_back ?? 0) > 0 ? 1 : 0);
  const read = useRead(
    `given back in ${shift_id} ${items}`,
    async () => (items === 0 ? [] : (await api.call("GET /v1/reversals", { query: { shift_id } })).reversals),
    REFRESH_MS,
  );
  return (
    <Loaded of={read} lines={1}>
      {(found) =>
        found.length > 0 && <ReversalList title={t("given_back_title")} reversals={found} done={read.again} />
      }
    </Loaded>
  );
}

function CloseForm({ shift, done }: { shift: Shift; done: () => void }) {
  const t = useWords();
  const office = useOffice();
  return (
    <CountForm
      title={t("shift_close_for")}
      intro={t("shift_close_for_intro")}
      button={t("shift_close_for_do")}
      expected={shift.cash_in_hand}
      expectedName={t("shift_books")}
      why={t("shift_explain")}
      send={(counted, denominations, explanation) =>
        office.api.call("POST /v1/collectors/{collector_code}/shifts/{shift_id}/closing", {
          params: { collector_code: shift.collector_code, shift_id: shift.shift_id },
          body: {
            counted_cash: counted,
            denominations,
            explanation,
            closed_at: new Date(office.now()).toISOString(),
          },
        })
      }
      done={done}
    />
  );
}

function ConfirmForm({ shift, done }: { shift: Shift; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  return (
    <CountForm
      title={t("shift_hand_in_title")}
      intro={t("shift_hand_in_intro")}
      button={t("shift_confirm")}
      expected={shift.counted_cash ?? 0}
      expectedName={t("shift_declared_short")}
      why={t("shift_note_needed")}
      send={(counted, denominations, note) =>
        api.call("POST /v1/shifts/{shift_id}/confirmation", {
          params: { shift_id: shift.shift_id },
          body: { counted_cash: counted, denominations, note },
        })
      }
      done={done}
    />
  );
}

const DECISIONS: readonly ShiftDecision[] = ["charged", "written_off"];

function DecisionForm({ shift, done }: { shift: Shift; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [decision, setDecision] = useState<ShiftDecision | null>(null);
  const [reason, setReason] = useState("");
  const difference = (shift.confirmation ?? shift).difference ?? 0;
  return (
    <section class="card">
      <h2>{t("decision_title")}</h2>
      <p class="bad-text">
        {t(difference > 0 ? "shift_over" : "shift_under", { amount: dong(Math.abs(difference)) })}
        {shift.difference_limit != null && ` · ${t("decision_limit", { amount: dong(shift.difference_limit) })}`}
      </p>
      <fieldset class="options">
        <legend>{t("decision_which")}</legend>
        {DECISIONS.map((one) => (
          <label key={one}>
            <input type="radio" name="decision" checked={decision === one} onChange={() => setDecision(one)} />
            <span>{t(`decision_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <label>
        {t("reason")}
        <input value={reason} maxLength={200} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <DoButton
        disabled={decision === null || reason.trim() === ""}
        act={async () => {
          await api.call("POST /v1/shifts/{shift_id}/decision", {
            params: { shift_id: shift.shift_id },
            body: { decision: decision as ShiftDecision, reason: reason.trim() },
          });
          done();
        }}
      >
        {t("decision_do")}
      </DoButton>
    </section>
  );
}
