/** Drawing a one-time code for a phone or desk: as a QR code that the phone's camera reads, and to be read out. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { EnrolmentCodeView } from "../../api/types.ts";
import { timeOf } from "../../app/clock.ts";
import { QrPicture } from "../../app/components/qr_picture.tsx";
import { searchKey } from "../../app/text.ts";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { nameOf, useCollectors } from "../reads.ts";
import { usePlace } from "../router.ts";
import { useOffice, useWords } from "../use_office.ts";

const TICK_MS = 1_000;

export function EnrolPage() {
  const t = useWords();
  const office = useOffice();
  const { query } = usePlace();
  const collectors = useCollectors();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(query.get("collector") ?? "");
  const [code, setCode] = useState<EnrolmentCodeView | null>(null);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (code === null) {
      return;
    }
    const count = (): void => setLeft(Math.max(0, Math.ceil((Date.parse(code.expires_at) - office.now()) / 1000)));
    count();
    const timer = setInterval(count, TICK_MS);
    return () => clearInterval(timer);
  }, [code, office]);
  const key = searchKey(typed);
  return (
    <Page title={t("enrol_draw")} above={["devices", t("page_devices")]} help="devices">
      <div class="split">
        <form
          class="card inline"
          onSubmit={(event) => {
            event.preventDefault();
            void office.attempt(async () =>
              setCode(
                await office.api.call("POST /v1/enrolment-codes", {
                  body: { role: "collector", collector_code: chosen },
                }),
              ),
            );
          }}
        >
          <p>{t("enrol_draw_intro")}</p>
          <Loaded of={collectors}>
            {(known) => (
              <>
                <label>
                  {t("enrol_find")}
                  <input
                    type="search"
                    value={typed}
                    autocomplete="off"
                    onInput={(event) => setTyped(event.currentTarget.value)}
                  />
                </label>
                <label>
                  {t("enrol_whose")}
                  <select value={chosen} required onChange={(event) => setChosen(event.currentTarget.value)}>
                    <option value="">{t("choose")}</option>
                    {[...known.values()]
                      .filter((one) => one.active)
                      .filter(
                        (one) =>
                          one.collector_code === chosen || searchKey(`${one.name} ${one.collector_code}`).includes(key),
                      )
                      .map((one) => (
                        <option key={one.collector_code} value={one.collector_code}>
                          {`${one.name} · ${one.collector_code} · ${one.unit_code}`}
                        </option>
                      ))}
                  </select>
                </label>
              </>
            )}
          </Loaded>
          <button type="submit" class="main-button" disabled={chosen === ""}>
            {t(code === null ? "enrol_draw_do" : "enrol_draw_another")}
          </button>
        </form>
        {code !== null && (
          <section class="card qr" aria-live="polite">
            <h2>{nameOf(collectors.data, code.collector_code)}</h2>
            {left > 0 ? (
              <>
                <QrPicture data={code.code} label={t("enrol_qr", { code: code.code })} />
                <p class="code-aloud">{code.code}</p>
                <p class="hint">
                  {t("enrol_until", { time: timeOf(code.expires_at) })} ·{" "}
                  {t("enrol_left", { n: Math.max(1, Math.round(left / 60)) })}
                </p>
                <p>{t("enrol_how")}</p>
              </>
            ) : (
              <p class="note bad">{t("enrol_over")}</p>
            )}
          </section>
        )}
      </div>
    </Page>
  );
}
