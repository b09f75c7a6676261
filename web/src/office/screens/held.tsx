/** Work that waits for a person: what, whose, and since when; the oldest first. */
import { Fragment, h } from "preact";
import { writtenMoment } from "../../app/clock.ts";
import { dong } from "../../app/money.ts";
import { shownSummary } from "../../app/text.ts";
import { Complaint } from "../components/complaints.tsx";
import { handInLine } from "../components/hand_in_words.ts";
import { HeldPeriod } from "../components/held_readings.tsx";
import { Link } from "../components/link.tsx";
import { Loaded } from "../components/loaded.tsx";
import { CreditWaiting, DifferenceWaiting } from "../components/money_worklists.tsx";
import { Page } from "../components/page.tsx";
import { JobState } from "../components/papers.tsx";
import { nameOf, useCollectors } from "../reads.ts";
import { may } from "../session.ts";
import { type Read, useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import type { OfficeKey } from "../words.ts";

const REFRESH_MS = 30_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export function HeldPage() {
  const t = useWords();
  const staff = useStaff();
  // What is not booked belongs to no unit.
  const hasAll = staff.units.includes("*");
  return (
    <Page title={t("page_held")} help="held">
      <p class="lead">{t("held_intro")}</p>
      {may(staff, "GET /v1/approvals") && <ApprovalsHeld />}
      {may(staff, "GET /v1/held-readings") && <ReadingsHeld />}
      {hasAll && may(staff, "GET /v1/bank-credits") && <CreditsHeld />}
      {hasAll && may(staff, "GET /v1/partner-differences") && <DifferencesHeld />}
      {may(staff, "GET /v1/hand-ins") && <HandInsHeld />}
      {may(staff, "GET /v1/reading-complaints") && <ComplaintsHeld />}
      {may(staff, "GET /v1/payment-reports") && <ReportsHeld />}
      {may(staff, "GET /v1/leaver-payments") && <LeaverPaymentsHeld />}
      {may(staff, "GET /v1/held-print-jobs") && <PapersHeld />}
    </Page>
  );
}

interface SectionProps<T> {
  readonly title: OfficeKey;
  readonly none: OfficeKey;
  readonly read: Read<readonly T[]>;
  readonly line: (one: T) => preact.ComponentChildren;
}

function Section<T>({ title, none, read, line }: SectionProps<T>) {
  const t = useWords();
  return (
    <section class="card">
      <h2>
        {t(title)}
        {read.data !== null && read.data.length > 0 && <span class="mark wait count-mark">{read.data.length}</span>}
      </h2>
      <Loaded of={read} lines={2}>
        {(found) => (
          <>
            {found.length === 0 && <p class="hint">{t(none)}</p>}
            <ul class="lines">{found.map(line)}</ul>
          </>
        )}
      </Loaded>
    </section>
  );
}

/** How long something has waited. */
function Age({ since }: { since: string }) {
  const t = useWords();
  const office = useOffice();
  const age = Math.max(0, office.now() - Date.parse(since));
  const days = Math.floor(age / DAY_MS);
  return (
    <span class={days >= 2 ? "mark bad" : "mark"} title={writtenMoment(since)}>
      {days > 0 ? t("age_days", { n: days }) : t("age_hours", { n: Math.floor(age / HOUR_MS) })}
    </span>
  );
}

function HandInsHeld() {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(
    "held hand-ins",
    async () => (await api.call("GET /v1/hand-ins", { query: { waiting: "true", limit: 200 } })).hand_ins.toReversed(),
    REFRESH_MS,
  );
  const collectors = useCollectors();
  return (
    <Section
      title="held_hand_ins"
      none="held_hand_ins_none"
      read={read}
      line={(one) => (
        <li key={one.hand_in_id} class="row">
          <Link to={`shifts/${one.shift_id}`} class="name">
            {nameOf(collectors.data, one.collector_code)}
          </Link>
          <span>{handInLine(one, t)}</span>
          <Age since={one.stated_at} />
        </li>
      )}
    />
  );
}

function ApprovalsHeld() {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(
    "held approvals",
    async () => (await api.call("GET /v1/approvals", { query: { state: "open", limit: 200 } })).approvals.toReversed(),
    REFRESH_MS,
  );
  return (
    <Section
      title="held_approvals"
      none="approvals_none"
      read={read}
      line={(one) => (
        <li key={one.approval_id}>
          <div class="row">
            <Link to={`approvals/${one.approval_id}`} class="name">
              {`${t(`approval_${one.kind}`)} ${dong(one.amount)} · ${one.customer_code ?? one.unit_code}`}
            </Link>
            <span>{one.asked_by.full_name}</span>
            <Age since={one.asked_at} />
          </div>
          <p class="said">{one.reason}</p>
        </li>
      )}
    />
  );
}

function ReadingsHeld() {
  const { api } = useOffice();
  const read = useRead(
    "held readings",
    async () => (await api.call("GET /v1/held-readings", { query: { limit: 200 } })).held,
    REFRESH_MS,
  );
  return (
    <Section
      title="held_readings"
      none="held_readings_none"
      read={read}
      line={(one) => (
        <li key={one.period_id}>
          <HeldPeriod held={one} age={one.held_since && <Age since={one.held_since} />} done={read.again} />
        </li>
      )}
    />
  );
}

function CreditsHeld() {
  const { api } = useOffice();
  const read = useRead(
    "waiting bank credits",
    async () => (await api.call("GET /v1/bank-credits", { query: { limit: 200 } })).credits,
    REFRESH_MS,
  );
  return (
    <Section
      title="held_credits"
      none="held_credits_none"
      read={read}
      line={(one) => (
        <li key={one.credit_id}>
          <CreditWaiting of={one} age={<Age since={one.taken_at} />} done={read.again} />
        </li>
      )}
    />
  );
}

function DifferencesHeld() {
  const { api } = useOffice();
  const read = useRead(
    "differences with partners",
    async () => (await api.call("GET /v1/partner-differences", { query: { limit: 200 } })).differences,
    REFRESH_MS,
  );
  return (
    <Section
      title="held_differences"
      none="held_differences_none"
      read={read}
      line={(one) => (
        <li key={one.difference_id}>
          <DifferenceWaiting of={one} age={<Age since={one.found_at} />} done={read.again} />
        </li>
      )}
    />
  );
}

function ComplaintsHeld() {
  const { api } = useOffice();
  const read = useRead(
    "open complaints",
    async () =>
      (
        await api.call("GET /v1/reading-complaints", { query: { settled: "false", limit: 100 } })
      ).complaints.toReversed(),
    REFRESH_MS,
  );
  return (
    <Section
      title="held_complaints"
      none="held_complaints_none"
      read={read}
      line={(one) => (
        <li key={one.complaint_id}>
          <div class="row">
            <Link to={`customers/${one.customer_code}`} class="name">
              {`${one.name} · ${one.customer_code}`}
            </Link>
            <Age since={one.recorded_at} />
          </div>
          <Complaint complaint={one} done={read.again} />
        </li>
      )}
    />
  );
}

function ReportsHeld() {
  const { api } = useOffice();
  const collectors = useCollectors();
  const read = useRead("payment reports", async () => (await api.call("GET /v1/payment-reports")).reports, REFRESH_MS);
  return (
    <Section
      title="held_reports"
      none="held_reports_none"
      read={read}
      line={(one) => (
        <li key={one.report_id}>
          <div class="row">
            <Link to={`payments/${one.payment.payment_id}`} class="name">
              {`${dong(one.payment.amount)} · ${one.payment.customer_code}`}
            </Link>
            <span>{nameOf(collectors.data, one.collector_code)}</span>
            <Age since={one.reported_at} />
          </div>
          <p class="said">{one.reason}</p>
        </li>
      )}
    />
  );
}

function LeaverPaymentsHeld() {
  const t = useWords();
  const { api } = useOffice();
  const collectors = useCollectors();
  const read = useRead(
    "leaver payments",
    async () => (await api.call("GET /v1/leaver-payments")).payments.toReversed(),
    REFRESH_MS,
  );
  return (
    <Section
      title="held_leavers"
      none="held_leavers_none"
      read={read}
      line={(one) => (
        <li key={one.payment_id} class="row">
          <Link to={`customers/${one.customer_code}`} class="name">
            {`${dong(one.amount)} · ${one.customer_code}`}
          </Link>
          <span>{nameOf(collectors.data, one.collector_code)}</span>
          <span class={one.outcome === "recorded" ? "mark good" : "mark bad"}>
            {one.outcome === "recorded" ? t("leaver_recorded") : t("leaver_not_recorded")}
          </span>
          <Age since={one.sent_at} />
        </li>
      )}
    />
  );
}

function PapersHeld() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const read = useRead("held papers", async () => (await api.call("GET /v1/held-print-jobs")).print_jobs, REFRESH_MS);
  return (
    <Section
      title="held_papers"
      none="held_papers_none"
      read={read}
      line={({ print_job: job, device_name: device }) => (
        <li key={job.job_id} class="row">
          <span class="whom">
            {t(`document_${job.kind}`)}{" "}
            {job.customer_code ? (
              <Link to={`customers/${job.customer_code}`}>{shownSummary(job.summary)}</Link>
            ) : (
              shownSummary(job.summary)
            )}
            <span class="where">
              {may(staff, "GET /v1/devices/{device_id}") ? (
                <Link to={`devices/${job.device_id}`}>{device}</Link>
              ) : (
                device
              )}
            </span>
          </span>
          <JobState job={job} />
          <Age since={job.changed_at} />
        </li>
      )}
    />
  );
}
