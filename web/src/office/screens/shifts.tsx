/** Shifts: which are open, handed in, different or settled. */
import { h } from "preact";
import type { ListedShift, ShiftState } from "../../api/types.ts";
import { dayOf, writtenMoment } from "../../app/clock.ts";
import { dong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { usePlace } from "../router.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const STATES: readonly ShiftState[] = ["open", "declared", "different", "settled"];
const REFRESH_MS = 10_000;

export function ShiftsPage() {
  const t = useWords();
  const { api } = useOffice();
  const { query } = usePlace();
  const state = STATES.find((one) => one === query.get("state"));
  const shifts = useRead(
    `shifts ${state}`,
    () => api.call("GET /v1/shifts", { query: { limit: 200, ...(state ? { state } : {}) } }),
    REFRESH_MS,
  );
  return (
    <Page title={t("page_shifts")} help="shifts">
      <nav class="tabs" aria-label={t("shifts_which")}>
        <Link to="shifts" current={state === undefined}>
          {t("shifts_all")}
        </Link>
        {STATES.map((one) => (
          <Link key={one} to={`shifts?state=${one}`} current={state === one}>
            {t(`shifts_${one}`)}
          </Link>
        ))}
      </nav>
      <Loaded of={shifts}>
        {({ shifts: found }) =>
          found.length === 0 ? (
            <Empty>{t(state === undefined ? "shifts_none" : "shifts_none_so")}</Empty>
          ) : (
            <Rows
              caption={t("page_shifts")}
              columns={columnsOf(t)}
              rows={found}
              keyOf={({ shift }) => shift.shift_id}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function columnsOf(t: Words): Column<ListedShift>[] {
  return [
    {
      name: t("collector"),
      cell: ({ shift, collector_name: name }) => (
        <Link to={`shifts/${shift.shift_id}`}>
          {name} ({shift.collector_code})
        </Link>
      ),
    },
    { name: t("unit"), cell: (row) => row.unit_code },
    { name: t("shift_opened"), cell: ({ shift }) => writtenMoment(shift.opened_at) },
    {
      name: t("shift_cash"),
      isNumber: true,
      cell: ({ shift }) => dong(shift.totals.cash),
    },
    {
      name: t("shift_in_box"),
      isNumber: true,
      cell: ({ shift }) => dong(shift.confirmation?.counted_cash ?? shift.counted_cash ?? shift.cash_in_hand),
    },
    { name: t("shift_state"), cell: (row) => <ShiftMark listed={row} /> },
  ];
}

const TONES: Readonly<Record<ShiftState, string>> = {
  open: "info",
  declared: "wait",
  different: "bad",
  settled: "good",
};

export function ShiftMark({ listed: { shift } }: { listed: Pick<ListedShift, "shift"> }) {
  const t = useWords();
  const { state } = shift;
  const difference = (shift.confirmation ?? shift).difference ?? 0;
  return (
    <span class="marks">
      {state && <span class={`mark ${TONES[state]}`}>{t(`shifts_${state}`)}</span>}
      {difference !== 0 && (
        <span class="mark bad">
          {t(difference > 0 ? "shift_over" : "shift_under", { amount: dong(Math.abs(difference)) })}
        </span>
      )}
      {state === "open" && dayOf(shift.opened_at) < dayOf(Date.now()) && (
        <span class="mark bad">{t("shift_of_before")}</span>
      )}
    </span>
  );
}
