/** One bill run: how far it is, what it comes to, what it changes and leaves; released by another person, or discarded. */
import { Fragment, h } from "preact";
import { useRef, useState } from "preact/hooks";
import type { BillRunDetailsView, BillRunView, ChargedAmounts, RunChange, RunComparison } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { dong, plainDong, readDong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { RunMark } from "../components/run_mark.tsx";
import { paceOf, type Sample, withSample } from "../run_progress.ts";
import { scopeOf } from "../run_scope.ts";
import { may, pagesOf } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const QUICK_MS = 1_000;
const SLOW_MS = 10_000;
const MINUTE = 60;

export function BillRunPage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const [isMoving, setMoving] = useState(true);
  const read = useRead(
    `bill run ${id}`,
    async () => {
      const found = await api.call("GET /v1/bill-runs/{run_id}", { params: { run_id: id } });
      setMoving(changesBySeconds(found));
      return found;
    },
    isMoving ? QUICK_MS : SLOW_MS,
  );
  return (
    <Page
      title={read.data === null ? t("run") : `${t("run")} ${scopeOf(read.data.run, t)}`}
      above={["bill_runs", t("page_bill_runs")]}
      help="bill_runs"
    >
      <Loaded of={read} lines={8}>
        {(found) => (
          <>
            <Facts run={found.run} />
            <Progress run={found.run} at={read.readAt ?? 0} />
            <Totals details={found} />
            <Steps run={found.run} changed={read.again} />
            <Report details={found} />
            <Problems details={found} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function changesBySeconds({ run, report }: BillRunDetailsView): boolean {
  return run.state === "computing" || run.state === "releasing" || (run.state === "computed" && report === null);
}

function Facts({ run }: { run: BillRunView }) {
  const t = useWords();
  return (
    <section class="card">
      <dl class="facts-list">
        <dt>{t("run_state")}</dt>
        <dd>
          <RunMark run={run} />
        </dd>
        <dt>{t("run_asked")}</dt>
        <dd>{t("run_at", { name: run.asked_by.name, time: writtenMoment(run.asked_at) })}</dd>
        {run.confirmed_by && run.confirmed_at !== null && (
          <>
            <dt>{t("run_confirmed")}</dt>
            <dd>{t("run_at", { name: run.confirmed_by.name, time: writtenMoment(run.confirmed_at) })}</dd>
          </>
        )}
      </dl>
    </section>
  );
}

/** Parts and bills of the state that a run is in. */
function doneOf(run: BillRunView): { begun: string; parts: number; bills: number } | null {
  if (run.state === "computing") {
    return { begun: run.asked_at, parts: run.computed_parts, bills: run.bills };
  }
  return run.state === "releasing"
    ? { begun: run.confirmed_at ?? run.asked_at, parts: run.released_parts, bills: run.released_bills }
    : null;
}

function Progress({ run, at }: { run: BillRunView; at: number }) {
  const t = useWords();
  const kept = useRef<{ readonly state: string; readonly samples: readonly Sample[] } | null>(null);
  const done = doneOf(run);
  if (done === null) {
    return null;
  }
  if (kept.current?.state !== run.state) {
    kept.current = { state: run.state, samples: [{ at: Date.parse(done.begun), parts: 0, bills: 0 }] };
  }
  const samples = withSample(kept.current.samples, { at, parts: done.parts, bills: done.bills });
  kept.current = { state: run.state, samples };
  const pace = paceOf(samples, run.parts);
  const text = [
    t("run_progress", {
      done: plainDong(done.parts),
      parts: plainDong(run.parts),
      bills: plainDong(done.bills),
    }),
    ...(pace === null
      ? []
      : [
          t("run_rate", { rate: plainDong(Math.round(pace.rate)) }),
          t("run_left", { time: timeLeft(pace.secondsLeft, t) }),
        ]),
  ].join(" · ");
  return (
    <section class="card" aria-label={t(`run_is_${run.state}`)}>
      <progress class="run-progress" max={run.parts} value={done.parts} aria-label={t(`run_is_${run.state}`)} />
      <p>{text}</p>
      {done.parts === 0 && <p class="hint">{t("run_not_begun")}</p>}
    </section>
  );
}

function timeLeft(seconds: number, t: Words): string {
  return seconds < 2 * MINUTE
    ? t("run_left_seconds", { n: Math.ceil(seconds) })
    : t("run_left_minutes", { n: Math.ceil(seconds / MINUTE) });
}

function Totals({ details: { run, held } }: { details: BillRunDetailsView }) {
  const t = useWords();
  const hasHeld = pagesOf(useStaff()).includes("held");
  const tiles: readonly (readonly [string, string, string])[] = [
    [t("run_bills"), plainDong(run.bills), t("run_pre_vat", { amount: dong(run.pre_vat) })],
    [t("run_total"), dong(run.total), t("run_with_vat", { vat: dong(run.vat) })],
    [t("run_energy"), `${plainDong(run.kwh)} kWh`, ""],
    ...(run.confirmed_at === null
      ? []
      : ([[t("run_released_so_far"), plainDong(run.released_bills), dong(run.released_total)]] as const)),
    [t("run_set_aside"), plainDong(run.set_aside), t("run_set_aside_what")],
    [t("run_held"), plainDong(held), t("run_held_what")],
  ];
  return (
    <>
      <ul class="tiles">
        {tiles.map(([name, value, more]) => (
          <li key={name} class="card">
            <span>{name}</span>
            <strong>{value}</strong>
            {more !== "" && <span class="hint">{more}</span>}
          </li>
        ))}
      </ul>
      {held > 0 && hasHeld && (
        <p>
          <Link to="held" class="small-button">
            {t("run_held_see")}
          </Link>
        </p>
      )}
      {run.left_out_bills > 0 && (
        <p class="note bad">
          {t("run_left_out", { n: plainDong(run.left_out_bills), amount: dong(run.left_out_total) })}
        </p>
      )}
    </>
  );
}

function Steps({ run, changed }: { run: BillRunView; changed: () => void }) {
  const t = useWords();
  const staff = useStaff();
  const isComputed = run.state === "computed" && !run.is_trial;
  const mayRelease = may(staff, "POST /v1/bill-runs/{run_id}/release");
  const isOwn = run.asked_by.staff_id === staff.staff_id;
  const canDiscard = (isComputed || run.state === "computing") && may(staff, "POST /v1/bill-runs/{run_id}/discarding");
  if (!(isComputed || canDiscard)) {
    return null;
  }
  return (
    <section class="card">
      {isComputed && <h2>{t("run_release")}</h2>}
      {isComputed && isOwn && <p class="hint">{t("run_release_own")}</p>}
      {isComputed && !isOwn && !mayRelease && <p class="hint">{t("run_release_waits")}</p>}
      {isComputed && !isOwn && mayRelease && <Release run={run} changed={changed} />}
      {canDiscard && <Discard run={run} changed={changed} />}
    </section>
  );
}

function Release({ run, changed }: { run: BillRunView; changed: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [bills, setBills] = useState("");
  const [total, setTotal] = useState("");
  // Both are typed by whoever has checked them: what stands there already would only be pressed.
  const typed = { bills: readDong(bills), total: readDong(total) };
  return (
    <div class="inline">
      <p class="hint">{t("run_release_explain")}</p>
      <label>
        {t("run_release_bills")}
        <input
          inputMode="numeric"
          autocomplete="off"
          value={bills}
          onInput={(event) => setBills(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("run_release_total")}
        <input
          inputMode="numeric"
          autocomplete="off"
          value={total}
          onInput={(event) => setTotal(event.currentTarget.value)}
        />
      </label>
      <DoButton
        disabled={typed.bills === null || typed.total === null}
        act={async () => {
          try {
            await api.call("POST /v1/bill-runs/{run_id}/release", {
              params: { run_id: run.run_id },
              body: { bills: typed.bills ?? 0, total: typed.total ?? 0 },
            });
          } finally {
            changed();
          }
        }}
      >
        {t("run_release")}
      </DoButton>
    </div>
  );
}

function Discard({ run, changed }: { run: BillRunView; changed: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [isOpen, setOpen] = useState(false);
  if (!isOpen) {
    return (
      <button type="button" class="small-button" onClick={() => setOpen(true)}>
        {t("run_discard")}
      </button>
    );
  }
  return (
    <div class="inline">
      <p class="hint">{t("run_discard_explain")}</p>
      <div class="pair">
        <DoButton
          act={async () => {
            try {
              await api.call("POST /v1/bill-runs/{run_id}/discarding", { params: { run_id: run.run_id } });
            } finally {
              changed();
            }
          }}
        >
          {t("run_discard")}
        </DoButton>
        <button type="button" class="plain-button" onClick={() => setOpen(false)}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}

function Report({ details: { run, report } }: { details: BillRunDetailsView }) {
  const t = useWords();
  if (report === null) {
    const isComing = run.state === "computed" || run.state === "computing";
    return <p class="hint">{t(isComing ? "run_report_wait" : "run_report_none")}</p>;
  }
  const { vat_switch: vat, comparisons } = report;
  return (
    <>
      {vat && (
        <section class="card">
          <h2>{t("run_vat_switch")}</h2>
          <p>
            {t("run_vat_switch_figures", {
              period: dong(vat.by_period),
              invoice: dong(vat.by_invoice),
              n: plainDong(vat.differing),
              amount: dong(vat.differing_pre_vat),
            })}
          </p>
        </section>
      )}
      {comparisons.map((one) => (
        <Comparison key={one.beside} comparison={one} />
      ))}
    </>
  );
}

function Comparison({ comparison }: { comparison: RunComparison }) {
  const t = useWords();
  const hasCustomers = pagesOf(useStaff()).includes("customers");
  const { beside, largest } = comparison;
  const title = t(beside === null ? "run_beside_month" : "run_beside_run");
  return (
    <section>
      <h2>{beside === null ? title : <Link to={`bill_runs/${beside}`}>{title}</Link>}</h2>
      <p>
        {t("run_beside", {
          more: plainDong(comparison.more),
          less: plainDong(comparison.less),
          same: plainDong(comparison.same),
          new: plainDong(comparison.new),
          gone: plainDong(comparison.gone),
          amount: signed(comparison.difference),
        })}
      </p>
      {largest.length === 0 ? (
        <p class="hint">{t("run_changes_none")}</p>
      ) : (
        <Rows
          caption={`${t("run_largest")}: ${title}`}
          columns={columnsOf(t, hasCustomers)}
          rows={largest}
          keyOf={(one) => one.bill_number}
        />
      )}
    </section>
  );
}

function signed(amount: number): string {
  return amount > 0 ? `+${dong(amount)}` : dong(amount);
}

function columnsOf(t: Words, hasCustomers: boolean): Column<RunChange>[] {
  const amounts = (charged: ChargedAmounts | null) =>
    charged === null ? (
      "–"
    ) : (
      <>
        {dong(charged.total)} <span class="where">{`${plainDong(charged.kwh)} kWh`}</span>
      </>
    );
  return [
    {
      name: t("customer"),
      cell: ({ customer_code: code }) => (hasCustomers ? <Link to={`customers/${code}`}>{code}</Link> : code),
    },
    { name: t("run_before"), isNumber: true, cell: (one) => amounts(one.before) },
    { name: t("run_now"), isNumber: true, cell: (one) => amounts(one.after) },
    { name: t("run_difference"), isNumber: true, cell: (one) => signed(one.difference) },
    { name: t("run_cause"), cell: (one) => one.causes.map((cause) => t(`cause_${cause}`)).join(", ") },
  ];
}

function Problems({ details: { run, problems } }: { details: BillRunDetailsView }) {
  const t = useWords();
  const hasCustomers = pagesOf(useStaff()).includes("customers");
  if (problems.length === 0) {
    return null;
  }
  return (
    <section class="card">
      <h2>{t("run_problems")}</h2>
      {problems.length < run.set_aside && (
        <p class="hint">{t("run_problems_first", { n: plainDong(problems.length), all: plainDong(run.set_aside) })}</p>
      )}
      <ul class="lines">
        {problems.map(({ customer_code: code, period, problem }) => (
          <li key={`${code} ${period}`}>
            {hasCustomers ? <Link to={`customers/${code}`}>{code}</Link> : code} · {period}
            <span class="where">{problem}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
