/** Bill runs: what waits, beginning a run, and the runs that there were. */
import { Fragment, h } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { BillRunView, WaitingReadings } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { dong, plainDong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { RunMark } from "../components/run_mark.tsx";
import { useFileWords } from "../file_words.ts";
import { go, usePlace } from "../router.ts";
import { scopeOf } from "../run_scope.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const REFRESH_MS = 5_000;
const PAGE = 20;

export function BillRunsPage() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const say = useFileWords();
  const before = usePlace().query.get("before");
  const runs = useRead(
    `bill runs ${before}`,
    async () =>
      (await api.call("GET /v1/bill-runs", { query: { limit: PAGE, ...(before === null ? {} : { before }) } })).runs,
    REFRESH_MS,
  );
  return (
    <Page
      title={t("page_bill_runs")}
      help="bill_runs"
      actions={
        may(staff, "POST /v1/readings-files") && (
          <Link to="bill_runs/file" class="small-button">
            {say("title")}
          </Link>
        )
      }
    >
      <p class="lead">{t("runs_intro")}</p>
      {may(staff, "POST /v1/bill-runs") && <Start />}
      <Loaded of={runs} lines={8}>
        {(found) =>
          found.length === 0 ? (
            <Empty>{t("runs_none")}</Empty>
          ) : (
            <>
              <Rows caption={t("page_bill_runs")} columns={columnsOf(t)} rows={found} keyOf={({ run_id: id }) => id} />
              <div class="buttons">
                {before !== null && (
                  <Link to="bill_runs" class="small-button">
                    {t("newest")}
                  </Link>
                )}
                {found.length === PAGE && (
                  <Link
                    to={`bill_runs?before=${encodeURIComponent(found.at(-1)?.asked_at ?? "")}`}
                    class="small-button"
                  >
                    {t("older")}
                  </Link>
                )}
              </div>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function columnsOf(t: Words): Column<BillRunView>[] {
  return [
    { name: t("run"), cell: (run) => <Link to={`bill_runs/${run.run_id}`}>{scopeOf(run, t)}</Link> },
    { name: t("run_state"), cell: (run) => <RunMark run={run} /> },
    {
      name: t("run_asked"),
      cell: (run) => t("run_at", { name: run.asked_by.name, time: writtenMoment(run.asked_at) }),
    },
    { name: t("run_bills"), isNumber: true, cell: (run) => plainDong(run.bills) },
    { name: t("run_total"), isNumber: true, cell: (run) => dong(run.total) },
    { name: t("run_confirmed"), cell: (run) => run.confirmed_by?.name ?? "–" },
  ];
}

function Start() {
  const t = useWords();
  const { api } = useOffice();
  const waiting = useRead("waiting readings", async () => (await api.call("GET /v1/waiting-readings")).waiting, 30_000);
  return (
    <section class="card">
      <h2>{t("runs_start")}</h2>
      <Loaded of={waiting} lines={2}>
        {(found) => (found.length === 0 ? <p class="hint">{t("runs_start_none")}</p> : <StartForm waiting={found} />)}
      </Loaded>
    </section>
  );
}

function StartForm({ waiting }: { waiting: readonly WaitingReadings[] }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const units = [...new Set(waiting.map((one) => one.unit_code))].sort();
  const months = [...new Set(waiting.map((one) => monthOf(one)))].sort().reverse();
  const hasAll = staff.units.includes("*");
  const [chosenUnit, setUnit] = useState<string | null>(null);
  const [chosenMonth, setMonth] = useState<string | null>(null);
  const unit = chosenUnit ?? (hasAll && units.length > 1 ? "" : (units[0] ?? ""));
  const month = chosenMonth ?? months[0] ?? "";
  // The same run under the same id, should the answer be lost.
  const key = useMemo(() => newId(), [unit, month]);
  const periods = waiting
    .filter((one) => (unit === "" || one.unit_code === unit) && (month === "" || monthOf(one) === month))
    .reduce((sum, one) => sum + one.periods, 0);
  return (
    <div class="filters">
      <label>
        {t("unit")}
        <select value={unit} onChange={(event) => setUnit(event.currentTarget.value)}>
          {hasAll && <option value="">{t("run_all_units")}</option>}
          {units.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("run_month")}
        <select value={month} onChange={(event) => setMonth(event.currentTarget.value)}>
          {months.map((one) => (
            <option key={one} value={one}>
              {one.split("-").reverse().join("/")}
            </option>
          ))}
          <option value="">{t("run_all_months")}</option>
        </select>
      </label>
      <p class="hint" role="status">
        {t("runs_waiting", { n: plainDong(periods) })}
      </p>
      <DoButton
        disabled={periods === 0}
        act={async () => {
          const body = { unit_prefix: unit, month: month === "" ? null : month };
          const run = await api.call("POST /v1/bill-runs", { key, body });
          go(`bill_runs/${run.run_id}`);
        }}
      >
        {t("runs_start_do")}
      </DoButton>
    </div>
  );
}

function monthOf({ year, month }: WaitingReadings): string {
  return `${year}-${String(month).padStart(2, "0")}`;
}
