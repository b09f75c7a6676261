/** The procedure at the door, as far as the phone decides it. Pure. */
import type { CustomerAccount, CustomerDetails, NextStep, Outcome, Payment, RouteStop } from "../api/types.ts";
import type { Command, CurrentVisit, CustomerFile, Transfer } from "../storage/schema.ts";
import { LETTERS, newId, newReference } from "./ids.ts";
import { withoutAccents } from "./text.ts";

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
 * Where a `cannot_pay` leads, as far as the phone knows without the server: the second one for the same debt goes to a
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
 * A customer's transfers with what is known of the account now; those that have not changed are the same objects.
 *
 * Only a recorded credit makes a transfer paid: the one with its reference, else one of its amount that has none. When
 * nothing is owed any more for another reason, the code is of no use.
 */
export function transfersNow(transfers: readonly Transfer[], account: CustomerAccount, stamp: string): Transfer[] {
  const taken = new Set(transfers.map((transfer) => transfer.payment_id));
  const credits = account.payments.filter(
    (one) => one.method === "transfer" && !one.reversed_at && !taken.has(one.payment_id),
  );
  const of =
    (isOf: (transfer: Transfer, credit: Payment) => boolean) =>
    (transfer: Transfer): Transfer => {
      const place = transfer.state === "waiting" ? credits.findIndex((one) => isOf(transfer, one)) : -1;
      const [credit] = place < 0 ? [] : credits.splice(place, 1);
      return credit
        ? {
            ...transfer,
            state: "recorded",
            recorded_at: credit.received_at,
            amount: credit.amount,
            payment_id: credit.payment_id,
          }
        : transfer;
    };
  return transfers
    .map(of((transfer, credit) => squeezed(credit.transfer_content).includes(squeezed(transfer.reference))))
    .map(of(isLike))
    .map((transfer) =>
      transfer.state === "waiting" && account.account.debt <= 0
        ? { ...transfer, state: "given_up", recorded_at: stamp }
        : transfer,
    );
}

/** A credit of the amount without anybody's reference: payers write what they like, and cashiers may not copy it. */
function isLike(transfer: Transfer, credit: Payment): boolean {
  return (
    credit.amount === transfer.amount &&
    !hasReference(transfer.customer_code, credit) &&
    !transfer.before?.includes(credit.payment_id) &&
    // Banks give only the day or the minute of some transfers: what came a little earlier is the same one.
    Date.parse(credit.received_at) >= Date.parse(transfer.shown_at) - 86_400_000
  );
}

/** Whether somebody's reference stands in it, as `transferReference` makes them. */
function hasReference(customerCode: string, { transfer_content: content }: Payment): boolean {
  return new RegExp(`TD${customerCode}[${LETTERS}]{8}`).test(squeezed(content));
}

/** Letters and digits only: banks change or leave out the rest. */
function squeezed(content = ""): string {
  return withoutAccents(content)
    .toUpperCase()
    .replace(/[^0-9A-Z]+/g, "");
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
