/** What a customer pays in parts, and the interest on what is paid late: on the customer's card. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { ApprovalView, BillInterest, InterestReply } from "../../api/types.ts";
import { writtenDay } from "../../app/clock.ts";
import { WithReason } from "../../app/components/with_reason.tsx";
import { newId } from "../../app/ids.ts";
import { dong } from "../../app/money.ts";
import { tidyLine } from "../../app/text.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { AgreementDetails } from "./agreement.tsx";
import { AgreementForm } from "./agreement_form.tsx";
import { Link } from "./link.tsx";

const REFRESH_MS = 15_000;

interface ArrearsOfProps {
  readonly code: string;
  readonly debt: number;
  readonly changed: () => void;
}

export function ArrearsOf({ code, debt, changed }: ArrearsOfProps) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const agreements = useRead(
    `agreements ${code}`,
    async () => (await api.call("GET /v1/agreements", { query: { customer_code: code, limit: 5 } })).agreements,
    REFRESH_MS,
  );
  const interest = useRead(
    `interest ${code}`,
    () => api.call("GET /v1/customers/{customer_code}/interest", { params: { customer_code: code } }),
    REFRESH_MS,
  );
  const waiting = useRead(
    `arrears approvals ${code}`,
    async () => {
      const { approvals } = await api.call("GET /v1/approvals", { query: { state: "open", limit: 200 } });
      return approvals.filter((one) => one.subject === code);
    },
    REFRESH_MS,
  );
  const [isOpen, setOpen] = useState(false);
  const again = (): void => {
    agreements.again();
    interest.again();
    waiting.again();
    changed();
  };
  const found = agreements.data ?? [];
  const isAgreed = found.some((one) => one.state === "in_force");
  const asked = waiting.data?.find((one) => one.kind === "instalment_agreement");
  const hasInterest = (interest.data?.interest.total ?? 0) > 0 || (interest.data?.settled.length ?? 0) > 0;
  const mayAsk = debt > 0 && !isAgreed && may(staff, "POST /v1/customers/{customer_code}/agreements");
  if (found.length === 0 && !asked && !hasInterest && !mayAsk) {
    return null;
  }
  return (
    <section class="card">
      <h2>{t("arrears")}</h2>
      {found.map((agreement) => (
        <AgreementDetails key={agreement.agreement_id} agreement={agreement} ended={again} />
      ))}
      {asked && <Waits approval={asked} />}
      {mayAsk && !asked && agreements.data !== null && waiting.data !== null && !isOpen && (
        <button type="button" class="small-button" onClick={() => setOpen(true)}>
          {t("agreement_begin")}
        </button>
      )}
      {mayAsk && !asked && isOpen && (
        <AgreementForm
          code={code}
          debt={debt}
          close={() => setOpen(false)}
          asked={() => {
            setOpen(false);
            again();
          }}
        />
      )}
      {interest.data && hasInterest && (
        <InterestOf
          key={`${interest.data.interest.until} ${interest.data.interest.total}`}
          reply={interest.data}
          waiting={waiting.data?.find((one) => one.kind === "interest_waiver")}
          changed={again}
        />
      )}
    </section>
  );
}

function Waits({ approval }: { approval: ApprovalView }) {
  const t = useWords();
  return (
    <p class="note">
      {`${t(`approval_${approval.kind}`)} ${dong(approval.amount)}: ${t("arrears_waits")} `}
      <Link to={`approvals/${approval.approval_id}`}>{t("approval_see")}</Link>
    </p>
  );
}

interface InterestOfProps {
  readonly reply: InterestReply;
  readonly waiting: ApprovalView | undefined;
  readonly changed: () => void;
}

function InterestOf({ reply: { interest, settled }, waiting, changed }: InterestOfProps) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  // The same act under the same id, should the answer be lost: other interest is another component.
  const [chargeKey] = useState(() => newId());
  const [waiverKey] = useState(() => newId());
  const params = { customer_code: interest.customer_code };
  const shown = { until: interest.until, expected: interest.total };
  return (
    <>
      <p>
        {interest.total > 0
          ? t("interest_of", { day: writtenDay(interest.until), amount: dong(interest.total) })
          : t("interest_none")}
      </p>
      <ul class="plain">
        {interest.bills.map((bill) => (
          <OfBill key={bill.bill_id} bill={bill} />
        ))}
        {settled.map((one) => (
          <li key={`${one.bill_number} ${one.first_day}`} class="hint">
            {`${one.bill_number} · ${writtenDay(one.first_day)}–${writtenDay(one.last_day)}: ${dong(one.interest)} ${t(
              one.charge_id ? "interest_charged" : "interest_waived",
            )}`}
          </li>
        ))}
      </ul>
      {waiting && <Waits approval={waiting} />}
      {interest.total > 0 && !waiting && (
        <div class="buttons">
          {may(staff, "POST /v1/customers/{customer_code}/interest/charges") && (
            <WithReason
              label={t("interest_charge", { amount: dong(interest.total) })}
              explain={t("interest_charge_explain")}
              field={t("reason")}
              usual={t("interest_charge_usual")}
              act={async (reason) => {
                await api.call("POST /v1/customers/{customer_code}/interest/charges", {
                  params,
                  key: chargeKey,
                  body: { ...shown, reason: tidyLine(reason) },
                });
                changed();
              }}
            />
          )}
          {may(staff, "POST /v1/customers/{customer_code}/interest/waivers") && (
            <WithReason
              label={t("interest_waive")}
              explain={t("interest_waive_explain")}
              field={t("reason")}
              usual={t("interest_waive_usual")}
              act={async (reason) => {
                await api.call("POST /v1/customers/{customer_code}/interest/waivers", {
                  params,
                  key: waiverKey,
                  body: { ...shown, reason: tidyLine(reason) },
                });
                changed();
              }}
            />
          )}
        </div>
      )}
    </>
  );
}

function OfBill({ bill }: { bill: BillInterest }) {
  const t = useWords();
  return (
    <li>
      {`${bill.bill_number}: ${dong(bill.interest)}`}
      {bill.spans.map((span) => (
        <span key={span.first_day} class="where">
          {`${writtenDay(span.first_day)}–${writtenDay(span.last_day)}: ${t("interest_span", {
            amount: dong(span.amount),
            percent: span.percent.replace(".", ","),
            n: span.days,
          })}`}
        </span>
      ))}
    </li>
  );
}
