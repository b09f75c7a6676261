/** Where a customer stands in the steps up to cutting off, and the orders that are open: on the customer's card. */
import { Fragment, h } from "preact";
import { addressOf } from "../../api/client.ts";
import type { CutOrder, DunningCase, DunningStep } from "../../api/types.ts";
import { writtenDay, writtenMoment } from "../../app/clock.ts";
import { may } from "../session.ts";
import { useOffice, useOfficeState, useRead, useStaff, useWords } from "../use_office.ts";
import { isOfficeKey, type Words } from "../words.ts";
import { dunningWords } from "./dunning_words.ts";
import { OrderReported } from "./order_report.tsx";

const REFRESH_MS = 15_000;
const LATEST = 5;
const TONES = { waiting: "", due: "wait", done: "good", blocked: "bad" } as const;

export function DunningOf({ code }: { code: string }) {
  const staff = useStaff();
  return may(staff, "GET /v1/customers/{customer_code}/dunning") ? <Dunning code={code} /> : null;
}

function Dunning({ code }: { code: string }) {
  const { api } = useOffice();
  const language = useOfficeState((state) => state.language);
  const words = dunningWords(language);
  const dunning = useRead(
    `dunning ${code}`,
    async () => (await api.call("GET /v1/customers/{customer_code}/dunning", { params: { customer_code: code } })).case,
    REFRESH_MS,
  );
  const orders = useRead(
    `cut orders ${code}`,
    async () => (await api.call("GET /v1/cut-orders", { query: { customer_code: code, limit: LATEST } })).orders,
    REFRESH_MS,
  );
  const found = dunning.data;
  const given = orders.data ?? [];
  // Most units cut nobody off: then there is nothing to be seen but steps that never come.
  const isOn = found && !found.steps.some((step) => step.why.includes("switched_off"));
  if (!isOn && given.length === 0) {
    return null;
  }
  return (
    <section class="card">
      <h2>{words.title}</h2>
      {isOn && <Steps found={found} />}
      {given.map((one) => (
        <Fragment key={one.order_id}>
          <OrderLine order={one} />
          <OrderReported order={one} done={orders.again} />
        </Fragment>
      ))}
    </section>
  );
}

function Steps({ found }: { found: DunningCase }) {
  const language = useOfficeState((state) => state.language);
  const words = dunningWords(language);
  return (
    <>
      <ul class="plain">
        {found.steps.map((step) => (
          <StepLine key={step.name} step={step} />
        ))}
      </ul>
      {found.cut_from && <p class="hint">{words.hour(writtenMoment(found.cut_from))}</p>}
      {found.may_be_cut && <p class="note bad">{words.mayBeCut}</p>}
    </>
  );
}

function StepLine({ step: { name, state, why, done_at: doneAt, due_on: dueOn } }: { step: DunningStep }) {
  const t = useWords();
  const language = useOfficeState((office) => office.language);
  const words = dunningWords(language);
  const due = dueOn ? words.from(writtenDay(dueOn)) : "";
  const when = doneAt ? words.done(writtenMoment(doneAt)) : due;
  return (
    <li>
      {words.steps[name] ?? name} <span class={`mark ${TONES[state]}`}>{words.states[state]}</span>
      <span class="where">{[when, ...why.map((one) => reasonOf(one, t))].filter(Boolean).join(" · ")}</span>
    </li>
  );
}

function OrderLine({ order }: { order: CutOrder }) {
  const t = useWords();
  const words = dunningWords(useOfficeState((state) => state.language));
  const isLate = order.state === "open" && Date.parse(order.due_by) < Date.now();
  const when = order.ended_at ? writtenMoment(order.ended_at) : `${t("cuts_until")} ${writtenMoment(order.due_by)}`;
  return (
    <p class="row">
      <span>
        {`${t(`cuts_${order.kind}`)}: ${words.orders[order.state]} · ${when}`}
        {order.cause !== "" && ` · ${reasonOf(order.cause, t)}`}
      </span>
      {isLate && <span class="mark bad">{t("cuts_late")}</span>}
      {order.has_photo && (
        <a
          class="small-button quiet"
          href={addressOf("/v1/cut-orders/{order_id}/photo", { params: { order_id: order.order_id } })}
          target="_blank"
          rel="noreferrer"
        >
          {words.photo}
        </a>
      )}
    </p>
  );
}

function reasonOf(why: string, t: Words): string {
  const key = `cut_why_${why}`;
  return isOfficeKey(key) ? t(key) : why;
}
