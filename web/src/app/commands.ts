/** What a collector does, as commands with ids that are stored before anything is sent. */
import type {
  Bill,
  ComplaintKind,
  CutOrder,
  HandInPlace,
  OrderOutcome,
  Outcome,
  Shift,
  SmsLanguage,
  WarningTask,
  WayOfDelivery,
} from "../api/types.ts";
import type { Command, CurrentVisit, Transfer } from "../storage/schema.ts";
import type { CashDue } from "./cash_due.ts";
import type { Core } from "./core.ts";
import { nameOf } from "./cut_tasks.ts";
import { newId } from "./ids.ts";
import { localJob } from "./local_notice.ts";
import { type NewCommand, NOBODY, type Sender } from "./outbox.ts";
import type { PrintJobs } from "./print_jobs.ts";
import { expectedStep, newVisit, openVisit } from "./procedure.ts";
import { changeStop } from "./route.ts";
import { tidyLine } from "./text.ts";

interface Printing extends Sender {
  readonly printJobs: PrintJobs;
}

interface Whom {
  readonly customer_code: string;
  readonly name: string;
}

/** Record that somebody was met or nobody was there. A visit that goes on is gone on with. */
export async function visit(app: Printing, whom: Whom, outcome: "met" | "away"): Promise<CurrentVisit> {
  const { visits, day } = app.store.state;
  const going = openVisit(visits[whom.customer_code], day);
  if (going && outcome === "met") {
    return going;
  }
  const made = newVisit(whom.customer_code, outcome, app.clock.stamp(), day);
  await app.outbox.submit(visitCommand(whom, made, outcome, made.started_at, null, ""), made);
  await printWithoutSignal(app, made);
  return made;
}

/** The customer who was met cannot pay; `appointment` as agreed, or null where none is. */
export async function cannotPay(
  app: Printing,
  whom: Whom,
  going: CurrentVisit,
  appointment: string | null,
  note: string,
): Promise<void> {
  const after: CurrentVisit = { ...going, outcome: "cannot_pay", appointment, over: true };
  await app.outbox.submit(visitCommand(whom, going, "cannot_pay", app.clock.stamp(), appointment, note), after);
  // In the list of appointments at once; where there is no room for it, the gateway's answer brings it.
  await changeStop(app, whom.customer_code, { appointment }).catch(() => undefined);
  // Whoever was met holds a notice already; only one that names collection points is another one.
  const hasNotice = app.store.state.keptJobs.some((job) => job.frame.visit_id === going.visit_id);
  if (!hasNotice || isToPoint(app, whom.customer_code)) {
    await printWithoutSignal(app, after);
  }
}

/** Without signal, a notice is printed at once from what the phone holds: at the next door it would be too late. */
async function printWithoutSignal(app: Printing, of: CurrentVisit): Promise<void> {
  if (!app.store.state.online) {
    await printFromPhone(app, of);
  }
}

/** Print the notice of a visit from what the phone holds, marked as such. */
export async function printFromPhone(app: Printing, of: CurrentVisit): Promise<void> {
  const { files, collector, points, settings } = app.store.state;
  const file = files[of.customer_code];
  const job =
    file &&
    localJob(newId(app.clock.now()), of.visit_id, {
      file,
      collector,
      outcome: of.outcome,
      appointment: of.appointment,
      points: of.outcome === "cannot_pay" && isToPoint(app, of.customer_code) ? points : [],
      bank: settings?.bank_account ?? null,
      at: app.clock.stamp(),
    });
  if (job) {
    await app.printJobs.printLocal(job);
  }
}

function isToPoint(app: Core, customerCode: string): boolean {
  const details = app.store.state.files[customerCode]?.details ?? null;
  return expectedStep(details, app.clock.now()) === "collection_point";
}

/** Take back the last visit: it was a mistake. */
export async function withdrawVisit(app: Sender, whom: Whom, of: CurrentVisit, reason: string): Promise<void> {
  await app.outbox.submit(
    {
      id: newId(app.clock.now()),
      kind: "withdrawal",
      route: "POST /v1/visits/{visit_id}/withdrawal",
      params: { visit_id: of.visit_id },
      keyed: true,
      body: { reason: tidyLine(reason).slice(0, 500) },
      ...about(whom),
    },
    { ...of, over: true, withdrawn: true },
  );
}

/** The appointment was wrong: the visit is taken back, and recorded anew with the right one. */
export async function correctPromise(
  app: Printing,
  whom: Whom,
  of: CurrentVisit,
  appointment: string | null,
  note: string,
  reason: string,
): Promise<void> {
  await withdrawVisit(app, whom, of, reason);
  const made = newVisit(whom.customer_code, "cannot_pay", app.clock.stamp(), app.store.state.day);
  await cannotPay(app, whom, made, appointment, note);
}

/** Cash was taken by mistake: the office decides whether it is reversed. */
export function reportPayment(app: Sender, whom: Whom, paymentId: string, reason: string): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "report",
    route: "POST /v1/payments/{payment_id}/reports",
    params: { payment_id: paymentId },
    keyed: true,
    body: { reason: tidyLine(reason).slice(0, 500) },
    ...about(whom),
  });
}

/** What the collector notes of a visit after it was recorded. */
export function addNote(app: Sender, whom: Whom, of: CurrentVisit, note: string): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "note",
    route: "POST /v1/visits/{visit_id}/notes",
    params: { visit_id: of.visit_id },
    keyed: true,
    body: { note: tidyLine(note).slice(0, 500) },
    ...about(whom),
  });
}

interface Objection {
  readonly kind: ComplaintKind;
  /** What the meter shows; null where nobody looked. */
  readonly reading: number | null;
  readonly note: string;
  /** A JPEG as base64, or empty. */
  readonly photo: string;
}

/** The customer calls a reading or a bill wrong. */
export function complain(
  app: Sender,
  whom: Whom,
  bill: Bill,
  { kind, reading, note, photo }: Objection,
): Promise<Command> {
  const meter = bill.readings[0]?.meter_number;
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "complaint",
    route: "POST /v1/customers/{customer_code}/reading-complaints",
    params: { customer_code: whom.customer_code },
    keyed: true,
    body: {
      note: tidyLine(note).slice(0, 500),
      stated_at: app.clock.stamp(),
      bill_number: bill.bill_number,
      ...(kind === "reading" ? {} : { kind }),
      ...(meter ? { meter_number: meter } : {}),
      ...(reading === null ? {} : { reading_seen: reading }),
      photo,
    },
    ...about(whom),
    // With a weak signal a photo takes its time, and money does not wait for it.
    lane: "complaints",
  });
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

/** Cash that is in the collector's hand now: what was asked for of what was `given`, the rest goes back. */
export function takeCash(
  app: Sender,
  whom: Whom,
  going: CurrentVisit,
  { amount, bills, step }: CashDue,
  given: number,
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
      // By a rule that may have changed since this phone read the account.
      cash_step: step,
      visit_id: going.visit_id,
    },
    given,
    ...about(whom),
  });
}

/** This phone shows a payment code: the receipt of the transfer is printed here. */
export function showCode(app: Sender, transfer: Transfer): Promise<Command> {
  return app.outbox.submit({
    id: transfer.transfer_id,
    kind: "transfer",
    route: "PUT /v1/transfer-codes/{transfer_id}",
    params: { transfer_id: transfer.transfer_id },
    keyed: false,
    body: { customer_code: transfer.customer_code, amount: transfer.amount, reference: transfer.reference },
    // No other command waits for it.
    lane: "transfers",
    customer_code: transfer.customer_code,
    customer_name: transfer.customer_name,
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

/** In which language the customer wants SMS; null: as the unit has it. */
export function chooseSmsLanguage(app: Sender, whom: Whom, language: SmsLanguage | null): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "sms_language",
    route: "POST /v1/customers/{customer_code}/sms-language",
    params: { customer_code: whom.customer_code },
    keyed: true,
    body: { language },
    ...about(whom),
  });
}

/** Nothing that these write waits behind what a customer paid, nor money behind them. */
const CUT_LANE = "cut_tasks";

/** What came of an order, kept before it is sent: it is sent under one id however often. */
export function reportOrder(
  app: Sender,
  order: CutOrder,
  outcome: OrderOutcome,
  reading: number | null,
  note: string,
  photo: string,
): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "cut_report",
    route: "POST /v1/cut-orders/{order_id}/reports",
    params: { order_id: order.order_id },
    keyed: true,
    body: {
      outcome,
      meter_reading: reading,
      note: tidyLine(note).slice(0, 500),
      stated_at: app.clock.stamp(),
      photo,
    },
    lane: CUT_LANE,
    customer_code: order.customer_code,
    customer_name: nameOf(app.store.state, order.customer_code),
  });
}

/** A warning reached the customer on paper. */
export function deliverWarning(app: Sender, task: WarningTask, way: WayOfDelivery, note: string): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "warning_delivery",
    route: "POST /v1/customers/{customer_code}/warning-deliveries",
    params: { customer_code: task.customer_code },
    keyed: true,
    body: { warning_id: task.warning_id, way, note: tidyLine(note).slice(0, 500) },
    lane: CUT_LANE,
    customer_code: task.customer_code,
    customer_name: nameOf(app.store.state, task.customer_code),
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

interface SaidHandIn {
  readonly place: HandInPlace;
  readonly amount: number;
  readonly denominations: Readonly<Record<string, number>>;
  /** Of the bank's deposit slip, or empty. */
  readonly slip: string;
  /** A JPEG as base64, or empty. */
  readonly photo: string;
}

/** Cash of the open shift goes to the cashier or to a bank. */
export function handIn(app: Sender, shift: Shift, said: SaidHandIn): Promise<Command> {
  return app.outbox.submit({
    id: newId(app.clock.now()),
    kind: "hand_in",
    route: "POST /v1/shifts/{shift_id}/hand-ins",
    params: { shift_id: shift.shift_id },
    keyed: true,
    body: {
      place: said.place,
      amount: said.amount,
      denominations: said.denominations,
      slip_number: tidyLine(said.slip).slice(0, 60),
      photo: said.photo,
    },
    ...NOBODY,
  });
}

function about(whom: Whom): Pick<Command, "lane" | "customer_code" | "customer_name"> {
  return { lane: whom.customer_code, customer_code: whom.customer_code, customer_name: whom.name };
}
