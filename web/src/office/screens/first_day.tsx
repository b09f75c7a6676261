/** The first day: each step of a day with sample data, marked by what the system shows of it. */
import { Fragment, h } from "preact";
import { useEffect } from "preact/hooks";
import type { Api } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { STAFF_OF } from "../../api/staff_of.ts";
import type { StaffRole } from "../../api/types.ts";
import { dayOf } from "../../app/clock.ts";
import { Link } from "../components/link.tsx";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import {
  COLLECTOR,
  CUSTOMERS,
  customersKnown,
  type Facts,
  fileOf,
  ROUTES,
  rolesMissing,
  runOf,
  type Step,
  stepsOf,
} from "../first_day.ts";
import { type FILES, UNIT } from "../first_day_files.ts";
import { markFirstDay } from "../first_day_mark.ts";
import { type FirstDayWords, useFirstDayWords } from "../first_day_words.ts";
import { may, type Staff } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const REFRESH_MS = 5_000;
const MANY = 200;

/** What is not there is nothing to complain of: it is still to come. */
async function unlessMissing<T>(read: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) {
      return otherwise;
    }
    throw error;
  }
}

async function readFacts(api: Api, staff: Staff): Promise<Facts> {
  const [customer = ""] = CUSTOMERS;
  const params = { customer_code: customer };
  const isReader = may(staff, "GET /v1/customers/{customer_code}");
  const [people, collectors, plans, found, account, waiting, runs, devices, shifts] = await Promise.all([
    may(staff, "GET /v1/staff") ? api.call("GET /v1/staff") : null,
    may(staff, "GET /v1/collectors") ? api.call("GET /v1/collectors") : null,
    Promise.all(
      isReader
        ? ROUTES.map((code) =>
            unlessMissing(api.call("GET /v1/routes/{route_code}/plan", { params: { route_code: code } }), null),
          )
        : [],
    ),
    isReader ? unlessMissing(api.call("GET /v1/customers/{customer_code}", { params }), null) : null,
    isReader ? unlessMissing(api.call("GET /v1/customers/{customer_code}/account", { params }), null) : null,
    isReader ? api.call("GET /v1/waiting-readings") : null,
    isReader ? api.call("GET /v1/bill-runs", { query: { limit: MANY } }) : null,
    may(staff, "GET /v1/devices") ? api.call("GET /v1/devices", { query: { role: "collector", limit: MANY } }) : null,
    may(staff, "GET /v1/shifts")
      ? api.call("GET /v1/shifts", { query: { collector_code: COLLECTOR, limit: MANY } })
      : null,
  ]);
  return {
    people: people?.staff ?? null,
    collectors: collectors?.collectors ?? [],
    plans: plans.filter((plan) => plan !== null),
    hasMeter: found?.facts.meter !== undefined && found?.facts.meter !== null,
    waiting: (waiting?.waiting ?? [])
      .filter((one) => one.unit_code === UNIT)
      .reduce((sum, one) => sum + one.periods, 0),
    runs: runs?.runs ?? [],
    bills: account?.bills.length ?? 0,
    devices: devices?.devices ?? [],
    shifts: shifts?.shifts ?? [],
  };
}

export function FirstDayPage() {
  const t = useWords();
  const say = useFirstDayWords();
  const { api } = useOffice();
  const staff = useStaff();
  const facts = useRead("first day", () => readFacts(api, staff), REFRESH_MS);
  useEffect(markFirstDay, []);
  return (
    <Page title={t("first_day")} above={["help", t("help")]}>
      <p class="lead">{say("intro")}</p>
      <Loaded of={facts} lines={8}>
        {(found) => <Day facts={found} />}
      </Loaded>
    </Page>
  );
}

function Day({ facts }: { facts: Facts }) {
  const say = useFirstDayWords();
  const t = useWords();
  const steps = stepsOf(facts, useStaff());
  const next = steps.findIndex((step) => step.state === "todo");
  return (
    <>
      {facts.collectors.some((one) => one.unit_code !== UNIT) && <p class="note bad">{say("other_units")}</p>}
      <section class="card" role="status">
        <label>
          {say("progress", { done: steps.filter((step) => step.state === "done").length, all: steps.length })}
          <progress
            class="run-progress"
            max={steps.length}
            value={steps.filter((step) => step.state === "done").length}
          />
        </label>
        <p>
          <strong>{nextOf(steps, say, t)}</strong>
        </p>
        <p class="hint">{say("alone")}</p>
      </section>
      <ol class="steps">
        {steps.map((step, at) => (
          <li key={step.name}>
            <OneStep step={step} isOpen={step.state === "todo" && (at === next || step.isOwn)} facts={facts} />
          </li>
        ))}
      </ol>
    </>
  );
}

/** Whose turn it is: the first step that is not done; behind what nobody can see here, the first that can be. */
function nextOf(steps: readonly Step[], say: FirstDayWords, t: Words): string {
  const open = steps.find((one) => one.state === "todo");
  const step = open ?? steps.find((one) => one.state === "unseen");
  if (step === undefined || (open === undefined && steps.at(-1)?.state === "done")) {
    return say("all_done");
  }
  const n = steps.indexOf(step) + 1;
  if (open === undefined) {
    return say("next_unseen", { n, who: rolesIn(STAFF_OF[step.seenBy], t) });
  }
  return step.isOwn ? say("next_own", { n }) : say("next_other", { n, who: doersOf(step, say, t) });
}

function rolesIn(roles: readonly StaffRole[], t: Words): string {
  return roles.map((role) => t(`role_${role}`)).join(", ");
}

function doersOf(step: Step, say: FirstDayWords, t: Words): string {
  return [
    ...(step.name === "collect" || step.name === "close" ? [say("by_collector")] : []),
    ...step.by.map((role) => t(`role_${role}`)),
  ].join("; ");
}

const MARKS = { done: "mark good", todo: "mark wait", unseen: "mark" } as const;

function OneStep({ step, isOpen, facts }: { step: Step; isOpen: boolean; facts: Facts }) {
  const say = useFirstDayWords();
  const t = useWords();
  return (
    <>
      <h2>
        {say(step.name)} <span class={`${MARKS[step.state]} count-mark`}>{say(`state_${step.state}`)}</span>
      </h2>
      <p class="hint">{say("by", { who: doersOf(step, say, t) })}</p>
      {step.state === "unseen" && <p class="hint">{say("seen_by", { who: rolesIn(STAFF_OF[step.seenBy], t) })}</p>}
      {step.state === "todo" && <StillMissing step={step} facts={facts} />}
      {isOpen ? (
        <HowTo step={step} facts={facts} />
      ) : (
        <details>
          <summary>{say("how")}</summary>
          <HowTo step={step} facts={facts} />
        </details>
      )}
    </>
  );
}

/** What a step that has begun still lacks. */
function StillMissing({ step: { name }, facts }: { step: Step; facts: Facts }) {
  const say = useFirstDayWords();
  const t = useWords();
  const known = customersKnown(facts);
  const run = runOf(facts);
  if (name === "people" && facts.people !== null) {
    return <p>{say("people_missing", { who: rolesIn(rolesMissing(facts.people), t) })}</p>;
  }
  if (name === "customers" && known > 0) {
    return (
      <p>
        {say("customers_known", { n: known, all: CUSTOMERS.length })} {!facts.hasMeter && say("meters_missing")}
      </p>
    );
  }
  if (name === "bills" && run?.state === "computed") {
    return <p>{say("bills_drafts", { n: run.bills })}</p>;
  }
  return null;
}

const FILES_OF: Partial<Readonly<Record<Step["name"], readonly (keyof typeof FILES)[]>>> = {
  places: ["units", "collectors", "routes"],
  customers: ["customers", "meters"],
  readings: ["readings"],
};

function HowTo({ step, facts }: { step: Step; facts: Facts }) {
  const say = useFirstDayWords();
  const office = useOffice();
  const day = dayOf(office.now());
  const [route = ""] = ROUTES;
  const app = `${location.origin}/app/`;
  const [, period = ""] = fileOf("readings", day).match(/,(20\d\d-\d\d)-01,/) ?? [];
  const month = period.split("-").reverse().join("/");
  return (
    <div class="inline">
      {say(`${step.name}_how`, { route, unit: UNIT, app, month })
        .split("\n")
        .map((line) => (
          <p key={line}>{line}</p>
        ))}
      {FILES_OF[step.name] && (
        <p class="buttons">
          {FILES_OF[step.name]?.map((name) => (
            <a
              key={name}
              class="small-button"
              href={`data:text/csv;charset=utf-8,%EF%BB%BF${encodeURIComponent(fileOf(name, day))}`}
              download={`${name}.csv`}
            >
              {say("download", { file: `${name}.csv` })}
            </a>
          ))}
        </p>
      )}
      <Buttons step={step} facts={facts} />
    </div>
  );
}

/** The pages where the step is done, for whom they are. */
function Buttons({ step: { name }, facts }: { step: Step; facts: Facts }) {
  const say = useFirstDayWords();
  const staff = useStaff();
  const collector = facts.collectors.find((one) => one.collector_code === COLLECTOR);
  const run = runOf(facts);
  const [route = ""] = ROUTES;
  const mayList = may(staff, "POST /v1/customer-lists");
  const links: Readonly<Record<Step["name"], readonly (readonly [isFor: boolean, to: string, label: string])[]>> = {
    people: [[may(staff, "POST /v1/staff"), "people", say("people_do")]],
    places: [
      [mayList, "customers/file?kind=units", say("do_units")],
      [mayList, "customers/file?kind=collectors", say("do_collectors")],
      [mayList, "customers/file?kind=routes", say("do_routes")],
    ],
    customers: [
      [mayList, "customers/file?kind=customers", say("do_customers")],
      [mayList, "customers/file?kind=meters", say("do_meters")],
    ],
    route: [[may(staff, "POST /v1/routes/{route_code}/arrangements"), `routes/${route}`, say("route_do", { route })]],
    readings: [[may(staff, "POST /v1/readings-files"), "bill_runs/file", say("do_readings")]],
    bills: [
      run?.state === "computed" && may(staff, "POST /v1/bill-runs/{run_id}/release")
        ? [true, `bill_runs/${run.run_id}`, say("bills_release")]
        : [may(staff, "GET /v1/bill-runs"), "bill_runs", say("bills_do")],
    ],
    phone: [
      [
        may(staff, "POST /v1/enrolment-codes") && collector !== undefined,
        `devices/new?collector=${COLLECTOR}`,
        say("phone_do", { name: collector?.name ?? "" }),
      ],
    ],
    collect: [[may(staff, "GET /v1/day"), "today", say("collect_do")]],
    close: [[may(staff, "GET /v1/shifts"), "shifts?state=declared", say("close_do")]],
  };
  return (
    <p class="buttons">
      {links[name]
        .filter(([isFor]) => isFor)
        .map(([, to, label]) => (
          <Link key={to} to={to} class="main-button">
            {label}
          </Link>
        ))}
      {(name === "phone" || name === "collect" || name === "close") && (
        <a class="small-button quiet" href="/app/" target="_blank" rel="noreferrer">
          {say("phone_open")}
        </a>
      )}
    </p>
  );
}
