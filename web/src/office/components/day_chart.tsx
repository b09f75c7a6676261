/** A day against the days before it: a line over a band, and the same in figures for whoever wants to read it. */
import { h } from "preact";
import { plainDong } from "../../app/money.ts";
import type { Curve, Point } from "../day_curve.ts";
import { useWords } from "../use_office.ts";
import { Rows } from "./rows.tsx";

const HEIGHT = 100;

interface DayChartProps {
  readonly curve: Curve;
  /** How the day is called: "today" or its date. */
  readonly name: string;
}

export function DayChart({ curve, name }: DayChartProps) {
  const t = useWords();
  const { from, to, day, usual, least, most, usualThen, days } = curve;
  const last = day.at(-1) as Point;
  const highest = Math.max(1, last.amount, ...most);
  const y = (amount: number): string => (HEIGHT - 2 - (amount / highest) * (HEIGHT - 4)).toFixed(2);
  const line = (amounts: readonly number[]): string[] => amounts.map((amount, place) => `${place},${y(amount)}`);
  const text = [
    t("chart_label", { name, time: clockOf(last.hour), amount: plainDong(last.amount) }),
    days > 0 ? t("chart_label_usual", { usual: plainDong(usualThen) }) : "",
  ].join(" ");
  return (
    <figure class="day-chart card">
      <svg viewBox={`0 0 ${to - from} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={text}>
        {days > 1 && <polygon class="band" points={[...line(most), ...line(least).reverse()].join(" ")} />}
        {days > 0 && <polyline class="usual" points={line(usual).join(" ")} />}
        <polyline class="day" points={day.map(({ hour, amount }) => `${hour - from},${y(amount)}`).join(" ")} />
      </svg>
      <div class="hours" aria-hidden="true">
        {hoursShown(from, to).map((hour) => (
          <span key={hour}>{clockOf(hour)}</span>
        ))}
      </div>
      <figcaption>
        <span class="key">{name}</span>
        {days > 0 && <span class="key usual">{t("chart_usual", { n: days })}</span>}
        {days > 1 && <span class="key band">{t("chart_band")}</span>}
      </figcaption>
      <p class="hint">{text}</p>
      <details>
        <summary>{t("chart_figures")}</summary>
        <Rows
          caption={t("chart_figures")}
          columns={[
            { name: t("chart_until"), cell: ({ hour }) => clockOf(hour) },
            { name, isNumber: true, cell: ({ amount }) => (amount === undefined ? "" : plainDong(amount)) },
            {
              name: t("chart_usual", { n: days }),
              isNumber: true,
              cell: ({ hour }) => (days === 0 ? "–" : plainDong(usual[hour - from] ?? 0)),
            },
          ]}
          rows={Array.from({ length: to - from + 1 }, (_, step) => ({
            hour: from + step,
            amount: day.find((point) => point.hour === from + step)?.amount,
          }))}
          keyOf={({ hour }) => `${hour}`}
        />
      </details>
    </figure>
  );
}

/** `09:30` of 9.5. */
function clockOf(hour: number): string {
  const minutes = Math.floor((hour % 1) * 60);
  return `${String(Math.floor(hour)).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`;
}

/** A handful of hours below the picture, the first and the last among them. */
function hoursShown(from: number, to: number): number[] {
  const step = Math.max(1, Math.ceil((to - from) / 5));
  const shown: number[] = [];
  for (let hour = from; hour < to; hour += step) {
    shown.push(hour);
  }
  return [...shown.filter((hour) => to - hour >= step / 2 || hour === from), to];
}
