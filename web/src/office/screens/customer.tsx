/** One customer: contract, bills, money, visits, messages, complaints and papers. */
import { Fragment, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Bill, CustomerAccount, CustomerDetails, Payment, ReminderState, Visit } from "../../api/types.ts";
import { billName } from "../../app/bill_name.ts";
import { writtenDay, writtenMoment } from "../../app/clock.ts";
import { BillDetails } from "../../app/components/bill_details.tsx";
import { UsageMonths } from "../../app/components/usage_months.tsx";
import { dong } from "../../app/money.ts";
import { groupName } from "../../app/price_groups.ts";
import { dialled } from "../../app/text.ts";
import { arrears } from "../arrears_part.ts";
import { BillLinks } from "../components/bill_links.tsx";
import { Complaints } from "../components/complaints.tsx";
import { CorrectBill } from "../components/correct_bill.tsx";
import { CorrectPhone } from "../components/correct_phone.tsx";
import { InPart } from "../components/in_part.tsx";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { OptOuts } from "../components/opt_outs.tsx";
import { Page } from "../components/page.tsx";
import { PaperLine } from "../components/papers.tsx";
import { useWaiting } from "../reads.ts";
import { usePlace } from "../router.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";

const REFRESH_MS = 15_000;
const HISTORY = 24;

export function CustomerPage({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const params = { customer_code: code };
  const details = useRead(
    `customer ${code}`,
    () => api.call("GET /v1/customers/{customer_code}", { params }),
    REFRESH_MS,
  );
  const account = useRead(
    `account ${code}`,
    () => api.call("GET /v1/customers/{customer_code}/account", { params, query: { history: HISTORY } }),
    REFRESH_MS,
  );
  return (
    <Page
      title={details.data?.facts.name ?? t("customer")}
      above={["customers", t("page_customers")]}
      help="customers"
      actions={
        may(staff, "POST /v1/payments") && (
          <Link to={`transfers?customer=${encodeURIComponent(code)}`} class="small-button">
            {t("transfer_record")}
          </Link>
        )
      }
    >
      <div class="split">
        <div class="column">
          <Loaded of={details} lines={8}>
            {(known) => <Facts details={known} changed={details.again} />}
          </Loaded>
          <Loaded of={details}>{({ visits }) => <Visits visits={visits} />}</Loaded>
          <Messages code={code} />
          <Complaints code={code} bills={account.data?.bills ?? []} />
        </div>
        <div class="column">
          <Loaded of={account} lines={8}>
            {(known) => (
              <>
                <Owes account={known} />
                <InPart part={arrears}>
                  {({ ArrearsOf, DunningOf }) => (
                    <>
                      <ArrearsOf code={code} debt={known.account.debt} changed={account.again} />
                      <DunningOf code={code} />
                    </>
                  )}
                </InPart>
                <Bills bills={known.bills} changed={account.again} />
                <UsageOf code={code} />
                <Payments payments={known.payments} />
              </>
            )}
          </Loaded>
          <Papers code={code} />
        </div>
      </div>
    </Page>
  );
}

function Facts({ details, changed }: { details: CustomerDetails; changed: () => void }) {
  const t = useWords();
  const { facts, appointment, step } = details;
  return (
    <section class="card">
      <h2>{t("contract")}</h2>
      <dl class="facts-list">
        <dt>{t("customer_code")}</dt>
        <dd>
          {facts.customer_code}
          {facts.active === false && <span class="mark bad">{t("customer_inactive")}</span>}
        </dd>
        <dt>{t("address")}</dt>
        <dd>
          {facts.address}
          {facts.address_old && <span class="where">{`${t("address_old")}: ${facts.address_old}`}</span>}
        </dd>
        {facts.ward && <dt>{t("ward")}</dt>}
        {facts.ward && <dd>{facts.ward}</dd>}
        <dt>{t("phone")}</dt>
        <dd>
          {facts.phone ? dialled(facts.phone) : t("phone_none")}
          <CorrectPhone code={facts.customer_code} done={changed} />
        </dd>
        <dt>{t("meter")}</dt>
        <dd>{facts.meter?.meter_number ?? "–"}</dd>
        <dt>{t("price_group")}</dt>
        <dd>
          {groupName(facts.price_group, t)}
          {facts.households && facts.households !== "1" && facts.households !== "0"
            ? ` · ${t("households", { n: facts.households })}`
            : ""}
        </dd>
        {facts.tax_code && <dt>{t("tax_code")}</dt>}
        {facts.tax_code && <dd>{facts.tax_code}</dd>}
        <dt>{t("unit")}</dt>
        <dd>{facts.unit.name}</dd>
        <dt>{t("route")}</dt>
        <dd>{`${facts.route_code} · ${t("place_in_route", { n: facts.place_in_route })}`}</dd>
        <dt>{t("collector")}</dt>
        <dd>{`${facts.collector.name} (${facts.collector.collector_code})`}</dd>
        <dt>{t("next_step")}</dt>
        <dd>
          {t(`step_is_${step}`)}
          {appointment && ` · ${t("appointment_on", { moment: writtenMoment(appointment) })}`}
        </dd>
      </dl>
    </section>
  );
}

function Owes({ account: { account } }: { account: CustomerAccount }) {
  const t = useWords();
  return (
    <section class="card due">
      <span>{t(account.debt > 0 ? "total_due" : "nothing_due")}</span>
      <strong>{dong(account.debt)}</strong>
      {account.credit > 0 && <span class="hint">{t("credit", { amount: dong(account.credit) })}</span>}
    </section>
  );
}

function Bills({ bills, changed }: { bills: readonly Bill[]; changed: () => void }) {
  const t = useWords();
  const named = usePlace().query.get("bill");
  const waiting = useWaiting();
  const room = useRef<HTMLElement>(null);
  const isThere = bills.some((bill) => bill.bill_number === named);
  useEffect(() => {
    // Once it is there: it is not moved again while the page reads by itself.
    if (named !== null && isThere) {
      room.current?.querySelector(`[data-bill="${CSS.escape(named)}"]`)?.scrollIntoView({ block: "center" });
    }
  }, [named, isThere]);
  return (
    <section class="card" ref={room}>
      <h2>{t("bills")}</h2>
      {bills.length === 0 && <p class="hint">{t("bills_none")}</p>}
      {[...bills].reverse().map((bill, at) => (
        <details
          key={bill.bill_id}
          data-bill={bill.bill_number}
          class={bill.bill_number === named ? "named" : undefined}
          open={at === 0 || bill.state === "open" || bill.bill_number === named}
        >
          <summary>
            <span>{billName(bill, t)}</span>
            <BillMark bill={bill} />
            <strong>{dong(bill.total)}</strong>
          </summary>
          <p class="hint">{t("bill_number", { number: bill.bill_number })}</p>
          <BillLinks bill={bill} />
          <CorrectBill
            bill={bill}
            waiting={waiting.data?.get(bill.bill_number)}
            asked={() => {
              waiting.again();
              changed();
            }}
          />
          <BillDetails bill={bill} />
        </details>
      ))}
    </section>
  );
}

function BillMark({ bill }: { bill: Bill }) {
  const t = useWords();
  const isReplaced = (bill.corrected_by ?? []).some((each) => each.kind === "replacement");
  if (isReplaced) {
    return <span class="mark">{t("bill_is_replaced")}</span>;
  }
  return (
    <span class="marks">
      {bill.kind !== undefined && bill.kind !== "ordinary" && (
        <span class="mark info">{t(`bill_is_${bill.kind}`)}</span>
      )}
      <span class={`mark ${bill.state === "paid" ? "good" : "wait"}`}>
        {bill.state === "paid" ? t("bill_paid") : t("bill_open", { day: writtenDay(bill.due_date) })}
      </span>
    </span>
  );
}

function UsageOf({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(`usage ${code}`, () =>
    api.call("GET /v1/customers/{customer_code}/usage", { params: { customer_code: code } }),
  );
  return (
    <section class="card">
      <h2>{t("usage_title")}</h2>
      <Loaded of={read}>{(usage) => <UsageMonths usage={usage} t={t} />}</Loaded>
    </section>
  );
}

function Payments({ payments }: { payments: readonly Payment[] }) {
  const t = useWords();
  return (
    <section class="card">
      <h2>{t("payments")}</h2>
      {payments.length === 0 && <p class="hint">{t("payments_none")}</p>}
      <ul class="lines">
        {payments.map((one) => (
          <li key={one.payment_id} class="row">
            <span class="whom">
              <Link to={`payments/${one.payment_id}`}>
                {`${writtenMoment(one.received_at)} · ${t(`payment_${one.method}`)}`}
              </Link>
              <span class="where">
                {one.receipt_number ? `${t("document_receipt")} ${one.receipt_number}` : t("receipt_not_yet")}
              </span>
            </span>
            {one.reversed_at && <span class="mark bad">{t("payment_reversed")}</span>}
            {one.reported_at && !one.reversed_at && <span class="mark wait">{t("payment_reported")}</span>}
            <strong>{dong(one.amount)}</strong>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Visits({ visits }: { visits: readonly Visit[] }) {
  const t = useWords();
  return (
    <section class="card">
      <h2>{t("visits")}</h2>
      {visits.length === 0 && <p class="hint">{t("visits_none")}</p>}
      <ul class="lines">
        {visits.map((one) => (
          <li key={`${one.visit_id}${one.outcome}`}>
            {writtenMoment(one.visited_at)} · {t(`outcome_${one.outcome}`)} · {one.collector_code}
            {one.withdrawn_at ? ` · ${t("visit_withdrawn")}` : ""}
            {one.appointment ? ` · ${t("appointment_on", { moment: writtenMoment(one.appointment) })}` : ""}
            {[one.note, ...(one.later_notes ?? [])].filter(Boolean).map((note) => (
              <span key={note} class="where">
                {note}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Sms {
  readonly id: string;
  readonly text: string;
  readonly state: ReminderState;
  readonly at: string;
  readonly phone: string | null;
}

function Messages({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(`messages ${code}`, async () => {
    const {
      reminders,
      campaigns = [],
      receipt_links: links = [],
    } = await api.call("GET /v1/customers/{customer_code}/reminders", {
      params: { customer_code: code },
      query: { limit: 20 },
    });
    const found: Sms[] = [
      ...[...reminders, ...campaigns].map((one) => ({ id: one.reminder_id, at: one.sent_at ?? one.due_at, ...one })),
      ...links.map((one) => ({ id: one.link_id, at: one.sent_at ?? one.due_at, ...one })),
    ];
    return found.sort((one, other) => (one.at < other.at ? 1 : -1));
  });
  return (
    <section class="card">
      <h2>{t("messages")}</h2>
      <Loaded of={read} lines={2}>
        {(found) => (
          <>
            {found.length === 0 && <p class="hint">{t("messages_none")}</p>}
            <ul class="lines">
              {found.map((one) => (
                <li key={one.id}>
                  {writtenMoment(one.at)} · <span class="mark">{t(`sms_${one.state}`)}</span>
                  {one.phone && ` · ${dialled(one.phone)}`}
                  <span class="where">{one.text}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
      <OptOuts code={code} />
    </section>
  );
}

function Papers({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const [isAsked, setAsked] = useState(false);
  return (
    <section class="card">
      <h2>{t("papers")}</h2>
      {isAsked ? (
        <PapersOf
          read={() => api.call("GET /v1/customers/{customer_code}/print-jobs", { params: { customer_code: code } })}
          code={code}
        />
      ) : (
        <button type="button" class="small-button" onClick={() => setAsked(true)}>
          {t("papers_show")}
        </button>
      )}
    </section>
  );
}

function PapersOf({
  read,
  code,
}: {
  read: () => Promise<{ print_jobs: readonly Parameters<typeof PaperLine>[0]["job"][] }>;
  code: string;
}) {
  const t = useWords();
  const papers = useRead(`papers of customer ${code}`, read);
  return (
    <Loaded of={papers}>
      {({ print_jobs: jobs }) =>
        jobs.length === 0 ? (
          <Empty>{t("papers_none")}</Empty>
        ) : (
          <ul class="lines">
            {jobs.map((job) => (
              <PaperLine key={job.job_id} job={job} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
