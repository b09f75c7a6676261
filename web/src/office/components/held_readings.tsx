/** Readings that may be wrong: why, and what a person decides over them. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { HeldReadings } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { plainDong } from "../../app/money.ts";
import { placeOf } from "../bill_correction.ts";
import { rightReadings } from "../held_correction.ts";
import { may } from "../session.ts";
import { useOffice, useOfficeState, useStaff, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

type Act = "release" | "correct" | "return";
const ACTS: readonly Act[] = ["release", "correct", "return"];

interface HeldPeriodProps {
  readonly held: HeldReadings;
  readonly age: preact.ComponentChildren;
  readonly done: () => void;
}

export function HeldPeriod({ held, age, done }: HeldPeriodProps) {
  const t = useWords();
  const language = useOfficeState((state) => state.language);
  const staff = useStaff();
  const [chosen, choose] = useState<Act | null>(null);
  return (
    <>
      <div class="row">
        <Link to={`customers/${encodeURIComponent(held.customer_code)}`} class="name">
          {`${held.customer_code} · ${t("bill_of", { cycle: held.cycle, month: held.month, year: held.year })}`}
        </Link>
        <span>{`${plainDong(held.kwh)} kWh`}</span>
        {age}
      </div>
      <ul>
        {held.readings.map((reading) => (
          <li
            key={placeOf(reading)}
          >{`${placeOf(reading)}: ${plainDong(reading.old_reading)} → ${plainDong(reading.new_reading)}`}</li>
        ))}
        {held.doubts.map((doubt) => (
          <li key={doubt.rule} class="said">
            {language === "vi" ? doubt.detail : doubt.english}
          </li>
        ))}
      </ul>
      {held.sent_back_at !== null && (
        <p class="note">{t("readings_sent_back", { time: writtenMoment(held.sent_back_at) })}</p>
      )}
      {chosen === null && may(staff, "POST /v1/held-readings/{period_id}/release") && (
        <div class="buttons">
          {ACTS.map((act) => (
            <button key={act} type="button" class="small-button" onClick={() => choose(act)}>
              {t(`readings_${act}`)}
            </button>
          ))}
        </div>
      )}
      {chosen !== null && <Decide held={held} act={chosen} done={done} cancel={() => choose(null)} />}
    </>
  );
}

interface DecideProps {
  readonly held: HeldReadings;
  readonly act: Act;
  readonly done: () => void;
  readonly cancel: () => void;
}

function Decide({ held, act, done, cancel }: DecideProps) {
  const t = useWords();
  const { api } = useOffice();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [days, setDays] = useState<{ readonly first?: string; readonly last?: string }>({});
  // The same act under the same id, should the answer be lost.
  const [key] = useState(() => newId());
  const corrected = rightReadings(held, { readings: typed, ...days });
  const isPossible = act !== "correct" || corrected !== null;
  const params = { period_id: held.period_id };
  const decide = async (): Promise<void> => {
    const why = { reason: reason.trim() };
    if (act === "release") {
      await api.call("POST /v1/held-readings/{period_id}/release", { params, key, body: why });
    } else if (act === "return") {
      await api.call("POST /v1/held-readings/{period_id}/return", { params, key, body: why });
    } else if (corrected !== null) {
      await api.call("POST /v1/held-readings/{period_id}/correction", { params, key, body: { ...why, ...corrected } });
    }
    done();
  };
  return (
    <div class="inline">
      {act === "correct" &&
        held.readings.map((reading) =>
          (["old", "new"] as const).map((which) => (
            <label key={`${which} ${placeOf(reading)}`}>
              {t(`reading_${which}_of`, { meter: placeOf(reading) })}
              <input
                inputMode="numeric"
                value={typed[`${which} ${placeOf(reading)}`] ?? String(reading[`${which}_reading`])}
                onInput={(event) => setTyped({ ...typed, [`${which} ${placeOf(reading)}`]: event.currentTarget.value })}
              />
            </label>
          )),
        )}
      {act === "correct" && (
        <div class="pair">
          <label>
            {t("period_first_day")}
            <input
              type="date"
              value={days.first ?? held.period_from}
              onInput={(event) => setDays({ ...days, first: event.currentTarget.value })}
            />
          </label>
          <label>
            {t("period_last_day")}
            <input
              type="date"
              value={days.last ?? held.period_to}
              onInput={(event) => setDays({ ...days, last: event.currentTarget.value })}
            />
          </label>
        </div>
      )}
      <label>
        {t("reason")}
        <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <div class="pair">
        <DoButton disabled={reason.trim() === "" || !isPossible} act={decide}>
          {t(`readings_${act}`)}
        </DoButton>
        <button type="button" class="plain-button" onClick={cancel}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}
