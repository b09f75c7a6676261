/** The procedure at the door, as far as the phone decides it. Pure. */
import type { CustomerAccount, CustomerDetails, NextStep, Outcome, RouteStop } from "../api/types.ts";
import type { Command, CurrentVisit, CustomerFile, Transfer } from "../storage/schema.ts";
import { newId, newReference } from "./ids.ts";

/** The visit that goes on at this door, or null where the next stay is a new one. */
export function openVisit(visit: CurrentVisit | undefined, day: string): CurrentVisit | null {
  return visit && !visit.over && visit.day === day ? visit : null;
}

/** A new visit; its ids are made here, once, and stored before anything is sent. */
export function newVisit(customerCode: string, outcome: Outcome, stamp: string, day: string): CurrentVisit {
  const now = Date.parse(stamp);
  return {
    customer_code: customerCode,
    visit_id: newId(now),
    day,
    started_at: stamp,
    outcome,
    appointment: null,
    payment_id: newId(now + 1),
    over: outcome !== "met",
  };
}

/** What the customer owes, by the newest that is known. */
export function debtOf(file: CustomerFile | undefined, stop: RouteStop | undefined): number {
  return file?.account?.account.debt ?? file?.details?.debt ?? stop?.customer.debt ?? 0;
}

/** The command of a customer that matters on the screen: the newest of a kind that is not over. */
export function latestOf(commands: readonly Command[], kind: Command["kind"], id: string): Command | null {
  return commands.findLast((command) => command.kind === kind && command.id === id) ?? null;
}

/** Commands that wait, or were refused without anybody having seen it. */
export function unsettled(commands: readonly Command[]): Command[] {
  return commands.filter((command) => command.state === "waiting" || (command.state === "refused" && !command.seen));
}

/** Money that may have been recorded, and nobody knows yet. */
export function openPayments(commands: readonly Command[]): Command[] {
  return commands.filter((command) => command.kind === "payment" && command.state === "waiting");
}

/**
 * Where a `cannot_pay` leads, as far as the phone can tell without the server: the second one for the same debt goes to a
 * collection point. The server's answer is what counts.
 */
export function expectedStep(details: CustomerDetails | null, visitId: string): NextStep {
  if (details?.step === "collection_point") {
    return "collection_point";
  }
  const before = (details?.visits ?? []).filter(
    (visit) => visit.outcome === "cannot_pay" && visit.visit_id !== visitId && details?.step === "revisit",
  );
  return before.length > 0 ? "collection_point" : "revisit";
}

/** What stands in the content of a transfer: the customer's code for people, and a reference that no other transfer has. */
export function transferReference(customerCode: string): string {
  return `TD ${customerCode} ${newReference(8)}`;
}

/**
 * The transfer with what is known of the account now.
 *
 * Only a recorded credit makes a transfer paid. When nothing is owed any more for another reason, the code is of no use.
 */
export function transferNow(transfer: Transfer, account: CustomerAccount, stamp: string): Transfer {
  if (transfer.state !== "waiting") {
    return transfer;
  }
  // Banks tell the day or the minute of a transfer at times: what came a little earlier is the same one.
  const since = Date.parse(transfer.shown_at) - 86_400_000;
  const credit = account.payments.find(
    (payment) =>
      payment.method === "transfer" &&
      payment.amount === transfer.amount &&
      !payment.reversed_at &&
      Date.parse(payment.received_at) >= since,
  );
  if (credit) {
    return { ...transfer, state: "recorded", recorded_at: credit.received_at };
  }
  return account.account.debt <= 0 ? { ...transfer, state: "given_up", recorded_at: stamp } : transfer;
}

/** Stops by what there is to do. */
export interface Groups {
  readonly due: RouteStop[];
  readonly promised: RouteStop[];
  readonly done: RouteStop[];
}

export function grouped(stops: readonly RouteStop[]): Groups {
  const groups: Groups = { due: [], promised: [], done: [] };
  for (const stop of stops) {
    if (stop.done_today || stop.customer.debt <= 0) {
      groups.done.push(stop);
    } else {
      groups.due.push(stop);
      if (stop.promised_today) {
        groups.promised.push(stop);
      }
    }
  }
  return groups;
}
