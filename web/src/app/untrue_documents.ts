/** Documents that are no longer true, as far as the phone knows; the gateway withdraws the others. Pure. */
import type { Job, PrintJobCause } from "../api/types.ts";
import type { KeptJob } from "../storage/schema.ts";
import type { AppState } from "./state.ts";

/** Causes for which a document was withdrawn, on the phone or by the gateway: it is not printed again. */
export const WITHDRAWN: ReadonlySet<string> = new Set<PrintJobCause>([
  "paid",
  "debt_changed",
  "replaced",
  "door_left",
  "visit_withdrawn",
  "printed_from_phone",
  "reversed",
]);

/** Why a document must not be printed any more, or null. */
export function untrueBecause(
  job: Pick<Job, "job_id" | "kind" | "customer_code" | "visit_id">,
  { files, visits }: Pick<AppState, "files" | "visits">,
  keptJobs: readonly KeptJob[],
): PrintJobCause | null {
  const { customer_code: code, visit_id: visitId } = job;
  if (job.kind !== "notice" || !code) {
    return null;
  }
  const account = files[code]?.account;
  if (account && account.account.debt <= 0) {
    return "paid";
  }
  if (!visitId) {
    return null;
  }
  const others = keptJobs.filter((one) => one.job_id !== job.job_id && one.frame.visit_id === visitId);
  if (others.some((one) => one.local && isOut(one))) {
    return "printed_from_phone";
  }
  // The ids of visits are made on this phone, in the order of their making.
  if (Object.values(visits).some((visit) => visit.visit_id > visitId && visit.customer_code !== code)) {
    return "door_left";
  }
  const last = visits[code];
  if (last?.visit_id === visitId && last.withdrawn) {
    return "visit_withdrawn";
  }
  const latest = last?.visit_id;
  return latest !== undefined && latest > visitId ? "replaced" : null;
}

/** Whether it is on paper, or may be. */
function isOut({ phase, state }: KeptJob): boolean {
  return phase === "printing" || (phase === "done" && (state === "printed" || state === "unconfirmed"));
}
