/** How the day goes: by unit, by collector, by route. */
import { Fragment, h } from "preact";
import type { DayFigures, DayView } from "../../api/types.ts";
import { dayOf, timeOf, timeToSecond, writtenDay } from "../../app/clock.ts";
import { dong, plainDong } from "../../app/money.ts";
import { DayChart } from "../components/day_chart.tsx";
import { Link } from "../components/link.tsx";
import { Empty, FirstDayLink, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { Signs } from "../components/signs.tsx";
import { curveOf } from "../day_curve.ts";
import { go, usePlace } from "../router.ts";
import { useLiveDay, useOffice, useRead, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const REFRESH_MS = 5_000;
const CHART_REFRESH_MS = 60_000;
const GROUPS = ["unit", "collector", "route"] as const;
type Group = (typeof GROUPS)[number];

export function TodayPage() {
  const t = useWords();
  const office = useOffice();
  const { query } = usePlace();
  const today = dayOf(office.now());
  const asked = query.get("day") ?? "";
  const day = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : today;
  const group = GROUPS.find((one) => one === query.get("by")) ?? "unit";
  const unit = query.get("unit");
  const isToday = day === today;
  const live = useLiveDay(isToday);
  const read = useRead(
    `day ${day}`,
    () => office.api.call("GET /v1/day", { query: { day } }),
    isToday && !live.isLive ? REFRESH_MS : undefined,
  );
  const isTold = isToday && live.isLive && live.day?.day === day;
  const shown = isTold ? { ...read, data: live.day, failure: null, readAt: live.readAt } : read;
  const address = (by: Group, of: string | null = unit): string =>
    `today?by=${by}${of === null ? "" : `&unit=${encodeURIComponent(of)}`}${isToday ? "" : `&day=${day}`}`;
  return (
    <Page
      title={isToday ? t("page_today") : t("day_of", { day: writtenDay(day) })}
      help="today"
      actions={
        <label class="day-choice">
          {t("day")}
          <input
            type="date"
            value={day}
            max={today}
            onChange={(event) => go(`today?by=${group}&day=${event.currentTarget.value || today}`)}
          />
        </label>
      }
    >
      <Loaded of={shown} lines={8}>
        {(found) => (
          <>
            <Totals day={found} unit={unit} />
            <nav class="tabs" aria-label={t("day_by")}>
              {GROUPS.map((one) => (
                <Link key={one} to={address(one)} current={one === group}>
                  {t(`day_by_${one}`)}
                </Link>
              ))}
              {unit !== null && (
                <Link to={address(group, null)} current={false}>
                  {t("day_all_units", { unit })}
                </Link>
              )}
            </nav>
            <Table day={found} group={group} unit={unit} unitAddress={(of) => address("collector", of)} />
            <p class="hint">
              {isTold
                ? t("day_live", { time: timeToSecond(live.readAt) })
                : t("as_of", { time: timeOf(shown.readAt ?? office.now()) })}
            </p>
            {found.signs !== undefined && found.signs.length > 0 && (
              <Signs of={found.signs.filter((one) => unit === null || one.unit_code === unit)} />
            )}
            <Chart day={day} unit={unit} isToday={isToday} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Chart({ day, unit, isToday }: { day: string; unit: string | null; isToday: boolean }) {
  const t = useWords();
  const office = useOffice();
  const hours = useRead(
    `hours of ${day} ${unit ?? ""}`,
    () => office.api.call("GET /v1/day/hours", { query: { day, ...(unit === null ? {} : { unit_code: unit }) } }),
    isToday ? CHART_REFRESH_MS : undefined,
  );
  return (
    <section>
      <h2>{t("chart_title")}</h2>
      <Loaded of={hours}>
        {({ days }) => {
          const [hour = 0, minute = 0] = timeOf(hours.readAt ?? office.now())
            .split(":")
            .map(Number);
          const curve = curveOf(days, day, isToday ? hour + minute / 60 : null);
          return curve === null ? (
            <Empty>{t("chart_none")}</Empty>
          ) : (
            <DayChart curve={curve} name={isToday ? t("page_today") : writtenDay(day)} />
          );
        }}
      </Loaded>
    </section>
  );
}

type Sums = Record<Exclude<keyof DayFigures, "unit_code" | "collector_code" | "collector_name" | "route_code">, number>;

const NOTHING: Sums = {
  due: 0,
  visited: 0,
  cash: 0,
  cash_payments: 0,
  transfers: 0,
  transfer_payments: 0,
  collection_points: 0,
  collection_point_payments: 0,
  promised: 0,
  away: 0,
  sent_to_points: 0,
  owing: 0,
  owed: 0,
};

function sumOf(rows: readonly DayFigures[]): Sums {
  const sums = { ...NOTHING };
  for (const row of rows) {
    for (const name of Object.keys(NOTHING) as (keyof Sums)[]) {
      sums[name] += row[name] ?? 0;
    }
  }
  return sums;
}

function Totals({ day, unit }: { day: DayView; unit: string | null }) {
  const t = useWords();
  const sums = sumOf(day.figures.filter((row) => unit === null || row.unit_code === unit));
  const tiles: readonly [string, string, string][] = [
    [t("day_visited"), plainDong(sums.visited), t("day_of_due", { n: plainDong(sums.due) })],
    [t("day_cash"), dong(sums.cash), t("shift_payments", { n: plainDong(sums.cash_payments) })],
    [t("day_transfers_in"), dong(sums.transfers), t("shift_payments", { n: plainDong(sums.transfer_payments) })],
    [
      t("day_points"),
      dong(sums.collection_points),
      t("shift_payments", { n: plainDong(sums.collection_point_payments) }),
    ],
    [t("day_promises_made"), plainDong(sums.promised), t("day_away", { n: plainDong(sums.away) })],
    [t("day_still_owed"), dong(sums.owed), t("day_owing", { n: plainDong(sums.owing) })],
  ];
  return (
    <ul class="tiles">
      {tiles.map(([name, value, more]) => (
        <li key={name} class="card">
          <span>{name}</span>
          <strong>{value}</strong>
          <span class="hint">{more}</span>
        </li>
      ))}
    </ul>
  );
}

interface Row extends Sums {
  readonly key: string;
  readonly name: string;
  readonly to: string;
}

interface TableProps {
  readonly day: DayView;
  readonly group: Group;
  readonly unit: string | null;
  readonly unitAddress: (unit: string) => string;
}

function Table({ day, group, unit, unitAddress }: TableProps) {
  const t = useWords();
  const figures = day.figures.filter((row) => unit === null || row.unit_code === unit);
  const groups = new Map<string, DayFigures[]>();
  for (const row of figures) {
    const key = { unit: row.unit_code, collector: row.collector_code, route: row.route_code }[group];
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const rows = [...groups].map(([key, found]): Row => {
    const first = found[0] as DayFigures;
    const collector = first.collector_name ? `${first.collector_name} (${first.collector_code})` : first.collector_code;
    const names = { unit: key, collector, route: `${key} · ${collector}` };
    const ofCollector = `route/${encodeURIComponent(first.collector_code)}`;
    const addresses = {
      unit: unitAddress(key),
      collector: ofCollector,
      route: `${ofCollector}/${encodeURIComponent(key)}`,
    };
    return { ...sumOf(found), key, name: names[group], to: addresses[group] };
  });
  if (rows.length === 0) {
    return (
      <Empty>
        {t("day_none")} <FirstDayLink />
      </Empty>
    );
  }
  return <Rows caption={t("page_today")} columns={columnsOf(t, group)} rows={rows} keyOf={(row) => row.key} />;
}

function columnsOf(t: Words, group: Group): Column<Row>[] {
  const number = (name: string, of: (row: Row) => string): Column<Row> => ({ name, isNumber: true, cell: of });
  return [
    { name: t(`day_by_${group}`), cell: (row) => <Link to={row.to}>{row.name}</Link> },
    number(t("day_due"), (row) => plainDong(row.due)),
    number(t("day_visited"), (row) => plainDong(row.visited)),
    number(t("day_cash"), (row) => plainDong(row.cash)),
    number(t("day_transfers_in"), (row) => plainDong(row.transfers)),
    number(t("day_points"), (row) => plainDong(row.collection_points)),
    number(t("day_promises_made"), (row) => plainDong(row.promised)),
    number(t("day_away_short"), (row) => plainDong(row.away)),
    number(t("day_sent"), (row) => plainDong(row.sent_to_points)),
    number(t("day_still_owed"), (row) => plainDong(row.owed)),
  ];
}
