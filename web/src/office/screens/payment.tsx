/** One payment: what it cleared, its receipt, and taking it back. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ApprovalView, Payment } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { WithReason } from "../../app/components/with_reason.tsx";
import { newId } from "../../app/ids.ts";
import { dong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { ReceiptPicture } from "../components/papers.tsx";
import { StillToCome } from "../components/reversals.tsx";
import { nameOf, useCollectors, useWaiting } from "../reads.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";

const REFRESH_MS = 5_000;

export function PaymentPage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(
    `payment ${id}`,
    () => api.call("GET /v1/payments/{payment_id}", { params: { payment_id: id } }),
    REFRESH_MS,
  );
  const waiting = useWaiting();
  const code = read.data?.payment.customer_code;
  return (
    <Page
      title={t("payment")}
      {...(code === undefined ? {} : { above: [`customers/${code}`, code] as const })}
      help="payments"
    >
      <Loaded of={read} lines={8}>
        {({ payment }) => (
          <div class="split">
            <div class="column">
              <Facts payment={payment} />
              <TakeBack
                payment={payment}
                asked={waiting.data?.get(payment.payment_id)}
                done={() => {
                  read.again();
                  waiting.again();
                }}
              />
            </div>
            <section class="column">
              <h2>{t("document_receipt")}</h2>
              {payment.receipt_id ? (
                <ReceiptPicture id={payment.receipt_id} />
              ) : (
                <p class="hint">{t("receipt_not_yet")}</p>
              )}
            </section>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Facts({ payment }: { payment: Payment }) {
  const t = useWords();
  const collectors = useCollectors();
  const facts: [string, string][] = [
    [t("payment_how"), t(`payment_${payment.method}`)],
    [t("time"), writtenMoment(payment.received_at)],
    [t("collector"), nameOf(collectors.data, payment.collector_code)],
    [t("collection_point"), payment.collection_point_code ?? ""],
    [t("reference"), payment.reference],
    [t("transfer_content"), payment.transfer_content ?? ""],
    [t("document_receipt"), payment.receipt_number ?? ""],
    [t("payment_credit"), payment.credit > 0 ? dong(payment.credit) : ""],
  ];
  return (
    <section class="card due">
      <strong>{dong(payment.amount)}</strong>
      {payment.reversed_at && (
        <>
          <p class="note bad">{t("payment_reversed_at", { time: writtenMoment(payment.reversed_at) })}</p>
          <AfterReversal payment={payment} />
        </>
      )}
      {payment.reported_at && !payment.reversed_at && (
        <p class="note">{t("payment_reported_at", { time: writtenMoment(payment.reported_at) })}</p>
      )}
      <dl class="facts-list">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ))}
      </dl>
      <Link to={`customers/${payment.customer_code}`} class="small-button">
        {t("customer_open", { code: payment.customer_code })}
      </Link>
    </section>
  );
}

interface TakeBackProps {
  readonly payment: Payment;
  /** That it is taken back was asked for already, and waits for a second person. */
  readonly asked: ApprovalView | undefined;
  readonly done: () => void;
}

export function TakeBack({ payment, asked, done }: TakeBackProps) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  // The same reversal under the same id, should the answer be lost.
  const [key, setKey] = useState(() => newId());
  const [own, setOwn] = useState<ApprovalView | null>(null);
  useEffect(() => {
    if (asked) {
      // From here on it is read; once it is refused, asking again is another request.
      setOwn(null);
      setKey(newId());
    }
  }, [asked]);
  const [paper, setPaper] = useState<Paper>(payment.receipt_id ? "no" : "none");
  const [giver, setGiver] = useState<Giver>("collector");
  const papers: Options<Paper> = [
    ["no", t("reverse_paper_no")],
    ["yes", t("reverse_paper_yes")],
    ["none", t("reverse_paper_none")],
  ];
  const givers: Options<Giver> = [
    ["collector", t("reverse_cash_collector")],
    ["office", t("reverse_cash_office")],
  ];
  const waits = asked ?? own;
  const mayReverse = may(staff, "POST /v1/payments/{payment_id}/reversals");
  if (payment.reversed_at || !(mayReverse || waits)) {
    return null;
  }
  return (
    <section class="card">
      <h2>{t("reverse")}</h2>
      {waits ? (
        <div class="note">
          <p role="status">{t("reverse_waits")}</p>
          <Link to={`approvals/${waits.approval_id}`} class="small-button">
            {t("approval_see")}
          </Link>
        </div>
      ) : (
        <>
          <Choice name="paper" legend={t("reverse_paper")} chosen={paper} choose={setPaper} options={papers} />
          {payment.method === "cash" && (
            <Choice name="cash" legend={t("reverse_cash")} chosen={giver} choose={setGiver} options={givers} />
          )}
          <WithReason
            label={t("reverse_do")}
            explain={t("reverse_explain")}
            field={t("reason")}
            usual={t("reverse_reason")}
            act={async (reason) => {
              try {
                const answer = await api.call("POST /v1/payments/{payment_id}/reversals", {
                  params: { payment_id: payment.payment_id },
                  key,
                  body: {
                    reason,
                    cash_given_back: giver,
                    ...(paper === "none" ? {} : { paper_returned: paper === "yes" }),
                  },
                });
                // Above the unit's limit nothing is taken back yet: what was asked for is the answer.
                setOwn(isApproval(answer) ? answer : null);
              } finally {
                done();
              }
            }}
          />
        </>
      )}
    </section>
  );
}

type Paper = "yes" | "no" | "none";
type Giver = "collector" | "office";
type Options<Of extends string> = readonly (readonly [Of, string])[];

interface ChoiceProps<Of extends string> {
  readonly name: string;
  readonly legend: string;
  readonly chosen: Of;
  readonly choose: (one: Of) => void;
  readonly options: Options<Of>;
}

function Choice<Of extends string>({ name, legend, chosen, choose, options }: ChoiceProps<Of>) {
  return (
    <fieldset class="options">
      <legend>{legend}</legend>
      {options.map(([one, words]) => (
        <label key={one}>
          <input type="radio" name={name} checked={chosen === one} onChange={() => choose(one)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** What is still to come of a payment that was taken back. */
function AfterReversal({ payment }: { payment: Payment }) {
  const { api } = useOffice();
  const staff = useStaff();
  const mayRead = may(staff, "GET /v1/reversals");
  const read = useRead(
    `reversal of ${payment.payment_id}`,
    async () =>
      mayRead ? (await api.call("GET /v1/reversals", { query: { payment_id: payment.payment_id } })).reversals : [],
    REFRESH_MS,
  );
  return (
    <Loaded of={read} lines={1}>
      {([reversal]) => reversal && <StillToCome reversal={reversal} done={read.again} />}
    </Loaded>
  );
}

function isApproval(answer: object): answer is ApprovalView {
  return "approval_id" in answer;
}
