/** Who works here, and which pages that person has. Pure. */
import type { Route } from "../api/client.ts";
import { STAFF_OF } from "../api/staff_of.ts";

/** The signed-in person, as the gateway describes it. */
export interface Staff {
  readonly staff_id: string;
  readonly login_name: string;
  readonly full_name: string;
  readonly units: readonly string[];
  readonly roles: readonly string[];
  readonly second_factor?: unknown;
}

/** What signing in gives, and the question who is signed in. */
export interface Session {
  readonly staff: Staff;
  readonly csrf: string;
}

export type PageName = "today" | "customers" | "shifts" | "transfers" | "mistakes" | "devices" | "held";

/** Each page with what it cannot be without; the first page that a person has is where work begins. */
const PAGES: readonly (readonly [PageName, Route])[] = [
  ["today", "GET /v1/day"],
  ["customers", "GET /v1/customers"],
  ["shifts", "GET /v1/shifts"],
  ["transfers", "POST /v1/payments"],
  ["mistakes", "GET /v1/payment-reports"],
  ["devices", "GET /v1/devices"],
  ["held", "GET /v1/held-print-jobs"],
];

export function pagesOf(staff: Staff): PageName[] {
  return PAGES.filter(([, route]) => may(staff, route)).map(([page]) => page);
}

/** Whether somebody may ask for this; the gateway decides over every request, this only hides what it would refuse. */
export function may({ roles }: Staff, route: Route): boolean {
  return STAFF_OF[route].some((role) => roles.includes(role));
}

/** The page of the navigation that an address belongs to. */
export function pageOf(name: string): PageName | null {
  const above = { payments: "customers", route: "today" }[name] ?? name;
  return PAGES.find(([page]) => page === above)?.[0] ?? null;
}
