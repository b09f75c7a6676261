/** Commands about documents. They are loaded with the first screen, the other commands are not. */
import type { Command } from "../storage/schema.ts";
import { newId } from "./ids.ts";
import { NOBODY, type Sender } from "./outbox.ts";
import { tidyLine } from "./text.ts";

export function printCopy(app: Sender, receiptId: string, reason: string): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "copy",
    route: "POST /v1/receipts/{receipt_id}/copies",
    params: { receipt_id: receiptId },
    keyed: true,
    body: { reason: tidyLine(reason).slice(0, 500) },
    ...NOBODY,
  });
}

/** A person has looked at the printer: the document is out. */
export function reportPrinted(app: Sender, jobId: string, attempt: number): Promise<Command> {
  return app.outbox.submit({
    id: `${jobId}:${attempt}`,
    kind: "printed",
    route: "POST /v1/print-jobs/{job_id}/results",
    params: { job_id: jobId },
    keyed: false,
    body: { attempt, state: "printed" },
    ...NOBODY,
  });
}

/** A person has looked at the printer: nothing usable came out. Only this prints a document a second time. */
export function printAgain(app: Sender, jobId: string, attempt: number): Promise<Command> {
  return app.outbox.submit({
    id: `${jobId}:${attempt}`,
    kind: "print_again",
    route: "POST /v1/print-jobs/{job_id}/attempts",
    params: { job_id: jobId },
    keyed: false,
    body: { after_attempt: attempt },
    ...NOBODY,
  });
}
