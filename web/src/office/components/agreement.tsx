/** An agreement to pay in parts: how far it is, and ending it. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { InstalmentAgreement } from "../../api/types.ts";
import { writtenDay, writtenMoment } from "../../app/clock.ts";
import { WithReason } from "../../app/components/with_reason.tsx";
import { newId } from "../../app/ids.ts";
import { dong } from "../../app/money.ts";
import { tidyLine } from "../../app/text.ts";
import { may } from "../session.ts";
import { useOffice, useStaff, useWords } from "../use_office.ts";
import { PrintAgreement } from "./print_agreement.tsx";

const TONES = { in_force: "wait", kept: "good", broken: "bad", ended: "" } as const;

export function AgreementMark({ agreement: { state } }: { agreement: InstalmentAgreement }) {
  const t = useWords();
  return <span class={`mark ${TONES[state]}`}>{t(`agreement_is_${state}`)}</span>;
}

export function AgreementDetails({ agreement, ended }: { agreement: InstalmentAgreement; ended: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  // The same act under the same id, should the answer be lost.
  const [key] = useState(() => newId());
  const { agreement_id: id, amount, paid, parts, paper, asked_by: asked, approved_by: approved } = agreement;
  return (
    <>
      <p class="row">
        <span>{t("agreement_paid", { paid: dong(paid), amount: dong(amount) })}</span>
        <AgreementMark agreement={agreement} />
      </p>
      <ul class="plain">
        {parts.map((part) => (
          <li key={part.due_on}>
            {t("agreement_part", {
              day: writtenDay(part.due_on),
              paid: dong(part.paid),
              amount: dong(part.amount),
            })}
          </li>
        ))}
      </ul>
      <p class="hint">
        {`${writtenMoment(agreement.agreed_at)} · ${t("agreement_people", { paper, asked, approved })}`}
      </p>
      {agreement.end_reason && <p class="said">{agreement.end_reason}</p>}
      <PrintAgreement agreement={agreement} />
      {agreement.state === "in_force" && may(staff, "POST /v1/agreements/{agreement_id}/end") && (
        <WithReason
          label={t("agreement_end")}
          explain={t("agreement_end_explain")}
          field={t("reason")}
          usual={t("agreement_end_usual")}
          act={async (reason) => {
            await api.call("POST /v1/agreements/{agreement_id}/end", {
              params: { agreement_id: id },
              key,
              body: { reason: tidyLine(reason) },
            });
            ended();
          }}
        />
      )}
    </>
  );
}
