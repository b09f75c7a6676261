/** Cash that collectors hand in before the closing: counted by a cashier, or confirmed as a deposit at a bank. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import { addressOf } from "../../api/client.ts";
import type { HandIn, Shift } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { dong, plainDong, readDong } from "../../app/money.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { CountForm } from "./count_form.tsx";
import { handInLine } from "./hand_in_words.ts";
import { Loaded } from "./loaded.tsx";

const REFRESH_MS = 10_000;

export function HandInsOfShift({ shift, done }: { shift: Shift; done: () => void }) {
  const { api } = useOffice();
  const staff = useStaff();
  const { shift_id } = shift;
  const read = useRead(
    `hand-ins of ${shift_id}`,
    async () => (await api.call("GET /v1/shifts/{shift_id}/hand-ins", { params: { shift_id } })).hand_ins,
    REFRESH_MS,
  );
  const again = (): void => {
    read.again();
    done();
  };
  const mayCount = may(staff, "POST /v1/hand-ins/{hand_in_id}/count");
  return (
    <Loaded of={read} lines={1}>
      {(found) => (
        <>
          {found.length > 0 && <HandInList found={found} />}
          {mayCount &&
            found
              .filter((one) => one.state === "waiting")
              .map((one) =>
                one.place === "bank" ? (
                  <ConfirmDeposit key={one.hand_in_id} handIn={one} done={again} />
                ) : (
                  <CountHandIn key={one.hand_in_id} handIn={one} done={again} />
                ),
              )}
        </>
      )}
    </Loaded>
  );
}

function HandInList({ found }: { found: readonly HandIn[] }) {
  const t = useWords();
  return (
    <section class="card">
      <h2>{t("hand_ins_title")}</h2>
      <ul class="lines">
        {found.map((one) => (
          <li key={one.hand_in_id}>
            {writtenMoment(one.stated_at)} · {handInLine(one, t)}
            {one.count?.reason && <span class="where">{one.count.reason}</span>}
            {one.has_photo && (
              <a
                class="small-button quiet"
                href={addressOf("/v1/hand-ins/{hand_in_id}/photo", { params: { hand_in_id: one.hand_in_id } })}
                target="_blank"
                rel="noreferrer"
              >
                {t("hand_in_photo_open")}
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function CountHandIn({ handIn, done }: { handIn: HandIn; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  return (
    <CountForm
      title={t("hand_in_count_title", { amount: dong(handIn.amount) })}
      intro={t("hand_in_count_intro")}
      button={t("shift_confirm")}
      expected={handIn.amount}
      expectedName={t("hand_in_said_short")}
      why={t("hand_in_reason")}
      send={(counted, denominations, reason) =>
        api.call("POST /v1/hand-ins/{hand_in_id}/count", {
          params: { hand_in_id: handIn.hand_in_id },
          body: { counted_cash: counted, denominations, reason },
        })
      }
      done={done}
    />
  );
}

function ConfirmDeposit({ handIn, done }: { handIn: HandIn; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [typed, setTyped] = useState(plainDong(handIn.amount));
  const [reason, setReason] = useState("");
  const [credit, setCredit] = useState("");
  const amount = readDong(typed);
  const differs = amount !== handIn.amount;
  return (
    <section class="card">
      <h2>{t("deposit_title", { amount: dong(handIn.amount) })}</h2>
      <p>{t("deposit_intro", { slip: handIn.slip_number ?? "" })}</p>
      <label>
        {t("deposit_amount")}
        <input
          class="amount"
          inputMode="numeric"
          autocomplete="off"
          value={typed}
          maxLength={16}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("deposit_credit")}
        <input value={credit} maxLength={36} onInput={(event) => setCredit(event.currentTarget.value)} />
      </label>
      {differs && (
        <label>
          {t("hand_in_reason")}
          <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
      )}
      <DoButton
        disabled={amount === null || (differs && reason.trim() === "")}
        act={async () => {
          await api.call("POST /v1/hand-ins/{hand_in_id}/count", {
            params: { hand_in_id: handIn.hand_in_id },
            body: {
              counted_cash: amount ?? 0,
              reason: differs ? reason.trim() : "",
              ...(credit.trim() === "" ? {} : { credit_id: credit.trim() }),
            },
          });
          done();
        }}
      >
        {t("deposit_do")}
      </DoButton>
    </section>
  );
}
