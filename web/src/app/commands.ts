/** What a collector does, as commands with ids that are stored before anything is sent. */
import type { Bill, Outcome, Shift } from "../api/types.ts";
import type { Command, CurrentVisit } from "../storage/schema.ts";
import type { Core } from "./core.ts";
import { newId } from "./ids.ts";
import type { NewCommand, Outbox } from "./outbox.ts";
import { newVisit, openVisit } from "./procedure.ts";
import { tidyLine } from "./text.ts";

interface Sender extends Core {
  readonly outbox: Outbox;
}

interface Whom {
  readonly customer_code: string;
  readonly name: string;
}

/** Record that somebody was met or nobody was there. A visit that goes on is gone on with. */
export async function visit(app: Sender, whom: Whom, outcome: "met" | "away"): Promise<CurrentVisit> {
  const { visits, day } = app.store.state;
  const going = openVisit(visits[whom.customer_code], day);
  if (going && outcome === "met") {
    return going;
  }
  const made = newVisit(whom.customer_code, outcome, app.clock.stamp(), day);
  await app.outbox.submit(visitCommand(whom, made, outcome, made.started_at, null, ""), made);
  return made;
}

/** The customer who was met cannot pay; `appointment` as agreed, or null where none is. */
export async function cannotPay(
  app: Sender,
  whom: Whom,
  going: CurrentVisit,
  appointment: string | null,
  note: string,
): Promise<void> {
  const after: CurrentVisit = { ...going, outcome: "cannot_pay", appointment, over: true };
  await app.outbox.submit(visitCommand(whom, going, "cannot_pay", app.clock.stamp(), appointment, note), after);
}

function visitCommand(
  whom: Whom,
  of: CurrentVisit,
  outcome: Outcome,
  visitedAt: string,
  appointment: string | null,
  note: string,
): NewCommand {
  return {
    id: of.visit_id,
    kind: "visit",
    route: "PUT /v1/visits/{visit_id}",
    params: { visit_id: of.visit_id },
    keyed: false,
    body: {
      customer_code: whom.customer_code,
      outcome,
      visited_at: visitedAt,
      note: tidyLine(note).slice(0, 500),
      ...(appointment === null ? {} : { appointment }),
    },
    ...about(whom),
  };
}

/** Cash that is in the collector's hand now: `amount` of what was `given`, the rest goes back. */
export function takeCash(
  app: Sender,
  whom: Whom,
  going: CurrentVisit,
  amount: number,
  given: number,
  bills: readonly Bill[],
): Promise<Command> {
  return app.outbox.submit({
    id: going.payment_id,
    kind: "payment",
    route: "POST /v1/payments",
    params: {},
    keyed: true,
    body: {
      method: "cash",
      customer_code: whom.customer_code,
      amount,
      received_at: app.clock.stamp(),
      bill_ids: bills.map((bill) => bill.bill_id),
      visit_id: going.visit_id,
    },
    given,
    ...about(whom),
  });
}

export function correctPhone(app: Sender, whom: Whom, phone: string, reason: string): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "phone",
    route: "POST /v1/customers/{customer_code}/phone-corrections",
    params: { customer_code: whom.customer_code },
    keyed: true,
    body: { phone: tidyLine(phone).slice(0, 40), reason: tidyLine(reason).slice(0, 500) },
    ...about(whom),
  });
}

export function openShift(app: Sender, openingFloat: number): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "shift_open",
    route: "POST /v1/shifts",
    params: {},
    keyed: true,
    body: { opening_float: openingFloat, opened_at: app.clock.stamp() },
    ...NOBODY,
  });
}

export function closeShift(
  app: Sender,
  shift: Shift,
  counted: number,
  denominations: Readonly<Record<string, number>>,
  explanation: string,
): Promise<Command> {
  return app.outbox.submit({
    id: shift.shift_id,
    kind: "shift_close",
    route: "POST /v1/shifts/{shift_id}/closing",
    params: { shift_id: shift.shift_id },
    keyed: false,
    body: {
      counted_cash: counted,
      denominations,
      explanation: tidyLine(explanation).slice(0, 500),
      closed_at: app.clock.stamp(),
    },
    ...NOBODY,
  });
}

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

function about(whom: Whom): Pick<Command, "lane" | "customer_code" | "customer_name"> {
  return { lane: whom.customer_code, customer_code: whom.customer_code, customer_name: whom.name };
}

const NOBODY = { lane: "own", customer_code: null, customer_name: "" } as const;
