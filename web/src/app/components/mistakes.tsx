/** Mistakes of today: the last visit is taken back, its appointment corrected, cash reported as taken by mistake. */
import { Fragment, h } from "preact";
import type { Payment } from "../../api/types.ts";
import type { CurrentVisit } from "../../storage/schema.ts";
import { dayOf, writtenMoment } from "../clock.ts";
import { reportPayment, withdrawVisit } from "../commands.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";
import { Link } from "./link.tsx";
import { WithReason } from "./with_reason.tsx";

/** What can be put right of a visit of today. */
export function TakeBack({ customer, visit }: { customer: CustomerView; visit: CurrentVisit }) {
  const t = useTranslate();
  const app = useApp();
  const here = `customers/${customer.code}`;
  return (
    <section class="card">
      <h2>{t("mistake_title")}</h2>
      {visit.outcome === "cannot_pay" && (
        <Link to={`${here}/promise`} class="small-button">
          {t("promise_correct")}
        </Link>
      )}
      <WithReason
        label={t("visit_take_back")}
        explain={t("visit_take_back_more")}
        field={t("mistake_reason")}
        usual={t("visit_take_back_reason")}
        act={async (reason) => {
          await withdrawVisit(app, { customer_code: customer.code, name: customer.name }, visit, reason);
          go(here, "instead");
        }}
      />
    </section>
  );
}

/** Cash of today that this collector took by mistake. */
export function ReportMistake({ customer, payment }: { customer: CustomerView; payment: Payment }) {
  const t = useTranslate();
  const app = useApp();
  const { collector, day, commands } = useAppState();
  const last = commands.findLast((one) => one.kind === "report" && one.params["payment_id"] === payment.payment_id);
  if (payment.reversed_at || payment.method !== "cash" || payment.collector_code !== collector?.collector_code) {
    return null;
  }
  if (payment.reported_at) {
    return <span class="where">{t("report_made", { time: writtenMoment(payment.reported_at) })}</span>;
  }
  if (last?.state === "waiting") {
    return <span class="where">{t("stop_waiting")}</span>;
  }
  if (dayOf(payment.received_at) !== day) {
    return null;
  }
  return (
    <>
      {last?.state === "refused" && <p class="note bad">{last.problem?.detail}</p>}
      <WithReason
        label={t("report_mistake")}
        explain={t("report_mistake_more")}
        field={t("mistake_reason")}
        usual={t("report_mistake_reason")}
        act={async (reason) => {
          const whom = { customer_code: customer.code, name: customer.name };
          await reportPayment(app, whom, payment.payment_id, reason);
        }}
      />
    </>
  );
}
