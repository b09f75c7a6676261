/** The business day: what the phone holds of it, and reading it anew. */
import type { PaymentReply } from "../api/types.ts";
import type { Facts } from "../storage/schema.ts";
import { dayOf } from "./clock.ts";
import type { Core } from "./core.ts";
import { type Customers, downloadedOf } from "./customers.ts";
import { orderOf } from "./day_plan.ts";
import type { PrintJobs } from "./print_jobs.ts";
import { refreshSettings } from "./settings.ts";
import { refreshShift } from "./shift.ts";
import { notePaid } from "./visits.ts";

export interface DayParts extends Core {
  readonly customers: Customers;
  readonly printJobs: PrintJobs;
}

/** Read everything that the day needs; what cannot be read stays as it is. */
export async function refreshDay(parts: DayParts): Promise<void> {
  await Promise.allSettled([
    parts.customers.refreshRoute(),
    refreshShift(parts),
    parts.printJobs.refresh(),
    refreshSettings(parts),
  ]);
}

/** Forget what belongs to another day. */
export async function beginDay({ clock, database }: Core): Promise<void> {
  const day = clock.day();
  await database.beginDay(day, (moment) => dayOf(moment) < day);
}

/** Show what the phone holds. */
export async function loadDay(core: Core, facts: Partial<Facts>): Promise<void> {
  const { clock, database, store } = core;
  const [stops, files, commands, visits, transfers, keptJobs] = await Promise.all([
    database.stops(),
    database.customers(),
    database.commands(),
    database.visits(),
    database.transfers(),
    database.jobs(),
  ]);
  store.set({
    device: facts.device ?? null,
    collector: facts.collector ?? null,
    settings: facts.settings ?? null,
    points: facts.points ?? [],
    shift: facts.shift ?? null,
    shiftKnown: facts.shift !== undefined,
    day: clock.day(),
    route: facts.route ?? null,
    cutTasks: facts.cutTasks ?? null,
    stops,
    order: orderOf(facts.order),
    files: Object.fromEntries(files.map((file) => [file.customer_code, file])),
    downloaded: downloadedOf(files),
    commands,
    visits: Object.fromEntries(visits.map((visit) => [visit.customer_code, visit])),
    transfers,
    keptJobs,
  });
  // Killed between an answer and what follows from it: it follows now.
  for (const visit of visits) {
    const paid = commands.find((one) => one.kind === "payment" && one.id === visit.payment_id && one.state === "sent");
    if (paid && !visit.over) {
      await notePaid(core, visit.payment_id, (paid.answer as PaymentReply).account);
    }
  }
}
