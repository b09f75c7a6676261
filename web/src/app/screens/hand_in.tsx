/** Cash of the open shift that goes to the cashier or to a bank before the closing. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ignoreNoAnswer } from "../../api/problem.ts";
import type { HandIn, HandInPlace } from "../../api/types.ts";
import { countOf, type Pieces } from "../cash_counting.ts";
import { writtenMoment } from "../clock.ts";
import { handIn } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { CashCount } from "../components/cash_count.tsx";
import { PhotoField } from "../components/photo_field.tsx";
import { Screen } from "../components/screen.tsx";
import { dong } from "../money.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { jpegOf, usePhoto } from "../use_photo.ts";
import { useShift } from "../use_shift.ts";

const PLACES: readonly HandInPlace[] = ["cashier", "bank"];
const LEAST_SLIP = 6;

export function HandInScreen() {
  const t = useTranslate();
  const app = useApp();
  const { online, offline, commands } = useAppState();
  const { shift } = useShift();
  const [place, setPlace] = useState<HandInPlace>("cashier");
  const [pieces, setPieces] = useState<Pieces>({});
  const [slip, setSlip] = useState("");
  const [photo, take] = usePhoto();
  useEffect(() => {
    if (shift === null) {
      go("shift", "instead");
    }
  }, [shift]);
  if (shift === null) {
    return null;
  }
  const { counted, denominations } = countOf(pieces);
  const last = commands.findLast((one) => one.kind === "hand_in" && one.params["shift_id"] === shift.shift_id);
  const isWaiting = last?.state === "waiting";
  const isTooMuch = counted > shift.cash_in_hand;
  const hasSlip = place === "cashier" || slip.replace(/[^0-9A-Za-z]/g, "").length >= LEAST_SLIP;
  return (
    <Screen
      title={t("hand_in_title")}
      back="shift"
      actions={
        <DoButton
          disabled={!online || counted === 0 || isTooMuch || !hasSlip || isWaiting || photo === "working"}
          act={async () => {
            await handIn(app, shift, {
              place,
              amount: counted,
              denominations,
              slip: place === "bank" ? slip : "",
              photo: place === "bank" ? jpegOf(photo) : "",
            });
            go("shift", "instead");
          }}
        >
          {isWaiting ? t("shift_working") : t("hand_in_do", { amount: dong(counted) })}
        </DoButton>
      }
    >
      <fieldset class="card options">
        <legend>{t("hand_in_where")}</legend>
        {PLACES.map((one) => (
          <label key={one}>
            <input type="radio" name="place" checked={place === one} onChange={() => setPlace(one)} />
            <span>{t(`hand_in_${one}`)}</span>
          </label>
        ))}
        <p class="hint">{t(`hand_in_${place}_more`)}</p>
      </fieldset>
      {place === "bank" && (
        <section class="card">
          <label>
            {t("hand_in_slip")}
            <input
              value={slip}
              autocomplete="off"
              autocapitalize="characters"
              maxLength={40}
              onInput={(event) => setSlip(event.currentTarget.value)}
            />
            <span class="hint">{t("hand_in_slip_hint")}</span>
          </label>
          <PhotoField words="hand_in_photo" photo={photo} take={take} />
        </section>
      )}
      <CashCount pieces={pieces} onChange={setPieces} />
      {isTooMuch && <p class="note bad">{t("hand_in_too_much", { amount: dong(Math.max(0, shift.cash_in_hand)) })}</p>}
      {offline && <p class="note bad">{t("hand_in_needs_signal")}</p>}
      {last?.state === "refused" && !last.seen && (
        <p class="note bad" role="alert">
          {t("shift_refused")}: {last.problem?.detail}
        </p>
      )}
    </Screen>
  );
}

/** What was handed in of the open shift, the latest first; read anew when its totals change. */
export function HandedIn({ shiftId, version }: { shiftId: string; version: string }) {
  const t = useTranslate();
  const app = useApp();
  const { online } = useAppState();
  const [found, setFound] = useState<readonly HandIn[]>([]);
  useEffect(() => {
    app.api
      .call("GET /v1/shifts/{shift_id}/hand-ins", { params: { shift_id: shiftId } })
      .then(({ hand_ins: read }) => setFound(read))
      .catch(ignoreNoAnswer);
  }, [shiftId, version, online]);
  return (
    <>
      {found.map((one) => (
        <section key={one.hand_in_id} class="card">
          <h2>{t("hand_in_of", { where: t(`hand_in_${one.place}`), amount: dong(one.amount) })}</h2>
          <p class="hint">{writtenMoment(one.stated_at)}</p>
          <p>{standing(one, t)}</p>
          {one.count?.reason && <p class="hint">{one.count.reason}</p>}
        </section>
      ))}
    </>
  );
}

function standing(one: HandIn, t: ReturnType<typeof useTranslate>): string {
  if (one.count) {
    return t(one.place === "bank" ? "hand_in_proven" : "hand_in_counted", { amount: dong(one.count.counted_cash) });
  }
  if (one.state === "lapsed") {
    return t("hand_in_lapsed");
  }
  return one.place === "bank" ? t("hand_in_unproven", { slip: one.slip_number ?? "" }) : t("hand_in_waits");
}
