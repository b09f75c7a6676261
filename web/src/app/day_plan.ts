/** The day as a collector plans it: in which order the route is walked, who has promised what, what has come in. Pure. */
import type { CustomerAccount, RouteStop, Shift } from "../api/types.ts";
import { dayOf } from "./clock.ts";
import { withoutAccents } from "./text.ts";

export const ROUTE_ORDERS = ["route", "reverse", "debt", "name"] as const;
export type RouteOrder = (typeof ROUTE_ORDERS)[number];

/** An order that was kept; that of the route where it is none. */
export function orderOf(kept: string | undefined): RouteOrder {
  return ROUTE_ORDERS.find((order) => order === kept) ?? "route";
}

/** The stops in another order; those that are equal stay as they are on the route. */
export function ordered(stops: readonly RouteStop[], order: RouteOrder): readonly RouteStop[] {
  switch (order) {
    case "reverse":
      return [...stops].reverse();
    case "debt":
      return [...stops].sort((one, other) => other.customer.debt - one.customer.debt);
    case "name":
      return [...stops].sort((one, other) => compare(nameKey(one), nameKey(other)));
    default:
      return stops;
  }
}

/** Vietnamese lists go by the given name, which comes last. */
function nameKey({ customer }: RouteStop): string {
  const words = withoutAccents(customer.name).toLowerCase().split(/\s+/);
  return `${words.at(-1)} ${words.join(" ")}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

export interface PromisedDay {
  readonly day: string;
  readonly isOver: boolean;
  readonly stops: readonly RouteStop[];
}

/** Appointments of customers who still owe, by day and hour; those of days that are over come first. */
export function promises(stops: readonly RouteStop[], today: string): PromisedDay[] {
  const days = new Map<string, RouteStop[]>();
  const promised = stops.filter(isPromised);
  promised.sort((one, other) => compare(one.customer.appointment ?? "", other.customer.appointment ?? ""));
  for (const stop of promised) {
    const day = dayOf(stop.customer.appointment ?? "");
    days.set(day, [...(days.get(day) ?? []), stop]);
  }
  return [...days].map(([day, those]) => ({ day, isOver: day < today, stops: those }));
}

function isPromised({ customer }: RouteStop): boolean {
  return Boolean(customer.appointment) && customer.debt > 0 && customer.step !== "collection_point";
}

export interface DaySummary {
  /** Cash of the shift's payments that stand. */
  readonly cash: number;
  /** Transfers of today of all customers of the route, whoever showed them a code; those that were reversed are left out. */
  readonly transfers: number;
  /** What the customers of the route still owe. */
  readonly owed: number;
  /** The part of it for which there is an appointment. */
  readonly promised: number;
}

export function daySummary(
  stops: readonly RouteStop[],
  accounts: readonly CustomerAccount[],
  shift: Shift | null,
  today: string,
): DaySummary {
  const owing = stops.filter((stop) => stop.customer.debt > 0);
  const transfers = accounts
    .flatMap((account) => account.payments)
    .filter((one) => one.method === "transfer" && !one.reversed_at && dayOf(one.received_at) === today);
  return {
    cash: shift?.totals.cash ?? 0,
    transfers: sum(transfers.map((one) => one.amount)),
    owed: sum(owing.map((stop) => stop.customer.debt)),
    promised: sum(owing.filter(isPromised).map((stop) => stop.customer.debt)),
  };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((all, one) => all + one, 0);
}
