/** The procedure at the door, as far as the phone decides it. Pure. */
import type { CustomerAccount, CustomerDetails, NextStep, Outcome, Payment, RouteStop } from "../api/types.ts";
import type { Command, CurrentVisit, CustomerFile, Transfer, UnsettledMoney } from "../storage/schema.ts";
import { LETTERS, newId, newReference } from "./ids.ts";
import type { AppState } from "./state.ts";
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

/** All money that nobody knows the end of, for when the phone is shut out and everything else on it is deleted. */
export function unsettledMoney(commands: readonly Command[]): UnsettledMoney[] {
  return commands
    .filter((one) => one.customer_code !== null && moneyInDoubt([one], one.customer_code) !== null)
    .map(({ customer_code: code, body, made_at }) => ({
      customer_code: code ?? "",
      amount: Number(body["amount"]),
      made_at,
    }));
}

/**
 * Money of a customer that nobody knows the end of: taken and without an answer, or refused and not given back yet.
 *
 * Until it is settled, nothing else is done with this customer: nothing is asked for again, shown as owed, or promised.
 */
export function moneyInDoubt(commands: readonly Command[], customerCode: string): Command | null {
  const isInDoubt = ({ kind, customer_code: code, state, seen }: Command): boolean =>
    kind === "payment" && code === customerCode && (state === "waiting" || (state === "refused" && !seen));
  return commands.find(isInDoubt) ?? null;
}

/** Money that may have been recorded, and nobody knows yet. */
export function openPayments(commands: readonly Command[]): Command[] {
  return commands.filter((command) => command.kind === "payment" && command.state === "waiting");
}

/**
 * Where a `cannot_pay` leads now, as far as the phone knows without the server: one on another occasion goes to a
 * collection point, a further one on the same occasion only changes the appointment. The server's answer is what counts.
 */
export function expectedStep(details: CustomerDetails | null, now: number): NextStep {
  const from = details?.collection_point_from;
  const isAnother = typeof from === "string" && Date.parse(from) <= now;
  return details?.step === "collection_point" || isAnother ? "collection_point" : "revisit";
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

/** Stops by what there is to do: visited and collected are two things, and what is owed is due until it is settled. */
export interface Groups {
  /** Who owes: those where nobody was yet today before those who were visited. */
  readonly due: RouteStop[];
  readonly promised: RouteStop[];
  readonly done: RouteStop[];
  /** Of all of them, whoever was visited today. */
  readonly visited: RouteStop[];
}

/** The visits and commands on this phone count as well: the gateway may not know of them yet. */
export function grouped({
  stops,
  visits,
  commands,
  day,
}: Pick<AppState, "stops" | "visits" | "commands" | "day">): Groups {
  const isVisited = ({ visited_today, customer }: RouteStop): boolean =>
    visited_today === true || visits[customer.customer_code]?.day === day;
  const isDue = ({ customer }: RouteStop): boolean =>
    customer.debt > 0 || moneyInDoubt(commands, customer.customer_code) !== null;
  const due = stops.filter(isDue);
  return {
    due: [...due.filter((stop) => !isVisited(stop)), ...due.filter(isVisited)],
    promised: due.filter((stop) => stop.promised_today),
    done: stops.filter((stop) => !isDue(stop)),
    visited: stops.filter(isVisited),
  };
}
