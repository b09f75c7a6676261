/** What came of the visit, and who is next. */
import { Fragment, h } from "preact";
import type { PaymentReply, Visit, VisitReply } from "../../api/types.ts";
import type { Command } from "../../storage/schema.ts";
import { writtenMoment } from "../clock.ts";
import { AddNote } from "../components/add_note.tsx";
import { Change } from "../components/change.tsx";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { TakeBack } from "../components/mistakes.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { Points } from "../components/points.tsx";
import { PrintJobLine } from "../components/print_job_line.tsx";
import { ReceiptOnScreen } from "../components/receipt_on_screen.tsx";
import { Screen } from "../components/screen.tsx";
import { Pending, VisitNotice } from "../components/visit_notice.tsx";
import { ordered } from "../day_plan.ts";
import { dong } from "../money.ts";
import { isMobile } from "../phones.ts";
import { printJobOf, printJobsNow } from "../print_job_list.ts";
import { printerProblem } from "../printer_problem.ts";
import { expectedStep, grouped } from "../procedure.ts";
import { useAppState, useTranslate } from "../use_app.ts";
import { type CustomerView, useCustomer } from "../use_customer.ts";

export function Done({ code }: { code: string }) {
  const customer = useCustomer(code);
  return (
    <Screen title={customer.name} back={`customers/${code}`} actions={<Next customer={customer} />}>
      <Outcome customer={customer} />
      {customer.lastVisit && <AddNote customer={customer} visit={customer.lastVisit} />}
    </Screen>
  );
}

function Outcome({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const { commands } = useAppState();
  const { lastVisit } = customer;
  // Of several bills some may have been paid: the visit goes on, under another payment's id.
  const taken = commands.findLast(
    (one) =>
      one.kind === "payment" &&
      one.state === "sent" &&
      one.customer_code === customer.code &&
      (!lastVisit || (lastVisit.outcome === "met" && one.body["visit_id"] === lastVisit.visit_id)),
  );
  if (taken && customer.account?.payments.some((one) => one.payment_id === taken.id && one.reversed_at)) {
    return <Reversed customer={customer} taken={taken} />;
  }
  if (taken || (customer.debt <= 0 && customer.account !== null)) {
    return <Paid customer={customer} taken={taken} />;
  }
  if (!lastVisit) {
    return <p class="empty">{t("visits_none")}</p>;
  }
  return <Visited customer={customer} />;
}

/** The payment was recorded, and taken back by the office since: the customer owes it again. */
function Reversed({ customer, taken }: { customer: CustomerView; taken: Command }) {
  const t = useTranslate();
  return (
    <>
      <section class="banner bad big-banner" role="alert">
        <Icon name="warn" />
        <div>
          <strong>{t("done_reversed", { amount: dong(Number(taken.body["amount"])) })}</strong>
          <p>
            {t("visit_owes")} <b>{dong(Math.max(0, customer.debt))}</b>
          </p>
        </div>
      </section>
      {customer.debt > 0 && (
        <Link to={`customers/${customer.code}`} class="main-button" way="instead">
          {t("back_to_customer")}
        </Link>
      )}
    </>
  );
}

function Paid({ customer, taken }: { customer: CustomerView; taken: Command | undefined }) {
  const t = useTranslate();
  const { printJobs, keptJobs, held, printer } = useAppState();
  // Paid by transfer or elsewhere: the receipt is that of the latest payment.
  const recorded = customer.account?.payments.find((one) => !one.reversed_at);
  const id = taken?.id ?? recorded?.payment_id;
  const job = id ? printJobOf(printJobsNow(printJobs, keptJobs, held), { payment_id: id, kind: "receipt" }) : null;
  const receiptId =
    job?.receipt_id ?? customer.account?.payments.find((one) => one.payment_id === id)?.receipt_id ?? null;
  return (
    <>
      {taken ? (
        <section class="banner good big-banner" role="status">
          <Icon name="check" />
          <div>
            <strong>{t("done_paid", { amount: dong((taken.answer as PaymentReply).payment.amount) })}</strong>
            {customer.debt > 0 && (
              <p>
                {t("visit_owes")} <b>{dong(customer.debt)}</b>
              </p>
            )}
          </div>
        </section>
      ) : (
        <PaidBanner customer={customer} />
      )}
      {taken && <Change payment={taken} />}
      {(taken || job) && (
        <section class="card">
          {job ? <PrintJobLine job={job} /> : <Pending title={t("document_receipt")} waiting={false} />}
        </section>
      )}
      {receiptId && (
        <ReceiptOnScreen
          receiptId={receiptId}
          isOpen={job?.state !== "printed" && printerProblem(printer, held) !== null}
        />
      )}
    </>
  );
}

function Visited({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const { commands } = useAppState();
  const visit = customer.lastVisit;
  if (!visit) {
    return null;
  }
  const command = commands.findLast((one) => one.kind === "visit" && one.id === visit.visit_id);
  const recorded: Visit | null = command?.state === "sent" ? (command.answer as VisitReply).visit : null;
  if (command?.state === "refused") {
    return (
      <section class="banner bad" role="alert">
        <Icon name="warn" />
        <div>
          <strong>{t("done_refused")}</strong>
          <p>{command.problem?.detail}</p>
        </div>
      </section>
    );
  }
  const step = recorded?.next_step ?? expectedStep(customer.details, Date.parse(command?.made_at ?? visit.started_at));
  const appointment = recorded ? recorded.appointment : visit.appointment;
  return (
    <>
      {visit.outcome === "away" && (
        <section class="banner info big-banner" role="status">
          <Icon name="door" />
          <div>
            <strong>{t("done_away")}</strong>
            <p>
              {t("done_away_more")} {t(isMobile(customer.phone) ? "away_sms" : "away_no_sms")}
            </p>
          </div>
        </section>
      )}
      {visit.outcome === "cannot_pay" && step !== "collection_point" && (
        <section class="banner info big-banner" role="status">
          <Icon name="calendar" />
          <div>
            <strong>{t("done_revisit")}</strong>
            <p>
              {appointment ? t("done_revisit_more", { moment: writtenMoment(appointment) }) : t("done_revisit_open")}
            </p>
          </div>
        </section>
      )}
      {visit.outcome === "cannot_pay" && step === "collection_point" && (
        <>
          <section class="banner wait big-banner" role="status">
            <Icon name="bank" />
            <div>
              <strong>{t("done_point")}</strong>
              <p>{t("done_point_more")}</p>
            </div>
          </section>
          <Points customer={customer} />
        </>
      )}
      <VisitNotice visit={visit} title={t("visit_notice")} />
      {/* One lane: where the visit still waits, its correction waits behind it. */}
      {command && <TakeBack customer={customer} visit={visit} />}
    </>
  );
}

function Next({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const state = useAppState();
  const stops = ordered(state.stops, state.order);
  const place = stops.findIndex((stop) => stop.customer.customer_code === customer.code);
  // Who was visited today stays in the list, but is not whom one walks to next.
  const groups = grouped({ ...state, stops });
  const visited = new Set(groups.visited);
  const due = new Set(groups.due.filter((stop) => !visited.has(stop)));
  const next =
    stops.find((stop, at) => at > place && due.has(stop)) ??
    stops.find((stop) => due.has(stop) && stop.customer.customer_code !== customer.code);
  return (
    <div class="pair">
      <Link to="" class="plain-button" way="main">
        {t("to_today")}
      </Link>
      {next && (
        <Link to={`customers/${next.customer.customer_code}`} class="main-button" way="next">
          {t("next_customer")}
          <Icon name="next" />
        </Link>
      )}
    </div>
  );
}
