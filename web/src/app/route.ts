/** The day's route on this phone. */
import { ApiProblem } from "../api/problem.ts";
import type { NextStep, Outcome, RouteStop } from "../api/types.ts";
import type { Command } from "../storage/schema.ts";
import { type Settled, settledOf, unsettledAppointment } from "./appointments.ts";
import { dayOf } from "./clock.ts";
import type { Core } from "./core.ts";

/** Read the route of the day. Throws like any request. */
export async function refreshRoute({ api, clock, database, store }: Core): Promise<void> {
  const day = clock.day();
  const settled = settledOf(store.state.commands);
  try {
    const read = await api.call("GET /v1/route", { query: { day } });
    const stops = read.stops.map((stop) => withAppointment(stop, store.state.commands, settled, day));
    const route = { day, read_at: clock.stamp() };
    try {
      await database.replaceRoute(stops, route);
    } finally {
      store.set({ stops, route, day, routeProblem: null });
    }
  } catch (error) {
    if (error instanceof ApiProblem && error.status < 500) {
      store.set({ routeProblem: error.detail });
    }
    throw error;
  }
}

export function isOnRoute({ store }: Core, customerCode: string): boolean {
  return store.state.stops.some((stop) => stop.customer.customer_code === customerCode);
}

export interface StopChange {
  readonly debt?: number;
  readonly phone?: string;
  readonly outcome?: Outcome;
  readonly appointment?: string | null;
  readonly step?: NextStep;
}

/** Change the stop of a customer, where the customer is on the route. */
export async function changeStop(
  { clock, database, store }: Core,
  customerCode: string,
  change: StopChange,
): Promise<void> {
  const place = store.state.stops.findIndex(({ customer }) => customer.customer_code === customerCode);
  const stop = store.state.stops[place];
  if (!stop) {
    return;
  }
  const changed = changedStop(stop, change, clock.day());
  try {
    await database.changeStop(customerCode, () => changed);
  } finally {
    store.set({ stops: store.state.stops.with(place, changed) });
  }
}

/** A stop as it was read, with the appointment that was made on this phone meanwhile. */
function withAppointment(stop: RouteStop, commands: readonly Command[], settled: Settled, today: string): RouteStop {
  const appointment = unsettledAppointment(commands, stop.customer.customer_code, settled);
  return appointment === undefined
    ? stop
    : { ...stop, customer: { ...stop.customer, appointment }, promised_today: isDay(appointment, today) };
}

function isDay(moment: string | null, day: string): boolean {
  return moment !== null && dayOf(moment) === day;
}

function changedStop(stop: RouteStop, change: StopChange, today: string): RouteStop {
  const { customer } = stop;
  const { debt = customer.debt, phone = customer.phone, step = customer.step, outcome, appointment } = change;
  return {
    ...stop,
    customer: { ...customer, debt, phone, step, ...(appointment === undefined ? {} : { appointment }) },
    done_today: debt <= 0,
    promised_today: appointment === undefined ? stop.promised_today : isDay(appointment, today),
    visited_today: stop.visited_today || outcome !== undefined,
    last_outcome: outcome ?? stop.last_outcome,
  };
}
