/** What has come in today, what is still owed, and who has promised to pay when. */
import { h } from "preact";
import { timeOf, weekdayOf, writtenDay } from "../clock.ts";
import { Link } from "../components/link.tsx";
import { Screen } from "../components/screen.tsx";
import { daySummary, promises } from "../day_plan.ts";
import { dong } from "../money.ts";
import { moneyInDoubt } from "../procedure.ts";
import { useAppState, useTranslate } from "../use_app.ts";
import { StopRow } from "./today.tsx";

const ROWS = ["cash", "transfers", "owed", "promised"] as const;

export function DayScreen() {
  const t = useTranslate();
  const { closedShift, commands, day, files, shift, stops: all } = useAppState();
  // What customers owe whose payment has no answer is not known.
  const stops = all.filter(({ customer }) => moneyInDoubt(commands, customer.customer_code) === null);
  const accounts = Object.values(files).flatMap((file) => file.account ?? []);
  const summary = daySummary(stops, accounts, shift ?? closedShift, day);
  const days = promises(stops, day);
  return (
    <Screen title={t("day_title")} back="">
      <section class="card">
        {ROWS.map((row) => (
          <div key={row} class="row">
            <span>{t(`day_${row}`)}</span>
            <strong>{dong(summary[row])}</strong>
          </div>
        ))}
      </section>
      <Link to="cut-tasks" class="small-button">
        {t("cut_tasks")}
      </Link>
      <h2>{t("day_promises")}</h2>
      {days.length === 0 && <p class="empty">{t("day_no_promises")}</p>}
      {days.map((one) => (
        <section key={one.day}>
          <h3>
            {t(`weekday_${weekdayOf(one.day) as 0}`)} {writtenDay(one.day)}{" "}
            {one.isOver && <span class="mark bad">{t("day_over")}</span>}
          </h3>
          <ol class="stops">
            {one.stops.map((stop) => (
              <StopRow key={stop.customer.customer_code} stop={stop} hint={timeOf(stop.customer.appointment ?? "")} />
            ))}
          </ol>
        </section>
      ))}
    </Screen>
  );
}
