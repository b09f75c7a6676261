/** Payments that were taken back, with what is still to come: the paper from the customer, the cash into a settlement. */
import { Fragment, h } from "preact";
import type { TakenBackPayment } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { dong } from "../../app/money.ts";
import { nameOf, useCollectors } from "../reads.ts";
import { may } from "../session.ts";
import { useOffice, useStaff, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

interface ReversalListProps {
  readonly title: string;
  readonly reversals: readonly TakenBackPayment[];
  readonly done: () => void;
}

export function ReversalList({ title, reversals, done }: ReversalListProps) {
  return (
    <section>
      <h2>{title}</h2>
      <ul class="cards">
        {reversals.map((one) => (
          <li key={one.reversal_id} class="card">
            <OneReversal reversal={one} done={done} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function OneReversal({ reversal, done }: { reversal: TakenBackPayment; done: () => void }) {
  const t = useWords();
  const collectors = useCollectors();
  return (
    <>
      <div class="row">
        <Link to={`payments/${reversal.payment_id}`} class="name">
          {`${dong(reversal.amount)} · ${reversal.customer_code}`}
        </Link>
        <span>{nameOf(collectors.data, reversal.collector_code)}</span>
        <span class="where">
          {t("reversed_by_at", { who: reversal.reversed_by, time: writtenMoment(reversal.reversed_at) })}
        </span>
      </div>
      <p class="said">{reversal.reason}</p>
      <StillToCome reversal={reversal} done={done} />
    </>
  );
}

/** What is still to come of a reversal, and what the office can do about it. */
export function StillToCome({ reversal, done }: { reversal: TakenBackPayment; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const { cash, paper, reversal_id } = reversal;
  const params = { reversal_id };
  return (
    <>
      {paper?.returned_at && <p>{t("paper_returned_at", { time: writtenMoment(paper.returned_at) })}</p>}
      {paper && !paper.returned_at && (
        <div class="note">
          <p>{t("paper_missing", { number: reversal.receipt_number ?? "" })}</p>
          {may(staff, "POST /v1/reversals/{reversal_id}/paper") && (
            <DoButton
              act={async () => {
                await api.call("POST /v1/reversals/{reversal_id}/paper", { params });
                done();
              }}
            >
              {t("paper_return")}
            </DoButton>
          )}
        </div>
      )}
      {cash && <p>{t(cash.given_back_by ? "cash_by_office" : "cash_by_collector", { amount: dong(cash.amount) })}</p>}
      {cash?.shift_id && (
        <Link to={`shifts/${cash.shift_id}`} class="small-button">
          {t("cash_settled_in")}
        </Link>
      )}
      {cash && !cash.shift_id && (
        <div class="note">
          <p>{t(cash.given_back_by ? "cash_waits_count" : "cash_waits_shift")}</p>
          {!cash.given_back_by && may(staff, "POST /v1/reversals/{reversal_id}/cash") && (
            <DoButton
              act={async () => {
                await api.call("POST /v1/reversals/{reversal_id}/cash", { params });
                done();
              }}
            >
              {t("cash_give_back_here", { amount: dong(cash.amount) })}
            </DoButton>
          )}
        </div>
      )}
    </>
  );
}
