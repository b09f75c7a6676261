/** Money that others tell of and a person decides over: bank credits, and differences with partners' books. */
import { Fragment, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { BankCredit, BankCreditDetails, DifferenceSettlement, PartnerDifference } from "../../api/types.ts";
import { writtenDay } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { dong } from "../../app/money.ts";
import { may } from "../session.ts";
import { useOffice, useStaff, useWords } from "../use_office.ts";
import { isOfficeKey } from "../words.ts";
import { Link } from "./link.tsx";

interface WaitingProps<T> {
  readonly of: T;
  readonly age: preact.ComponentChildren;
  readonly done: () => void;
}

export function CreditWaiting({ of: credit, age, done }: WaitingProps<BankCredit>) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const mayDecide = may(staff, "POST /v1/bank-credits/{credit_id}/match");
  const [details, setDetails] = useState<BankCreditDetails | null>(null);
  const [customer, setCustomer] = useState("");
  const params = { credit_id: credit.credit_id };
  const look = async (): Promise<void> => setDetails(await api.call("GET /v1/bank-credits/{credit_id}", { params }));
  const text = useRef<HTMLParagraphElement>(null);
  // The button that was pressed is gone: whoever works by the keyboard goes on where it was.
  useEffect(() => {
    if (details !== null) {
      text.current?.focus();
    }
  }, [details]);
  const why = `credit_${credit.reason}`;
  return (
    <>
      <div class="row">
        <span class="name">{`${dong(credit.amount)} · ${credit.account_number}`}</span>
        <span>{isOfficeKey(why) ? t(why) : credit.reason}</span>
        {age}
      </div>
      {credit.contradicted && <p class="note">{t("credit_contradicted")}</p>}
      {details === null ? (
        <div class="buttons">
          <DoButton act={look}>{t("credit_look")}</DoButton>
        </div>
      ) : (
        <div class="inline">
          <p class="said" ref={text} tabIndex={-1}>
            {details.content ?? t("credit_text_deleted")}
          </p>
          <p class="hint">{`${writtenDay(credit.booked_on)} · ${credit.reference}`}</p>
          {details.counter_name !== null && details.counter_name !== "" && <p class="hint">{details.counter_name}</p>}
          {details.candidates.length === 0 && <p class="hint">{t("credit_no_candidate")}</p>}
          <ul class="lines">
            {details.candidates.map((one) => (
              <li key={one.customer_code} class="row">
                <Link to={`customers/${encodeURIComponent(one.customer_code)}`} class="name">
                  {`${one.name} · ${one.customer_code}`}
                </Link>
                <span>{t("credit_candidate_owes", { amount: dong(one.debt) })}</span>
                {mayDecide && (
                  <button
                    type="button"
                    class="small-button"
                    aria-label={`${t("credit_choose")} ${one.customer_code}`}
                    aria-pressed={customer === one.customer_code}
                    onClick={() => setCustomer(one.customer_code)}
                  >
                    {t("credit_choose")}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {details !== null && mayDecide && (
        <Decide
          acts={["match", "dismiss"]}
          label={(act) => t(`credit_${act}`)}
          isPossible={(act) => act !== "match" || customer.trim() !== ""}
          decide={async (act, reason, key) => {
            if (act === "match") {
              const body = { customer_code: customer.trim(), reason };
              await api.call("POST /v1/bank-credits/{credit_id}/match", { params, key, body });
            } else {
              await api.call("POST /v1/bank-credits/{credit_id}/dismissal", { params, key, body: { reason } });
            }
            done();
          }}
        >
          <label>
            {t("customer_code")}
            <input value={customer} maxLength={20} onInput={(event) => setCustomer(event.currentTarget.value)} />
          </label>
        </Decide>
      )}
    </>
  );
}

const SETTLEMENTS = ["partner_pays", "refunded", "posted", "reversed", "other_day", "nothing"] as const;

export function DifferenceWaiting({ of: difference, age, done }: WaitingProps<PartnerDifference>) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const [settlement, setSettlement] = useState<DifferenceSettlement | "">("");
  const params = { difference_id: difference.difference_id };
  const amount = (given: number | null): string => (given === null ? t("difference_none") : dong(given));
  return (
    <>
      <div class="row">
        <Link to={`customers/${encodeURIComponent(difference.customer_code)}`} class="name">
          {`${difference.partner_code} · ${difference.partner_payment_id} · ${difference.customer_code}`}
        </Link>
        <span>{t(`verdict_${difference.verdict}`)}</span>
        {age}
      </div>
      <p class="said">
        {t(difference.kind === "REV" ? "difference_of_cancellation" : "difference_of_payment", {
          day: writtenDay(difference.business_date),
          theirs: amount(difference.their_amount),
          ours: amount(difference.our_amount),
        })}
      </p>
      {may(staff, "POST /v1/partner-differences/{difference_id}/settlement") && (
        <Decide
          acts={["settle"]}
          label={() => t("difference_settle")}
          isPossible={() => settlement !== ""}
          decide={async (_, reason, key) => {
            if (settlement === "") {
              return;
            }
            const body = { settlement, reason };
            await api.call("POST /v1/partner-differences/{difference_id}/settlement", { params, key, body });
            done();
          }}
        >
          <label>
            {t("difference_how")}
            <select
              value={settlement}
              onChange={(event) => setSettlement(event.currentTarget.value as DifferenceSettlement | "")}
            >
              <option value="">{t("difference_choose")}</option>
              {SETTLEMENTS.map((one) => (
                <option key={one} value={one}>
                  {t(`settlement_${one}`)}
                </option>
              ))}
            </select>
          </label>
        </Decide>
      )}
    </>
  );
}

interface DecideProps<A extends string> {
  readonly acts: readonly A[];
  readonly label: (act: A) => string;
  readonly isPossible: (act: A) => boolean;
  readonly decide: (act: A, reason: string, key: string) => Promise<void>;
  readonly children: preact.ComponentChildren;
}

/** What a person decides, with the reason: one button for each act. */
function Decide<A extends string>({ acts, label, isPossible, decide, children }: DecideProps<A>) {
  const t = useWords();
  const [reason, setReason] = useState("");
  // The same act under the same id, should the answer be lost.
  const [keys] = useState(() => new Map(acts.map((act) => [act, newId()])));
  return (
    <div class="inline">
      {children}
      <label>
        {t("reason")}
        <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
      </label>
      <div class="buttons">
        {acts.map((act) => (
          <DoButton
            key={act}
            disabled={reason.trim() === "" || !isPossible(act)}
            act={() => decide(act, reason.trim(), keys.get(act) ?? newId())}
          >
            {label(act)}
          </DoButton>
        ))}
      </div>
    </div>
  );
}
