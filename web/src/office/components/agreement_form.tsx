/** Asking for an agreement: the parts with their days, which add up to what is owed. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { dayAfter, dayOf } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { dong } from "../../app/money.ts";
import { tidyLine } from "../../app/text.ts";
import { evenly, leftOf, type TypedPart, wantedParts } from "../instalments.ts";
import { useOffice, useWords } from "../use_office.ts";

const USUAL_PARTS = 3;
const USUAL_STEP = 30;

interface AgreementFormProps {
  readonly code: string;
  readonly debt: number;
  readonly close: () => void;
  readonly asked: () => void;
}

export function AgreementForm({ code, debt, close, asked }: AgreementFormProps) {
  const t = useWords();
  const office = useOffice();
  const today = dayOf(office.now());
  const dayOfPart = (place: number): string => dayAfter(today, USUAL_STEP * (place + 1));
  const [parts, setParts] = useState<readonly TypedPart[]>(() => evenly(debt, USUAL_PARTS, dayOfPart));
  const [paper, setPaper] = useState("");
  const [reason, setReason] = useState("");
  const [key, setKey] = useState({ of: "", id: "" });
  const change = (at: number, typed: Partial<TypedPart>): void =>
    setParts(parts.map((part, place) => (place === at ? { ...part, ...typed } : part)));
  const left = leftOf(debt, parts);
  const wanted = wantedParts(parts);
  return (
    <form class="inline" onSubmit={(event) => event.preventDefault()}>
      <p class="hint">{t("agreement_explain", { debt: dong(debt) })}</p>
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are their places
        <div key={at} class="filters">
          <label>
            {t("agreement_part_day", { n: at + 1 })}
            <input
              type="date"
              min={today}
              value={part.day}
              onChange={(event) => change(at, { day: event.currentTarget.value })}
            />
          </label>
          <label>
            {t("agreement_part_amount", { n: at + 1 })}
            <input
              inputMode="numeric"
              autocomplete="off"
              value={part.amount}
              onInput={(event) => change(at, { amount: event.currentTarget.value })}
            />
          </label>
        </div>
      ))}
      <div class="buttons">
        <button type="button" class="small-button" onClick={() => setParts(evenly(debt, parts.length + 1, dayOfPart))}>
          {t("agreement_part_more")}
        </button>
        {parts.length > 1 && (
          <button
            type="button"
            class="small-button"
            onClick={() => setParts(evenly(debt, parts.length - 1, dayOfPart))}
          >
            {t("agreement_part_less")}
          </button>
        )}
      </div>
      <p class="hint" role="status">
        {left === 0
          ? t("agreement_fits")
          : t(left > 0 ? "agreement_left" : "agreement_over", { amount: dong(Math.abs(left)) })}
      </p>
      <label>
        {t("agreement_paper")}
        <input
          value={paper}
          maxLength={100}
          autocomplete="off"
          onInput={(event) => setPaper(event.currentTarget.value)}
        />
      </label>
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
          disabled={left !== 0 || wanted === null || paper.trim() === "" || reason.trim() === ""}
          act={async () => {
            const body = { parts: wanted ?? [], paper: tidyLine(paper), reason: tidyLine(reason) };
            // The same request under the same id, should the answer be lost; another one under another.
            const of = JSON.stringify(body);
            const id = key.of === of ? key.id : newId();
            setKey({ of, id });
            await office.api.call("POST /v1/customers/{customer_code}/agreements", {
              params: { customer_code: code },
              key: id,
              body,
            });
            asked();
          }}
        >
          {t("agreement_ask")}
        </DoButton>
        <button type="button" class="plain-button" onClick={close}>
          {t("cancel")}
        </button>
      </div>
    </form>
  );
}
