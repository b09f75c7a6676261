/** The first day of somebody new: what the system shows of each step, and whose turn it is. Pure. */
import type { Route } from "../api/client.ts";
import type {
  BillRunState,
  BillRunView,
  CollectorDetails,
  DeviceView,
  ListedShift,
  RoutePlan,
  StaffRole,
  StaffView,
} from "../api/types.ts";
import { FILES, UNIT } from "./first_day_files.ts";
import { may, type Staff } from "./session.ts";

export type StepName =
  | "people"
  | "places"
  | "customers"
  | "route"
  | "readings"
  | "bills"
  | "phone"
  | "collect"
  | "close";

/** `unseen`: the person may not read what would tell. */
export type StepState = "done" | "todo" | "unseen";

interface StepRule {
  readonly name: StepName;
  /** Who does it; nobody of the office where the collector does. */
  readonly by: readonly StaffRole[];
  /** What tells that it is done. */
  readonly seenBy: Route;
}

export const STEPS: readonly StepRule[] = [
  { name: "people", by: ["administrator"], seenBy: "GET /v1/staff" },
  { name: "places", by: ["billing_clerk"], seenBy: "GET /v1/collectors" },
  { name: "customers", by: ["billing_clerk"], seenBy: "GET /v1/routes/{route_code}/plan" },
  { name: "route", by: ["supervisor"], seenBy: "GET /v1/routes/{route_code}/plan" },
  { name: "readings", by: ["billing_clerk"], seenBy: "GET /v1/waiting-readings" },
  { name: "bills", by: ["billing_clerk", "supervisor"], seenBy: "GET /v1/bill-runs" },
  { name: "phone", by: ["supervisor"], seenBy: "GET /v1/devices" },
  { name: "collect", by: [], seenBy: "GET /v1/shifts" },
  { name: "close", by: ["cashier"], seenBy: "GET /v1/shifts" },
];

/** The first column of a file's lines, which names them. */
function codesIn(file: string): string[] {
  const [, ...lines] = file.trim().split("\n");
  return lines.map((line) => line.split(",")[0] ?? "");
}

/** The column of a customer that names the route: behind it only figures and codes, without commas. */
const ROUTE_FROM_END = 5;

export const [COLLECTOR = ""] = codesIn(FILES.collectors);
export const ROUTES = codesIn(FILES.routes);
export const CUSTOMERS = codesIn(FILES.customers);
/** Customers of the first route, in the order of the list. */
const LISTED = FILES.customers
  .trim()
  .split("\n")
  .map((line) => line.split(","))
  .filter((cells) => cells.at(-ROUTE_FROM_END) === ROUTES[0])
  .map((cells) => cells[0]);

/** What was read of the system; null: not to be read by this person, or not there. */
export interface Facts {
  readonly people: readonly StaffView[] | null;
  readonly collectors: readonly CollectorDetails[];
  /** As many as there are. */
  readonly plans: readonly RoutePlan[];
  readonly hasMeter: boolean;
  /** Periods that wait for their bill. */
  readonly waiting: number;
  readonly runs: readonly BillRunView[];
  readonly bills: number;
  readonly devices: readonly DeviceView[];
  readonly shifts: readonly ListedShift[];
}

function isActive(one: StaffView, role: StaffRole): boolean {
  return one.deactivated_at === null && one.roles.includes(role) && one.units.includes("*");
}

/** The roles that nobody has yet; who begins bills and who releases them are two people. */
export function rolesMissing(people: readonly StaffView[]): StaffRole[] {
  const missing = (["billing_clerk", "supervisor", "cashier"] as const).filter(
    (role) => !people.some((one) => isActive(one, role)),
  );
  const clerks = people.filter((one) => isActive(one, "billing_clerk"));
  const [only] = clerks;
  const isAlone =
    clerks.length === 1 && !people.some((one) => one.staff_id !== only?.staff_id && isActive(one, "supervisor"));
  return isAlone && !missing.includes("supervisor") ? [...missing, "supervisor"] : missing;
}

const UNDER_WAY: ReadonlySet<BillRunState> = new Set(["computing", "computed", "releasing"]);

/** The bill run of this unit that goes on; one over all units may have begun before there was this one. */
export function runOf({ runs }: Facts): BillRunView | undefined {
  return runs.find((run) => !run.is_trial && UNDER_WAY.has(run.state) && run.unit_prefix === UNIT);
}

export function customersKnown({ plans }: Facts): number {
  return plans.reduce((sum, plan) => sum + plan.total_stops, 0);
}

function isDone(name: StepName, facts: Facts): boolean {
  switch (name) {
    case "people":
      return facts.people !== null && rolesMissing(facts.people).length === 0;
    case "places":
      return facts.collectors.some(
        (one) => one.collector_code === COLLECTOR && ROUTES.every((route) => one.routes.includes(route)),
      );
    case "customers":
      return customersKnown(facts) >= CUSTOMERS.length && facts.hasMeter;
    case "route": {
      const [plan] = facts.plans;
      const stops = plan?.stops.map((stop) => stop.customer_code) ?? [];
      return stops.length > 0 && stops.join() !== LISTED.join();
    }
    case "readings":
      return facts.waiting > 0 || facts.bills > 0 || runOf(facts) !== undefined;
    case "bills":
      return facts.bills > 0;
    case "phone":
      return facts.devices.some((device) => device.collector_code === COLLECTOR && device.revoked_at === null);
    case "collect":
      return facts.shifts.some(({ shift }) => shift.totals.payments > 0);
    case "close":
      return facts.shifts.some(({ shift }) => shift.totals.payments > 0 && shift.state === "settled");
    default:
      return name satisfies never;
  }
}

export interface Step extends StepRule {
  readonly state: StepState;
  /** Whether this person does it, or a part of it. */
  readonly isOwn: boolean;
}

export function stepsOf(facts: Facts, staff: Staff): Step[] {
  return STEPS.map((step) => ({
    ...step,
    isOwn: step.by.some((role) => staff.roles.includes(role)),
    state: stateOf(step, facts, staff),
  }));
}

function stateOf(step: StepRule, facts: Facts, staff: Staff): StepState {
  const isOfUnit = staff.units.includes("*") || staff.units.includes(UNIT);
  if (!isOfUnit || !may(staff, step.seenBy)) {
    return "unseen";
  }
  return isDone(step.name, facts) ? "done" : "todo";
}

/** The files as they are downloaded, with the readings of the month before this day (YYYY-MM-DD). */
export function fileOf(name: keyof typeof FILES, day: string): string {
  const [thisYear = 0, thisMonth = 0] = day.split("-").map(Number);
  const last = new Date(Date.UTC(thisYear, thisMonth - 1, 0));
  const to = last.toISOString().slice(0, 10);
  return FILES[name]
    .replaceAll("{year}", String(last.getUTCFullYear()))
    .replaceAll("{month}", String(last.getUTCMonth() + 1))
    .replaceAll("{from}", `${to.slice(0, 8)}01`)
    .replaceAll("{to}", to);
}
