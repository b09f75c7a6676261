/** Payments that collectors report as taken by mistake: each is taken back, or stands. */
import { h } from "preact";
import { writtenMoment } from "../../app/clock.ts";
import { dong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { ReversalList } from "../components/reversals.tsx";
import { nameOf, useCollectors, useWaiting } from "../reads.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { TakeBack } from "./payment.tsx";

const REFRESH_MS = 10_000;

export function MistakesPage() {
  const t = useWords();
  const { api } = useOffice();
  const collectors = useCollectors();
  const waiting = useWaiting();
  const reports = useRead("payment reports", () => api.call("GET /v1/payment-reports"), REFRESH_MS);
  const reversals = useRead(
    "reversals with something to come",
    () => api.call("GET /v1/reversals", { query: { waiting: "true", limit: 200 } }),
    REFRESH_MS,
  );
  return (
    <Page title={t("page_mistakes")} help="payments">
      <p class="lead">{t("mistakes_intro")}</p>
      <Loaded of={reports}>
        {({ reports: found }) =>
          found.length === 0 ? (
            <Empty>{t("mistakes_none")}</Empty>
          ) : (
            <ul class="cards">
              {found.map((report) => (
                <li key={report.report_id} class="card">
                  <div class="row">
                    <Link to={`payments/${report.payment.payment_id}`} class="name">
                      {`${dong(report.payment.amount)} · ${report.payment.customer_code}`}
                    </Link>
                    <span>{nameOf(collectors.data, report.collector_code)}</span>
                    <span class="where">{t("reported_at", { time: writtenMoment(report.reported_at) })}</span>
                  </div>
                  <p class="said">{report.reason}</p>
                  <TakeBack
                    payment={report.payment}
                    asked={waiting.data?.get(report.payment.payment_id)}
                    done={() => {
                      reports.again();
                      waiting.again();
                    }}
                  />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Loaded of={reversals}>
        {({ reversals: found }) =>
          found.length === 0 ? (
            <Empty>{t("reversals_waiting_none")}</Empty>
          ) : (
            <ReversalList title={t("reversals_waiting")} reversals={found} done={reversals.again} />
          )
        }
      </Loaded>
    </Page>
  );
}
