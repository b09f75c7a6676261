/** Something that one person asked for: what it is, who asked, and deciding over it. */
import { Fragment, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApprovalView, Decision } from "../../api/types.ts";
import { writtenDay, writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { WithReason } from "../../app/components/with_reason.tsx";
import { dong } from "../../app/money.ts";
import { tidyLine } from "../../app/text.ts";
import { may, mayApprove, pagesOf } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { isOfficeKey, type Words } from "../words.ts";
import { BillLinkTo } from "./bill_links.tsx";
import { Link } from "./link.tsx";

const DONE = {
  payment_reversal: "approval_is_done",
  bill_correction: "approval_correction_done",
  instalment_agreement: "approval_other_done",
  interest_waiver: "approval_other_done",
} as const;
const EXPLAIN = {
  payment_reversal: "approval_explain",
  bill_correction: "approval_correction_explain",
  instalment_agreement: "approval_agreement_explain",
  interest_waiver: "approval_waiver_explain",
} as const;
const TAKE_BACK = {
  payment_reversal: "approval_take_back_explain",
  bill_correction: "approval_correction_take_back",
  instalment_agreement: "approval_agreement_take_back",
  interest_waiver: "approval_waiver_take_back",
} as const;

interface ApprovalProps {
  readonly approval: ApprovalView;
  /** A decision was kept: what was asked for as it is now. */
  readonly decided: (approval: ApprovalView) => void;
  /** It has to be read again: somebody else may have decided. */
  readonly changed: () => void;
}

export function Approval({ approval, decided, changed }: ApprovalProps) {
  const t = useWords();
  return (
    <>
      <div class="row">
        <Link to={`approvals/${approval.approval_id}`} class="name">
          {`${t(`approval_${approval.kind}`)} ${dong(approval.amount)}`}
        </Link>
        <ApprovalMark approval={approval} />
      </div>
      <Facts approval={approval} />
      <Decide approval={approval} decided={decided} changed={changed} />
    </>
  );
}

/** How far it is, in words. */
function stateOf(approval: ApprovalView, t: Words): string {
  const { decision, outcome } = approval;
  if (decision === null) {
    return t("approval_is_open");
  }
  if (decision === "refused") {
    return t(isWithdrawn(approval) ? "approval_is_withdrawn" : "approval_is_refused");
  }
  if (outcome === null) {
    return t("approval_is_unknown");
  }
  return outcome === "done" ? t(DONE[approval.kind]) : t("approval_is_failed", { why: whyNot(outcome, t) });
}

function isWithdrawn({ asked_by: asker, decided_by: decider }: ApprovalView): boolean {
  return decider?.staff_id === asker.staff_id;
}

function whyNot(outcome: string, t: Words): string {
  const key = `approval_not_${outcome.replaceAll("-", "_")}`;
  return isOfficeKey(key) ? t(key) : outcome;
}

function ApprovalMark({ approval }: { approval: ApprovalView }) {
  const t = useWords();
  const { decision, outcome } = approval;
  let tone = "wait";
  if (decision === "refused") {
    tone = isWithdrawn(approval) ? "" : "bad";
  } else if (outcome !== null) {
    tone = outcome === "done" ? "good" : "bad";
  }
  return <span class={`mark ${tone}`}>{stateOf(approval, t)}</span>;
}

function Facts({ approval }: { approval: ApprovalView }) {
  const t = useWords();
  const hasCustomers = pagesOf(useStaff()).includes("customers");
  const { customer_code: code, asked_by: asker, decided_by: decider, decided_at: decidedAt } = approval;
  return (
    <dl class="facts-list">
      <dt>{t("approval_asked_by")}</dt>
      <dd>{`${asker.full_name} (${asker.login_name}) · ${writtenMoment(approval.asked_at)}`}</dd>
      <dt>{t("approval_why")}</dt>
      <dd>{approval.reason}</dd>
      <dt>{t("unit")}</dt>
      <dd>{approval.unit_code}</dd>
      {code !== null && (
        <>
          <dt>{t("customer")}</dt>
          <dd>{hasCustomers ? <Link to={`customers/${code}`}>{code}</Link> : code}</dd>
        </>
      )}
      {approval.kind === "bill_correction" && (
        <>
          <dt>{t("approval_bill")}</dt>
          <dd>
            {hasCustomers && code !== null ? <BillLinkTo code={code} number={approval.subject} /> : approval.subject}
          </dd>
        </>
      )}
      {approval.correction && (
        <>
          <dt>{t("approval_how")}</dt>
          <dd>
            {wanted(approval.correction, t).map((line) => (
              <div key={line}>{line}</div>
            ))}
          </dd>
        </>
      )}
      {approval.kind === "bill_correction" && approval.outcome === "done" && <Corrected approval={approval} />}
      {approval.agreement && (
        <>
          <dt>{t("approval_parts")}</dt>
          <dd>
            {approval.agreement.parts.map((part) => (
              <div key={part.due_on}>{`${writtenDay(part.due_on)}: ${dong(part.amount)}`}</div>
            ))}
          </dd>
          <dt>{t("approval_paper")}</dt>
          <dd>{approval.agreement.paper}</dd>
        </>
      )}
      {approval.interest_until && (
        <>
          <dt>{t("approval_until")}</dt>
          <dd>{writtenDay(approval.interest_until)}</dd>
        </>
      )}
      {hasCustomers && approval.kind === "payment_reversal" && (
        <>
          <dt>{t("payment")}</dt>
          <dd>
            <Link to={`payments/${approval.subject}`}>{t("approval_payment")}</Link>
          </dd>
        </>
      )}
      {decider && decidedAt !== null && (
        <>
          <dt>{t("approval_decided_by")}</dt>
          <dd>{`${decider.full_name} (${decider.login_name}) · ${writtenMoment(decidedAt)}`}</dd>
          <dt>{t("approval_decision_why")}</dt>
          <dd>{approval.decision_reason}</dd>
        </>
      )}
    </dl>
  );
}

/** What is approved: the readings and facts as they should have been, a line each. */
function wanted(correction: NonNullable<ApprovalView["correction"]>, t: Words): string[] {
  const { kind, readings, price_group: group, households } = correction;
  return [
    t(kind === "replacement" ? "approval_by_replacement" : "approval_by_adjustment"),
    ...readings.map((one) =>
      t("approval_reading", {
        meter: `${one.meter_number} (${one.meter_register})`,
        old: one.old_reading,
        new: one.new_reading,
      }),
    ),
    ...(group === null ? [] : [t("approval_price_group", { group })]),
    ...(households === null ? [] : [t("approval_households", { households })]),
  ];
}

/** What became of the bill: the further one, and the money that was on it. */
function Corrected({ approval }: { approval: ApprovalView }) {
  const t = useWords();
  const { api } = useOffice();
  const number = approval.subject;
  const read = useRead(`corrections ${number}`, async () =>
    (await api.call("GET /v1/bill-corrections", { query: { bill_number: number } })).corrections.find(
      (one) => one.correction_id === approval.approval_id,
    ),
  );
  const done = read.data;
  if (!done) {
    return null;
  }
  return (
    <>
      <dt>{t("correction_after")}</dt>
      <dd>
        {`${dong(done.before.total)} → ${dong(done.after.total)} `}
        {done.new_bill && <BillLinkTo code={done.customer_code} number={done.new_bill.bill_number} />}
        {done.released > 0 && <span class="where">{t("correction_released", { amount: dong(done.released) })}</span>}
      </dd>
    </>
  );
}

function Decide({ approval, decided, changed }: ApprovalProps) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const [reason, setReason] = useState("");
  const { decision, outcome } = approval;
  const decide = async (chosen: Decision, why: string): Promise<void> => {
    try {
      decided(
        await api.call("POST /v1/approvals/{approval_id}/decision", {
          params: { approval_id: approval.approval_id },
          body: { decision: chosen, reason: why },
        }),
      );
    } finally {
      changed();
    }
  };
  if (decision !== null) {
    // The same decision of the same person tries again what nobody knows the end of.
    return decision === "approved" && outcome === null && approval.decided_by?.staff_id === staff.staff_id ? (
      <div class="inline">
        <p class="hint">{t("approval_again_explain")}</p>
        <DoButton act={() => decide("approved", approval.decision_reason ?? "")}>{t("approval_again")}</DoButton>
      </div>
    ) : null;
  }
  if (!may(staff, "POST /v1/approvals/{approval_id}/decision")) {
    return null;
  }
  if (approval.asked_by.staff_id === staff.staff_id) {
    return (
      <div class="inline">
        <p class="hint">{t("approval_own")}</p>
        <WithReason
          label={t("approval_take_back")}
          explain={t(TAKE_BACK[approval.kind])}
          field={t("reason")}
          usual={t("approval_take_back_reason")}
          act={(why) => decide("refused", why)}
        />
      </div>
    );
  }
  if (!mayApprove(staff)) {
    return <p class="hint">{t("approval_waits")}</p>;
  }
  return (
    <div class="inline">
      <p class="hint">{t(EXPLAIN[approval.kind])}</p>
      <label>
        {t("approval_decision_why")}
        <input
          value={reason}
          maxLength={200}
          autocomplete="off"
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <div class="buttons">
        <DoButton disabled={reason.trim() === ""} act={() => decide("approved", tidyLine(reason))}>
          {t("approval_approve")}
        </DoButton>
        <DoButton class="plain-button" disabled={reason.trim() === ""} act={() => decide("refused", tidyLine(reason))}>
          {t("approval_refuse")}
        </DoButton>
      </div>
    </div>
  );
}

/** What was decided just now; it has the focus, for its form is gone. */
export function Decided({ approval }: { approval: ApprovalView }) {
  const t = useWords();
  const note = useRef<HTMLParagraphElement>(null);
  useEffect(() => note.current?.focus(), [approval]);
  const isDone = approval.decision === "refused" || approval.outcome === "done";
  return (
    <p ref={note} class={isDone ? "note done" : "note bad"} role="status" tabIndex={-1}>
      {t("approval_now", {
        what: t(`approval_${approval.kind}`),
        amount: dong(approval.amount),
        state: stateOf(approval, t),
      })}
    </p>
  );
}
