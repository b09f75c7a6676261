/** The customer cannot pay: an appointment, or the collection points the second time. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import { dayAfter, momentOf, weekdayOf, writtenDay } from "../clock.ts";
import { cannotPay, correctPromise } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { Link } from "../components/link.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { Points } from "../components/points.tsx";
import { Screen } from "../components/screen.tsx";
import { expectedStep } from "../procedure.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { useCustomer } from "../use_customer.ts";

const TIMES = [
  ["promise_morning", "08:00"],
  ["promise_noon", "11:30"],
  ["promise_afternoon", "15:00"],
  ["promise_evening", "18:30"],
] as const;
/** Later today, where that is still to come. */
const LATER = [
  ["promise_this_afternoon", "15:00"],
  ["promise_this_evening", "18:30"],
] as const;
const DAYS = [1, 2, 3, 5];
const LONGEST_DAYS = 60;

export function PromiseScreen({ code }: { code: string }) {
  const t = useTranslate();
  const app = useApp();
  const { day: today } = useAppState();
  const customer = useCustomer(code);
  const [day, setDay] = useState(dayAfter(today, 1));
  const [time, setTime] = useState("08:00");
  const [note, setNote] = useState("");
  const { lastVisit } = customer;
  const wrong = customer.visit === null && lastVisit?.outcome === "cannot_pay" ? lastVisit : null;
  const visit = customer.visit ?? wrong;
  if (!visit || customer.debt <= 0) {
    return (
      <Screen title={t("cannot_pay")} back={`customers/${code}`}>
        <PaidBanner customer={customer} />
        <Link to={`customers/${code}`} class="main-button">
          {t("back")}
        </Link>
      </Screen>
    );
  }
  // A correction stays on the occasion of what it corrects.
  const isSecond = wrong === null && expectedStep(customer.details, app.clock.now()) === "collection_point";
  const isLater = day === today && LATER.some(([, at]) => at === time);
  const isOther = !isLater && !DAYS.some((days) => dayAfter(today, days) === day);
  const dayName = (one: string): string => `${t(`weekday_${weekdayOf(one) as 0}`)} ${writtenDay(one).slice(0, 5)}`;
  const moment = momentOf(day, time);
  const isPossible = !Number.isNaN(moment) && moment > app.clock.now() && day <= dayAfter(today, LONGEST_DAYS);
  const save = async (): Promise<void> => {
    const appointment = isSecond ? null : new Date(moment).toISOString();
    const whom = { customer_code: code, name: customer.name };
    if (wrong) {
      await correctPromise(app, whom, wrong, appointment, note, t("promise_correct_reason"));
    } else {
      await cannotPay(app, whom, visit, appointment, note);
    }
    go(`customers/${code}/done`, "instead");
  };
  return (
    <Screen
      title={t("cannot_pay")}
      back={`customers/${code}/visit`}
      actions={
        <DoButton act={save} disabled={!isSecond && !isPossible}>
          {isSecond
            ? t("promise_second_save")
            : t("promise_save", { moment: `${writtenDay(day).slice(0, 5)} ${time}` })}
        </DoButton>
      }
    >
      <section class="card">
        <h2 class="name">{customer.name}</h2>
      </section>
      {isSecond ? (
        <>
          <p class="note">{t("promise_second")}</p>
          <Points customer={customer} />
        </>
      ) : (
        <section class="card">
          <fieldset class="options">
            <legend>{t("promise_day")}</legend>
            <div class="chips">
              {LATER.filter(([, at]) => momentOf(today, at) > app.clock.now()).map(([key, at]) => (
                <button
                  key={key}
                  type="button"
                  aria-pressed={day === today && time === at}
                  onClick={() => {
                    setDay(today);
                    setTime(at);
                  }}
                >
                  {t(key)} {at}
                </button>
              ))}
              {DAYS.map((days) => {
                const one = dayAfter(today, days);
                return (
                  <button key={one} type="button" aria-pressed={day === one} onClick={() => setDay(one)}>
                    {days === 1 ? `${t("promise_tomorrow")} ${writtenDay(one).slice(0, 5)}` : dayName(one)}
                  </button>
                );
              })}
              {/* The browser writes days in its own language; it only lets one be picked, under words of ours. */}
              <label class={isOther ? "picker chosen" : "picker"}>
                {isOther ? dayName(day) : t("promise_other")}
                <input
                  type="date"
                  value={day}
                  min={today}
                  max={dayAfter(today, LONGEST_DAYS)}
                  onClick={(event) => event.currentTarget.showPicker()}
                  onInput={(event) => setDay(event.currentTarget.value || today)}
                  required
                />
              </label>
            </div>
          </fieldset>
          <fieldset class="options">
            <legend>{t("promise_time")}</legend>
            <div class="chips">
              {TIMES.map(([key, at]) => (
                <button key={key} type="button" aria-pressed={time === at} onClick={() => setTime(at)}>
                  {t(key)} {at}
                </button>
              ))}
            </div>
          </fieldset>
        </section>
      )}
      <section class="card">
        <label>
          {t("note")}
          <input value={note} maxLength={300} onInput={(event) => setNote(event.currentTarget.value)} />
        </label>
      </section>
    </Screen>
  );
}
