/** The collector's working day with the cash box. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ignoreNoAnswer } from "../../api/problem.ts";
import type { NextShift, Shift } from "../../api/types.ts";
import { boxLines } from "../cash_box.ts";
import { countOf, type Pieces } from "../cash_counting.ts";
import { writtenMoment } from "../clock.ts";
import { closeShift, openShift } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { CashCount } from "../components/cash_count.tsx";
import { Link } from "../components/link.tsx";
import { PrintJobLine } from "../components/print_job_line.tsx";
import { Screen } from "../components/screen.tsx";
import { Pending } from "../components/visit_notice.tsx";
import { dong, plainDong, readDong } from "../money.ts";
import { printJobsNow } from "../print_job_list.ts";
import { openPayments } from "../procedure.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { useShift } from "../use_shift.ts";
import { HandedIn } from "./hand_in.tsx";

export function ShiftScreen() {
  const t = useTranslate();
  const { shift, isKnown } = useShift();
  if (shift) {
    return <Open shift={shift} />;
  }
  return isKnown ? (
    <Opening />
  ) : (
    <Screen title={t("nav_shift")}>
      <p class="empty">{t("loading")}</p>
    </Screen>
  );
}

function Opening() {
  const t = useTranslate();
  const app = useApp();
  const { online, offline, commands, closedShift } = useAppState();
  const [typed, setTyped] = useState("");
  const [next, setNext] = useState<NextShift | null>(null);
  useEffect(() => {
    app.api.call("GET /v1/shifts/next").then(setNext).catch(ignoreNoAnswer);
  }, [online, closedShift]);
  const last = commands.findLast((one) => one.kind === "shift_open");
  const float = typed === "" ? 0 : readDong(typed);
  const isWaiting = last?.state === "waiting";
  return (
    <Screen title={t("nav_shift")}>
      {closedShift && <Closed shift={closedShift} />}
      {next?.unsettled.map((one) => (
        <Unsettled key={one.shift_id} shift={one} />
      ))}
      <section class="card">
        <h2>{t("shift_open_title")}</h2>
        <p>{t("shift_open_intro")}</p>
        <label>
          {t("shift_float")}
          <input
            class="amount"
            inputMode="numeric"
            autocomplete="off"
            placeholder="0"
            value={typed}
            maxLength={16}
            onInput={(event) => {
              const amount = readDong(event.currentTarget.value);
              setTyped(amount === null ? event.currentTarget.value.replace(/[^\d]/g, "") : plainDong(amount));
            }}
          />
        </label>
        <div class="chips">
          {[200_000, 500_000, 1_000_000].map((amount) => (
            <button
              key={amount}
              type="button"
              aria-pressed={float === amount}
              onClick={() => setTyped(plainDong(amount))}
            >
              {plainDong(amount)}
            </button>
          ))}
        </div>
        {offline && <p class="note bad">{t("shift_needs_signal")}</p>}
        {next && (
          <p class={next.refusal ? "note bad" : "hint"}>
            {next.refusal
              ? t(next.refusal === "shift-blocked" ? "shift_blocked" : "shift_hand_in")
              : t("cash_of_ceiling", { ceiling: dong(next.cash_ceiling) })}
          </p>
        )}
        {last?.state === "refused" && !last.seen && (
          <p class="note bad" role="alert">
            {t("shift_refused")}: {last.problem?.detail}
          </p>
        )}
        <DoButton
          disabled={!online || float === null || isWaiting || Boolean(next?.refusal)}
          act={() => openShift(app, float ?? 0)}
        >
          {t(isWaiting ? "shift_working" : "open_shift")}
        </DoButton>
      </section>
    </Screen>
  );
}

/** An earlier shift that waits for the cashier, or for the supervisor. */
function Unsettled({ shift }: { shift: Shift }) {
  const t = useTranslate();
  const { confirmation, counted_cash, opened_at, state } = shift;
  const difference = (confirmation ?? shift).difference ?? 0;
  const amount = dong(Math.abs(difference));
  return (
    <section class="card">
      <h2>{t("shift_of", { moment: writtenMoment(opened_at) })}</h2>
      <p>
        {state === "different"
          ? t("shift_differs", { difference: t(difference > 0 ? "shift_over" : "shift_under", { amount }) })
          : t("shift_declared", { amount: dong(counted_cash ?? 0) })}
      </p>
      <p class="hint">{t(confirmation ? "shift_waits_supervisor" : "shift_waits_cashier")}</p>
    </section>
  );
}

function Open({ shift }: { shift: Shift }) {
  const t = useTranslate();
  const { commands } = useAppState();
  const handIns = commands.filter((one) => one.kind === "hand_in" && one.state === "sent");
  const unproven = shift.totals.unproven ?? 0;
  const room = shift.cash_ceiling - shift.cash_in_hand - unproven;
  return (
    <Screen title={t("nav_shift")}>
      <section class="card due">
        <span>{t("cash_in_hand")}</span>
        <strong>{dong(shift.cash_in_hand)}</strong>
        <meter
          value={shift.cash_in_hand}
          max={Math.max(1, shift.cash_ceiling)}
          high={shift.cash_ceiling * 0.9}
          aria-label={t("cash_in_hand")}
        />
        <span class="hint">{t("cash_of_ceiling", { ceiling: dong(shift.cash_ceiling) })}</span>
      </section>
      <dl class="card sums">
        {boxLines(shift).map(([name, amount, items]) => (
          <div key={name}>
            <dt>{name === "shift_cash" ? `${t(name)} · ${t("shift_payments", { n: items })}` : t(name)}</dt>
            <dd>{dong(amount)}</dd>
          </div>
        ))}
        {shift.totals.reversals > 0 && (
          <div>
            <dt>{t("shift_reversed")}</dt>
            <dd>{dong(shift.totals.reversed_cash)}</dd>
          </div>
        )}
        {unproven > 0 && (
          <div>
            <dt>{t("shift_unproven")}</dt>
            <dd>{dong(unproven)}</dd>
          </div>
        )}
        <div>
          <dt>{t("shift_room")}</dt>
          <dd>{dong(Math.max(0, room))}</dd>
        </div>
      </dl>
      <p class="hint">{t("shift_opened_at", { moment: writtenMoment(shift.opened_at) })}</p>
      <HandedIn shiftId={shift.shift_id} version={`${shift.totals.handed_in} ${unproven} ${handIns.length}`} />
      <Link to="shift/hand-in" class="plain-button">
        {t("hand_in")}
      </Link>
      <Link to="shift/close" class="main-button">
        {t("shift_close")}
      </Link>
    </Screen>
  );
}

function Closed({ shift }: { shift: Shift }) {
  const t = useTranslate();
  const { printJobs, keptJobs, held } = useAppState();
  const slip = printJobsNow(printJobs, keptJobs, held).find((job) => job.kind === "shift_slip") ?? null;
  return (
    <section class="card">
      <h2>{t("shift_closed")}</h2>
      <dl class="sums">
        <div>
          <dt>{t("shift_counted")}</dt>
          <dd>{dong(shift.counted_cash ?? 0)}</dd>
        </div>
        <div>
          <dt>{t("shift_difference")}</dt>
          <dd>{dong(shift.difference ?? 0)}</dd>
        </div>
      </dl>
      {slip ? <PrintJobLine job={slip} /> : <Pending title={t("document_shift_slip")} waiting={false} />}
    </section>
  );
}

export function Closing() {
  const t = useTranslate();
  const app = useApp();
  const { online, offline, commands } = useAppState();
  const { shift } = useShift();
  const [pieces, setPieces] = useState<Pieces>({});
  const [explanation, setExplanation] = useState("");
  /** The difference that the collector was asked about. */
  const [asked, setAsked] = useState<number | null>(null);
  useEffect(() => {
    if (shift === null) {
      go("shift", "instead");
    }
  }, [shift]);
  if (shift === null) {
    return null;
  }
  const { counted, denominations } = countOf(pieces);
  const difference = counted - shift.cash_in_hand;
  const isExplained = difference === 0 || explanation.trim() !== "";
  const open = openPayments(commands).length > 0;
  const last = commands.findLast((one) => one.kind === "shift_close" && one.id === shift.shift_id);
  const isWaiting = last?.state === "waiting";
  const canClose = online && !open && isExplained && !isWaiting;
  const written = t(difference > 0 ? "shift_over" : "shift_under", { amount: dong(Math.abs(difference)) });
  return (
    <Screen
      title={t("shift_close_title")}
      back="shift"
      actions={
        difference !== 0 && asked !== difference ? (
          <button type="button" class="main-button" disabled={!canClose} onClick={() => setAsked(difference)}>
            {t("shift_close_do")}
          </button>
        ) : (
          <div class="confirm">
            {difference !== 0 && <p class="bad-text">{t("shift_ask", { difference: written })}</p>}
            <div class="pair">
              {difference !== 0 && (
                <button type="button" class="plain-button" onClick={() => setAsked(null)}>
                  {t("shift_count_again")}
                </button>
              )}
              <DoButton disabled={!canClose} act={() => closeShift(app, shift, counted, denominations, explanation)}>
                {isWaiting && t("shift_working")}
                {!isWaiting && (difference === 0 ? t("shift_close_do") : t("shift_close_so", { difference: written }))}
              </DoButton>
            </div>
          </div>
        )
      }
    >
      <p class="lead">{t("shift_close_intro")}</p>
      <CashCount pieces={pieces} onChange={setPieces} />
      <dl class="card sums" aria-live="polite">
        <div>
          <dt>{t("shift_counted")}</dt>
          <dd>{dong(counted)}</dd>
        </div>
        <div>
          <dt>{t("shift_books")}</dt>
          <dd>{dong(shift.cash_in_hand)}</dd>
        </div>
        <div class={difference === 0 ? "good-text" : "bad-text"}>
          <dt>{t("shift_difference")}</dt>
          <dd>{difference === 0 ? t("shift_even") : written}</dd>
        </div>
      </dl>
      {difference !== 0 && (
        <section class="card">
          <label>
            {t("shift_explain")}
            <input value={explanation} maxLength={300} onInput={(event) => setExplanation(event.currentTarget.value)} />
          </label>
          <p class="hint">{t("shift_explain_needed")}</p>
        </section>
      )}
      {open && <p class="note bad">{t("shift_open_payments")}</p>}
      {offline && <p class="note bad">{t("shift_needs_signal")}</p>}
      {last?.state === "refused" && !last.seen && (
        <p class="note bad" role="alert">
          {t("shift_refused")}: {last.problem?.detail}
        </p>
      )}
    </Screen>
  );
}
