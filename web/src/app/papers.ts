/** Papers as a person sees them: what the gateway says, and what the phone knows better. Pure. */
import type { PrintJobCause, PrintJobState, PrintJobView } from "../api/types.ts";
import type { KeptJob } from "../storage/schema.ts";

export interface PaperNow {
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
}

/** All papers, the latest first: the gateway's list with the phone's own knowledge laid over it. */
export function papersNow(
  papers: readonly PrintJobView[],
  jobs: readonly KeptJob[],
  held: PrintJobCause | null,
): PaperNow[] {
  const kept = new Map(jobs.map((job) => [job.job_id, job]));
  const known = papers.map((paper) => {
    const job = kept.get(paper.job_id);
    kept.delete(paper.job_id);
    return job ? withJob(paper, job, held) : paper;
  });
  const unknown = [...kept.values()].map((job) => withJob(null, job, held));
  unknown.sort((one, other) => (one.job_id < other.job_id ? 1 : -1));
  return [...unknown, ...known];
}

function withJob(paper: PrintJobView | null, job: KeptJob, held: PrintJobCause | null): PaperNow {
  const { frame } = job;
  const local = localState(job, held);
  // A late word of the gateway about a newer attempt counts more than what the phone knows of an older one.
  const isNewer = paper !== null && paper.attempt > job.attempt;
  return {
    job_id: job.job_id,
    attempt: isNewer ? paper.attempt : job.attempt,
    kind: frame.kind,
    summary: frame.summary,
    copy_number: frame.copy_number,
    state: isNewer ? paper.state : local.state,
    cause: isNewer ? paper.cause : local.cause,
    customer_code: frame.customer_code ?? null,
    receipt_id: frame.receipt_id ?? null,
    payment_id: frame.payment_id ?? null,
    visit_id: frame.visit_id ?? null,
    created_at: paper?.created_at ?? null,
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
export function paperNeedsPerson(paper: PrintJobView | PaperNow, jobs: readonly KeptJob[]): boolean {
  const job = jobs.find((one) => one.job_id === paper.job_id && one.attempt >= paper.attempt);
  return job ? job.phase === "done" && job.state === "unconfirmed" : paper.state === "unconfirmed";
}

export type PaperGroup = "attention" | "waiting" | "over";

export function groupOf(paper: PaperNow): PaperGroup {
  switch (paper.state) {
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

/** The paper that came of a visit or a payment, the latest. */
export function paperOf(
  papers: readonly PaperNow[],
  of: { visit_id?: string; payment_id?: string; kind: string },
): PaperNow | null {
  return (
    papers.find(
      (paper) =>
        paper.kind === of.kind &&
        ((of.visit_id !== undefined && paper.visit_id === of.visit_id) ||
          (of.payment_id !== undefined && paper.payment_id === of.payment_id)),
    ) ?? null
  );
}
