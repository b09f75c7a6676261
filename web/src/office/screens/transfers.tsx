/** Recording a transfer that has arrived on the utility's bank account. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { PaymentReply } from "../../api/types.ts";
import { dayOf, momentOf, timeOf } from "../../app/clock.ts";
import { AmountInput } from "../../app/components/amount_input.tsx";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { dong, plainDong, readDong } from "../../app/money.ts";
import { tidyLine } from "../../app/text.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { go, usePlace } from "../router.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";

export function TransfersPage() {
  const t = useWords();
  const { query } = usePlace();
  const code = query.get("customer");
  return (
    <Page title={t("page_transfers")} help="transfers">
      <p class="lead">{t("transfers_intro")}</p>
      {code === null ? <Payer /> : <Transfer key={code} code={code} />}
    </Page>
  );
}

/** Who has paid: found like everywhere. */
function Payer() {
  const t = useWords();
  const { api } = useOffice();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  const found = useRead(`payer ${asked}`, async () =>
    asked === "" ? [] : (await api.call("GET /v1/customers", { query: { query: asked, limit: 10 } })).matches,
  );
  return (
    <section class="card">
      <form
        role="search"
        class="inline"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(typed.trim().slice(0, 200));
        }}
      >
        <label>
          {t("transfer_whose")}
          <input
            type="search"
            value={typed}
            autocomplete="off"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="main-button">
          {t("search_do")}
        </button>
      </form>
      <Loaded of={found} lines={1}>
        {(matches) => (
          <>
            {asked !== "" && matches.length === 0 && <Empty>{t("customers_none", { query: asked })}</Empty>}
            <ul class="lines">
              {matches.map(({ customer }) => (
                <li key={customer.customer_code} class="row">
                  <span class="whom">
                    <Link to={`transfers?customer=${encodeURIComponent(customer.customer_code)}`} class="name">
                      {customer.name}
                    </Link>
                    <span class="where">{`${customer.customer_code} · ${customer.address}`}</span>
                  </span>
                  <strong>{dong(customer.debt)}</strong>
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Transfer({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const [recorded, setRecorded] = useState<PaymentReply | null>(null);
  const read = useRead(`payer's account ${code}`, async () => {
    const params = { customer_code: code };
    const [details, account] = await Promise.all([
      api.call("GET /v1/customers/{customer_code}", { params }),
      api.call("GET /v1/customers/{customer_code}/account", { params }),
    ]);
    return { details, account };
  });
  if (recorded) {
    return (
      <section class="card">
        <p class="note done" role="status">
          {t("transfer_done", { amount: dong(recorded.payment.amount), left: dong(recorded.account.debt) })}
        </p>
        <div class="buttons">
          <Link to={`payments/${recorded.payment.payment_id}`} class="small-button">
            {t("payment")}
          </Link>
          <Link to="transfers" class="main-button">
            {t("transfer_next")}
          </Link>
        </div>
      </section>
    );
  }
  return (
    <Loaded of={read}>
      {({ details, account: { account } }) => (
        <section class="card">
          <h2>{details.facts.name}</h2>
          <p>
            {code} · {details.facts.address} · {t("still_open")}: <strong>{dong(account.debt)}</strong>
          </p>
          <Form code={code} debt={account.debt} done={setRecorded} />
        </section>
      )}
    </Loaded>
  );
}

function Form({ code, debt, done }: { code: string; debt: number; done: (reply: PaymentReply) => void }) {
  const t = useWords();
  const office = useOffice();
  const [typed, setTyped] = useState(debt > 0 ? plainDong(debt) : "");
  const [reference, setReference] = useState("");
  const [content, setContent] = useState("");
  const [day, setDay] = useState(() => dayOf(office.now()));
  const [time, setTime] = useState(() => timeOf(office.now()));
  // One transfer has one id, however often it is sent: a repeated press records nothing twice.
  const [key] = useState(() => newId());
  const amount = readDong(typed);
  return (
    <div class="inline">
      <AmountInput label={t("transfer_amount")} value={typed} change={setTyped} />
      <label>
        {t("transfer_reference")}
        <input
          value={reference}
          maxLength={80}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setReference(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("transfer_wrote")}
        <input
          value={content}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => setContent(event.currentTarget.value)}
        />
      </label>
      <div class="pair">
        <label>
          {t("transfer_day")}
          <input type="date" value={day} required onInput={(event) => setDay(event.currentTarget.value)} />
        </label>
        <label>
          {t("transfer_time")}
          <input type="time" value={time} required onInput={(event) => setTime(event.currentTarget.value)} />
        </label>
      </div>
      <div class="pair">
        <DoButton
          disabled={amount === null || amount === 0 || reference.trim() === "" || day === "" || time === ""}
          act={async () => {
            done(
              await office.api.call("POST /v1/payments", {
                key,
                body: {
                  method: "transfer",
                  customer_code: code,
                  amount: amount ?? 0,
                  reference: tidyLine(reference),
                  transfer_content: tidyLine(content),
                  received_at: new Date(momentOf(day, time)).toISOString(),
                },
              }),
            );
          }}
        >
          {t("transfer_record_do", { amount: dong(amount ?? 0) })}
        </DoButton>
        <button type="button" class="plain-button" onClick={() => go("transfers")}>
          {t("transfer_other")}
        </button>
      </div>
    </div>
  );
}
