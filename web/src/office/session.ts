/** Who works here, and which pages that person has. Pure. */
import type { Route } from "../api/client.ts";
import { STAFF_OF } from "../api/staff_of.ts";
import type { Me, StaffRole } from "../api/types.ts";

/** The signed-in person, as the gateway describes it. */
export type Staff = Omit<Me, "csrf_token">;

export interface Session {
  readonly staff: Staff;
  readonly csrf: string;
}

export const ROLES: readonly StaffRole[] = [
  "supervisor",
  "cashier",
  "billing_clerk",
  "accountant",
  "operator",
  "auditor",
  "administrator",
];

export type PageName =
  | "today"
  | "customers"
  | "routes"
  | "shifts"
  | "transfers"
  | "mistakes"
  | "approvals"
  | "devices"
  | "held"
  | "bill_runs"
  | "cut_offs"
  | "reports"
  | "people"
  | "log";

/** Each page with what it shows: one of them is enough. The first page that a person has is where work begins. */
const PAGES: readonly (readonly [PageName, ...Route[]])[] = [
  ["today", "GET /v1/day"],
  ["customers", "GET /v1/customers"],
  ["routes", "GET /v1/routes/{route_code}/plan"],
  ["shifts", "GET /v1/shifts"],
  ["transfers", "POST /v1/payments"],
  ["mistakes", "GET /v1/payment-reports"],
  ["approvals", "GET /v1/approvals"],
  ["devices", "GET /v1/devices"],
  ["held", "GET /v1/held-print-jobs", "GET /v1/held-readings", "GET /v1/bank-credits"],
  ["bill_runs", "GET /v1/bill-runs"],
  ["cut_offs", "GET /v1/cut-orders"],
  ["reports", "GET /v1/reports/collections"],
  ["people", "GET /v1/staff"],
  ["log", "GET /v1/staff-acts"],
];

export function pagesOf(staff: Staff): PageName[] {
  return PAGES.filter(([, ...routes]) => routes.some((route) => may(staff, route))).map(([page]) => page);
}

/** Whether somebody may ask for this; the gateway decides over every request, this only hides what it would refuse. */
export function may({ roles }: Staff, route: Route): boolean {
  return STAFF_OF[route].some((role) => roles.includes(role));
}

/** Whether somebody decides over what others ask for; whoever may only ask can take the own back by the same route. */
export function mayApprove(staff: Staff): boolean {
  return (
    may(staff, "POST /v1/approvals/{approval_id}/decision") &&
    staff.roles.some((role) => role === "supervisor" || role === "accountant")
  );
}

/** The page of the navigation that an address belongs to. */
export function pageOf(name: string): PageName | null {
  const above = { payments: "customers", route: "today" }[name] ?? name;
  return PAGES.find(([page]) => page === above)?.[0] ?? null;
}
