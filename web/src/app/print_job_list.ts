/** Print jobs as a person sees them: the gateway's list, and what the phone knows better. Pure. */
import type { PrintJobCause, PrintJobState, PrintJobView } from "../api/types.ts";
import type { KeptJob } from "../storage/schema.ts";

export interface PrintJobNow {
  readonly job_id: string;
  readonly attempt: number;
  readonly kind: PrintJobView["kind"];
  readonly summary: string;
  readonly copy_number: number;
  readonly state: PrintJobState;
  readonly cause: PrintJobCause | null;
  readonly customer_code: string | null;
  readonly receipt_id: string | null;
  readonly payment_id: string | null;
  readonly visit_id: string | null;
  readonly created_at: string | null;
  /** Made on the phone; the gateway does not know it. */
  readonly local?: boolean;
}

/** All print jobs, the latest first: the gateway's list with the phone's own knowledge laid over it. */
export function printJobsNow(
  printJobs: readonly PrintJobView[],
  keptJobs: readonly KeptJob[],
  held: PrintJobCause | null,
): PrintJobNow[] {
  const kept = new Map(keptJobs.map((job) => [job.job_id, job]));
  const listed = printJobs.map((view) => {
    const job = kept.get(view.job_id);
    kept.delete(view.job_id);
    return job ? merged(view, job, held) : view;
  });
  const unlisted = [...kept.values()].map((job) => merged(null, job, held));
  unlisted.sort((one, other) => (one.job_id < other.job_id ? 1 : -1));
  return [...unlisted, ...listed];
}

function merged(view: PrintJobView | null, job: KeptJob, held: PrintJobCause | null): PrintJobNow {
  const { frame } = job;
  const local = localState(job, held);
  // What the gateway knows of a newer attempt counts more than what the phone knows of an older one.
  const isNewer = view !== null && view.attempt > job.attempt;
  return {
    job_id: job.job_id,
    attempt: isNewer ? view.attempt : job.attempt,
    kind: frame.kind,
    summary: frame.summary,
    copy_number: frame.copy_number,
    state: isNewer ? view.state : local.state,
    cause: isNewer ? view.cause : local.cause,
    customer_code: frame.customer_code ?? null,
    receipt_id: frame.receipt_id ?? null,
    payment_id: frame.payment_id ?? null,
    visit_id: frame.visit_id ?? null,
    created_at: view?.created_at ?? job.local ?? null,
    local: job.local !== undefined,
  };
}

function localState(job: KeptJob, held: PrintJobCause | null): { state: PrintJobState; cause: PrintJobCause | null } {
  switch (job.phase) {
    case "printing":
      return { state: "printing", cause: null };
    case "done":
      return { state: job.state ?? "unconfirmed", cause: job.cause };
    default:
      return held === null ? { state: "accepted", cause: null } : { state: "held", cause: held };
  }
}

/** Whether a person must look at the printer. */
export function needsPerson(view: PrintJobView | PrintJobNow, keptJobs: readonly KeptJob[]): boolean {
  const job = keptJobs.find((one) => one.job_id === view.job_id && one.attempt >= view.attempt);
  return job ? job.phase === "done" && job.state === "unconfirmed" : view.state === "unconfirmed";
}

export type PrintJobGroup = "attention" | "waiting" | "over";

export function groupOf(job: PrintJobNow): PrintJobGroup {
  switch (job.state) {
    case "unconfirmed":
    case "failed":
      return "attention";
    case "printed":
    case "expired":
    case "cancelled":
      return "over";
    default:
      return "waiting";
  }
}

/** The latest print job of a visit or a payment. */
export function printJobOf(
  jobs: readonly PrintJobNow[],
  of: { visit_id?: string; payment_id?: string; kind: string },
): PrintJobNow | null {
  const isOf = (job: PrintJobNow): boolean =>
    (of.visit_id !== undefined && job.visit_id === of.visit_id) ||
    (of.payment_id !== undefined && job.payment_id === of.payment_id);
  return jobs.find((job) => job.kind === of.kind && isOf(job)) ?? null;
}
