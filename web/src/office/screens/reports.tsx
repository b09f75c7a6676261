/** What was collected in some days, and how old the open bills are; both as files, too. */
import { type ComponentChildren, Fragment, h } from "preact";
import { addressOf } from "../../api/client.ts";
import type {
  AgedDebt,
  AgeingReport,
  CollectedSum,
  CollectionsReport,
  CollectorCommission,
  CommissionsReport,
} from "../../api/types.ts";
import { dayAfter, dayOf, writtenDay } from "../../app/clock.ts";
import { dong, plainDong } from "../../app/money.ts";
import { groupName } from "../../app/price_groups.ts";
import { arrears } from "../arrears_part.ts";
import { InPart } from "../components/in_part.tsx";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { StackedBars } from "../components/stacked_bars.tsx";
import { go, usePlace } from "../router.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const TABS = ["collections", "ageing", "agreements", "interest", "commissions"] as const;
const METHODS = ["cash", "transfer", "collection_point"] as const;
const AGES = ["not_due", "up_to_30", "up_to_60", "up_to_90", "older"] as const;
const MOST_DAYS = 93;
const GROUPS = ["unit", "route", "price_group"] as const;
const FORMATS = ["xlsx", "csv"] as const;

interface Days {
  readonly first: string;
  readonly last: string;
}

export function ReportsPage({ name }: { name: string | undefined }) {
  const t = useWords();
  const tab = TABS.find((one) => one === name) ?? "collections";
  return (
    <Page title={t("page_reports")} help="reports">
      <nav class="tabs" aria-label={t("page_reports")}>
        {TABS.map((one) => (
          <Link key={one} to={one === "collections" ? "reports" : `reports/${one}`} current={one === tab}>
            {t(`report_${one}`)}
          </Link>
        ))}
      </nav>
      {tab === "collections" && <Collections />}
      {tab === "ageing" && <Ageing />}
      {tab === "commissions" && <Commissions />}
      {tab === "agreements" && <InPart part={arrears}>{({ AgreementsList }) => <AgreementsList />}</InPart>}
      {tab === "interest" && <InPart part={arrears}>{({ DueInterestList }) => <DueInterestList />}</InPart>}
    </Page>
  );
}

function Collections() {
  const t = useWords();
  const office = useOffice();
  const { query } = usePlace();
  const today = dayOf(office.now());
  const days: Days = { first: dayIn(query, "from") ?? `${today.slice(0, 8)}01`, last: dayIn(query, "to") ?? today };
  const by = query.get("by") === "unit" ? "unit" : "day";
  const isPossible = days.first <= days.last && dayAfter(days.first, MOST_DAYS) > days.last;
  const asked = { first_day: days.first, last_day: days.last };
  return (
    <>
      <Choice days={days} today={today} by={by} />
      {isPossible ? (
        <Read
          name={`collections ${days.first} ${days.last}`}
          read={() => office.api.call("GET /v1/reports/collections", { query: asked })}
        >
          {(found: CollectionsReport) => (
            <>
              <Files of={(format) => addressOf("/v1/reports/collections/export", { query: { ...asked, format } })} />
              <Collected sums={found.sums} days={days} by={by} />
            </>
          )}
        </Read>
      ) : (
        <p class="note bad" role="alert">
          {t("report_days_wrong", { n: MOST_DAYS })}
        </p>
      )}
    </>
  );
}

function dayIn(query: URLSearchParams, name: string): string | null {
  const day = query.get(name) ?? "";
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : null;
}

interface ReadProps<T> {
  readonly name: string;
  readonly read: () => Promise<T>;
  readonly children: (found: T) => ComponentChildren;
}

function Read<T>({ name, read, children }: ReadProps<T>) {
  return (
    <Loaded of={useRead(name, read)} lines={8}>
      {children}
    </Loaded>
  );
}

function Choice({ days, today, by }: { days: Days; today: string; by: "day" | "unit" }) {
  const t = useWords();
  const address = (from: string, to: string, of: string): string => `reports?from=${from}&to=${to}&by=${of}`;
  const change = (typed: Partial<Days>): void => {
    // An emptied field is no day: it stays as it was.
    go(address(typed.first || days.first, typed.last || days.last, by), true);
  };
  return (
    <form class="card filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        {t("report_first_day")}
        <input
          type="date"
          value={days.first}
          max={today}
          onChange={(event) => change({ first: event.currentTarget.value })}
        />
      </label>
      <label>
        {t("report_last_day")}
        <input
          type="date"
          value={days.last}
          max={today}
          onChange={(event) => change({ last: event.currentTarget.value })}
        />
      </label>
      <label>
        {t("day_by")}
        <select value={by} onChange={(event) => go(address(days.first, days.last, event.currentTarget.value), true)}>
          <option value="day">{t("day")}</option>
          <option value="unit">{t("unit")}</option>
        </select>
      </label>
    </form>
  );
}

function Files({ of }: { of: (format: (typeof FORMATS)[number]) => string }) {
  const t = useWords();
  return (
    <p class="buttons">
      {FORMATS.map((format) => (
        <a key={format} class="small-button" href={of(format)} download="">
          {t("report_file", { format: format.toUpperCase() })}
        </a>
      ))}
    </p>
  );
}

interface Line {
  readonly key: string;
  readonly name: string;
  readonly amounts: readonly number[];
  readonly payments: number;
  readonly total: number;
}

function Collected({ sums, days, by }: { sums: readonly CollectedSum[]; days: Days; by: "day" | "unit" }) {
  const t = useWords();
  if (sums.length === 0) {
    return <Empty>{t("report_collections_none")}</Empty>;
  }
  const lines = linesOf(sums, by);
  const all = lineOf("", t("report_all"), sums);
  const names = METHODS.map((method) => t(`payment_${method}`));
  return (
    <>
      {by === "day" && (
        <StackedBars
          label={t("report_picture", {
            total: dong(all.total),
            from: writtenDay(days.first),
            to: writtenDay(days.last),
          })}
          parts={names}
          highestText={(amount) => t("report_highest", { amount: dong(amount) })}
          bars={everyDay(days).map((day) => {
            const found = lines.find((line) => line.key === day);
            return { name: writtenDay(day), amounts: found?.amounts ?? METHODS.map(() => 0) };
          })}
        />
      )}
      <Rows
        caption={t("report_collections")}
        columns={columnsOf(t, by, names)}
        rows={[...lines, all]}
        keyOf={(line) => line.key}
      />
    </>
  );
}

function linesOf(sums: readonly CollectedSum[], by: "day" | "unit"): Line[] {
  const groups = new Map<string, CollectedSum[]>();
  for (const one of sums) {
    const key = by === "day" ? one.day : one.unit_code;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, found]) => lineOf(key, by === "day" ? writtenDay(key) : key || "–", found));
}

function lineOf(key: string, name: string, sums: readonly CollectedSum[]): Line {
  const amounts = METHODS.map((method) => add(sums.filter((one) => one.method === method).map((one) => one.amount)));
  return { key, name, amounts, payments: add(sums.map((one) => one.payments)), total: add(amounts) };
}

function add(amounts: readonly number[]): number {
  return amounts.reduce((one, other) => one + other, 0);
}

function everyDay({ first, last }: Days): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = dayAfter(day, 1)) {
    days.push(day);
  }
  return days;
}

function columnsOf(t: Words, by: "day" | "unit", methods: readonly string[]): Column<Line>[] {
  return [
    { name: t(by), cell: (line) => line.name },
    ...methods.map(
      (name, at): Column<Line> => ({ name, isNumber: true, cell: (line) => plainDong(line.amounts[at] ?? 0) }),
    ),
    { name: t("report_payments"), isNumber: true, cell: (line) => plainDong(line.payments) },
    { name: t("report_total"), isNumber: true, cell: (line) => dong(line.total) },
  ];
}

function Commissions() {
  const t = useWords();
  const office = useOffice();
  const { query } = usePlace();
  const typed = query.get("month") ?? "";
  const shown = /^\d{4}-(0[1-9]|1[0-2])$/.test(typed) ? typed : dayOf(office.now()).slice(0, 7);
  const asked = { year: Number(shown.slice(0, 4)), month: Number(shown.slice(5)) };
  return (
    <>
      <form class="card filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("report_month")}
          <input
            type="month"
            value={shown}
            onChange={(event) => go(`reports/commissions?month=${event.currentTarget.value || shown}`, true)}
          />
        </label>
      </form>
      <Read name={`commissions ${shown}`} read={() => office.api.call("GET /v1/reports/commissions", { query: asked })}>
        {({ commissions }: CommissionsReport) => (
          <>
            <p class="lead">{t("report_commissions_intro")}</p>
            {commissions.length === 0 ? (
              <Empty>{t("report_commissions_none")}</Empty>
            ) : (
              <>
                <Files of={(format) => addressOf("/v1/reports/commissions/export", { query: { ...asked, format } })} />
                <Rows
                  caption={t("report_commissions")}
                  columns={commissionColumns(t)}
                  rows={commissions}
                  keyOf={(one) => `${one.unit_code} ${one.collector_code}`}
                />
              </>
            )}
          </>
        )}
      </Read>
    </>
  );
}

function commissionColumns(t: Words): Column<CollectorCommission>[] {
  return [
    { name: t("unit"), cell: (row) => row.unit_code },
    { name: t("collector"), cell: (row) => `${row.collector_name} (${row.collector_code})` },
    { name: t("commission_settlements"), isNumber: true, cell: (row) => plainDong(row.settlements) },
    { name: t("commission_receipts"), isNumber: true, cell: (row) => plainDong(row.receipts) },
    { name: t("commission_earned"), isNumber: true, cell: (row) => dong(row.earned) },
    { name: t("commission_taken_back"), isNumber: true, cell: (row) => dong(row.taken_back) },
    { name: t("commission_payable"), isNumber: true, cell: (row) => dong(row.payable) },
    { name: t("commission_to_take_off"), isNumber: true, cell: (row) => dong(row.to_take_off ?? 0) },
  ];
}

function Ageing() {
  const t = useWords();
  const { api } = useOffice();
  const { query } = usePlace();
  const by = GROUPS.find((one) => one === query.get("by")) ?? "unit";
  return (
    <>
      <form class="card filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("day_by")}
          <select value={by} onChange={(event) => go(`reports/ageing?by=${event.currentTarget.value}`, true)}>
            {GROUPS.map((group) => (
              <option key={group} value={group}>
                {t(group)}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Read name={`ageing ${by}`} read={() => api.call("GET /v1/reports/ageing", { query: { by } })}>
        {({ day, debts }: AgeingReport) => (
          <>
            <p class="lead">{t("report_ageing_intro", { day: writtenDay(day) })}</p>
            {debts.length === 0 ? (
              <Empty>{t("report_ageing_none")}</Empty>
            ) : (
              <>
                <Files of={(format) => addressOf("/v1/reports/ageing/export", { query: { by, format } })} />
                <Aged debts={debts} by={by} />
              </>
            )}
          </>
        )}
      </Read>
    </>
  );
}

interface AgedLine {
  readonly key: string;
  readonly unit: string;
  readonly group: string;
  readonly amounts: readonly number[];
  readonly bills: number;
}

function Aged({ debts, by }: { debts: readonly AgedDebt[]; by: (typeof GROUPS)[number] }) {
  const t = useWords();
  const groups = new Map<string, AgedDebt[]>();
  for (const debt of debts) {
    const key = `${debt.unit_code} ${debt.group ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), debt]);
  }
  const lineFor = (key: string, unit: string, group: string, found: readonly AgedDebt[]): AgedLine => ({
    key,
    unit,
    group,
    amounts: AGES.map((age) => add(found.filter((debt) => debt.age === age).map((debt) => debt.amount))),
    bills: add(found.map((debt) => debt.bills)),
  });
  const lines = [...groups].map(([key, found]) =>
    lineFor(key, found[0]?.unit_code ?? "", groupText(found[0]?.group ?? "", by, t), found),
  );
  return (
    <Rows
      caption={t("report_ageing")}
      columns={[
        { name: t("unit"), cell: ({ unit }) => unit || "–" },
        ...(by === "unit" ? [] : [{ name: t(by), cell: ({ group }: AgedLine) => group || "–" }]),
        ...AGES.map(
          (age, at): Column<AgedLine> => ({
            name: t(`age_${age}`),
            isNumber: true,
            cell: ({ amounts }) => plainDong(amounts[at] ?? 0),
          }),
        ),
        { name: t("report_bills"), isNumber: true, cell: ({ bills }) => plainDong(bills) },
        { name: t("report_total"), isNumber: true, cell: ({ amounts }) => dong(add(amounts)) },
      ]}
      rows={[...lines, lineFor("all", t("report_all"), "", debts)]}
      keyOf={({ key }) => key}
    />
  );
}

function groupText(group: string, by: (typeof GROUPS)[number], t: Words): string {
  return by === "price_group" && group ? `${groupName(group, t)} (${group})` : group;
}
