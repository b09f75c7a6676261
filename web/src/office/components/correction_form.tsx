/** A wrong bill: what was wrong, what that comes to, and asking another person to approve it. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Bill, CorrectionKind, CorrectionPreview, PriceGroupName } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { type Failure, failureOf } from "../../app/failure.ts";
import { newId } from "../../app/ids.ts";
import { dong, plainDong } from "../../app/money.ts";
import { tidyLine } from "../../app/text.ts";
import { billText } from "../../i18n/translate.ts";
import { asBilled, placeOf, type TypedCorrection, type WantedCorrection, wantedOf } from "../bill_correction.ts";
import { useOffice, useOfficeState, useRead, useWords } from "../use_office.ts";

const KINDS: readonly CorrectionKind[] = ["adjustment", "replacement"];
const PAUSE_MS = 500;

export function CorrectionForm({ bill, close, asked }: { bill: Bill; close: () => void; asked: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [typed, setTyped] = useState<TypedCorrection>(() => asBilled(bill));
  const [reason, setReason] = useState("");
  const wanted = wantedOf(bill, typed);
  const { preview, failure } = usePreview(bill.bill_number, wanted);
  const [key, setKey] = useState({ of: "", id: "" });
  const change = (changed: Partial<TypedCorrection>): void => setTyped({ ...typed, ...changed });
  return (
    <form class="inline correction" onSubmit={(event) => event.preventDefault()}>
      {bill.charge ? <p>{t("charge_take_back_explain")}</p> : <Kinds bill={bill} typed={typed} change={change} />}
      {bill.readings.map((reading) => (
        <div key={placeOf(reading)} class="filters">
          {(["old", "new"] as const).map((which) => (
            <label key={which}>
              {t(`reading_${which}_of`, { meter: placeOf(reading) })}
              <input
                inputMode="numeric"
                autocomplete="off"
                value={typed.readings[`${which} ${placeOf(reading)}`] ?? String(reading[`${which}_reading`])}
                onInput={(event) =>
                  change({
                    readings: { ...typed.readings, [`${which} ${placeOf(reading)}`]: event.currentTarget.value },
                  })
                }
              />
            </label>
          ))}
        </div>
      ))}
      {!bill.charge && (
        <div class="filters">
          <GroupChoice group={typed.group} choose={(group) => change({ group })} />
          <label>
            {t("correction_households")}
            <input
              inputMode="decimal"
              autocomplete="off"
              value={typed.households}
              onInput={(event) => change({ households: event.currentTarget.value })}
            />
          </label>
        </div>
      )}
      <div role="status" class="preview">
        {wanted === null && <p class="hint">{t("correction_nothing")}</p>}
        {wanted !== null && preview === null && failure === null && <p class="hint">{t("correction_computing")}</p>}
        {failure && <p class="note bad">{failure.detail || t(failure.key)}</p>}
        {preview && <Preview preview={preview} />}
      </div>
      <label>
        {t("reason")}
        <input
          value={reason}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <div class="pair">
        <DoButton
          disabled={wanted === null || preview === null || reason.trim() === ""}
          act={async () => {
            if (wanted === null || preview === null) {
              return;
            }
            const body = { ...wanted, difference: preview.difference, reason: tidyLine(reason) };
            // The same request under the same id, should the answer be lost; another one under another.
            const of = JSON.stringify(body);
            const id = key.of === of ? key.id : newId();
            setKey({ of, id });
            await api.call("POST /v1/bills/{bill_number}/corrections", {
              params: { bill_number: bill.bill_number },
              key: id,
              body,
            });
            asked();
          }}
        >
          {t("correction_ask")}
        </DoButton>
        <button type="button" class="plain-button" onClick={close}>
          {t("cancel")}
        </button>
      </div>
      <p class="hint">{t("correction_second")}</p>
    </form>
  );
}

interface KindsProps {
  readonly bill: Bill;
  readonly typed: TypedCorrection;
  readonly change: (changed: Partial<TypedCorrection>) => void;
}

function Kinds({ bill, typed, change }: KindsProps) {
  const t = useWords();
  return (
    <fieldset class="options">
      <legend>{t("correction_kind")}</legend>
      {KINDS.map((kind) => (
        <label key={kind}>
          <input
            type="radio"
            name={`kind-${bill.bill_id}`}
            checked={typed.kind === kind}
            onChange={() => change({ kind })}
          />
          <span>
            {t(`correction_${kind}`)}
            <span class="where">{t(`correction_${kind}_explain`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

interface Previewed {
  readonly of: string;
  readonly preview: CorrectionPreview | null;
  readonly failure: Failure | null;
}

/** What the correction would do: computed by the gateway once nothing was typed for half a second. */
function usePreview(number: string, wanted: WantedCorrection | null): Omit<Previewed, "of"> {
  const { api } = useOffice();
  const of = JSON.stringify(wanted);
  const [kept, setKept] = useState<Previewed>({ of: "", preview: null, failure: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again for other content alone
  useEffect(() => {
    if (wanted === null) {
      return;
    }
    let isWanted = true;
    const timer = setTimeout(() => {
      api
        .call("POST /v1/bills/{bill_number}/correction-preview", { params: { bill_number: number }, body: wanted })
        .then(
          (preview) => isWanted && setKept({ of, preview, failure: null }),
          (error) => isWanted && setKept({ of, preview: null, failure: failureOf(error) }),
        );
    }, PAUSE_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [of, number]);
  return kept.of === of ? kept : { preview: null, failure: null };
}

function GroupChoice({ group, choose }: { group: string; choose: (group: string) => void }) {
  const t = useWords();
  const { api } = useOffice();
  const language = useOfficeState((state) => state.language);
  const read = useRead("price groups", () => api.call("GET /v1/price-groups"));
  const groups: readonly PriceGroupName[] = read.data?.price_groups ?? [];
  return (
    <label>
      {t("price_group")}
      <select value={group} onChange={(event) => choose(event.currentTarget.value)}>
        {!groups.some((one) => one.price_group === group) && <option value={group}>{group}</option>}
        {groups.map((one) => (
          <option key={one.price_group} value={one.price_group}>
            {language === "en" ? one.en : one.vi}
          </option>
        ))}
      </select>
    </label>
  );
}

function Preview({ preview }: { preview: CorrectionPreview }) {
  const t = useWords();
  const language = useOfficeState((state) => state.language);
  const { before, after, difference, kind, new_bill_total: newTotal, released } = preview;
  const rows = [
    [t("kwh"), before.kwh, after.kwh],
    [t("pre_vat"), before.pre_vat, after.pre_vat],
    [t("correction_vat"), before.vat, after.vat],
    [t("total"), before.total, after.total],
  ] as const;
  return (
    <>
      <table class="tiers">
        <caption class="hidden">{t("correction_preview")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("correction_preview")}</th>
            <th scope="col">{t("correction_before")}</th>
            <th scope="col">{t("correction_after")}</th>
            <th scope="col">{t("run_difference")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, was, is], at) => (
            <tr key={name} class={at === rows.length - 1 ? "sum" : undefined}>
              <th scope="row">{name}</th>
              <td>{plainDong(was)}</td>
              <td>{plainDong(is)}</td>
              <td>{`${is > was ? "+" : ""}${plainDong(is - was)}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        <strong>
          {t(difference > 0 ? "correction_more" : "correction_less", { amount: dong(Math.abs(difference)) })}
        </strong>{" "}
        {newTotal !== null &&
          t(kind === "replacement" ? "correction_new_replaces" : "correction_new_adds", {
            amount: dong(newTotal),
          })}{" "}
        {released > 0 && t("correction_released", { amount: dong(released) })}
      </p>
      {(preview.doubts ?? []).length > 0 && (
        <div class="note bad">
          <p>{t("correction_doubts")}</p>
          <ul>
            {preview.doubts?.map((doubt) => (
              <li key={doubt.rule}>{language === "en" ? doubt.english : doubt.detail}</li>
            ))}
          </ul>
        </div>
      )}
      <details>
        <summary>{t("correction_anew")}</summary>
        <ul>
          {preview.lines.map((line) => (
            <li key={`${line.period_from}${line.label}${line.unit_price}`}>
              {`${billText(language, line.label)}: ${plainDong(line.kwh)} kWh × ${plainDong(line.unit_price)} = ${dong(line.amount)}`}
            </li>
          ))}
        </ul>
        {preview.explanation.map((line) => (
          <p key={line} class="hint">
            {billText(language, line)}
          </p>
        ))}
      </details>
    </>
  );
}
