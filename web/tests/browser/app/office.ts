/** The office, from a test: the gateway's API with the tokens of a supervisor, a cashier and a collection point. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { AccountState, CustomerAccount, PaymentReply, PrintJobView, RouteOfDay } from "../../../src/api/types.ts";
import { required } from "../launch.ts";

export const APP = required("THUNGAN_APP_URL");
const GATEWAY = APP.replace(/\/app\/$/, "");
export const COLLECTORS = required("THUNGAN_COLLECTORS").split(",");

type Role = "SUPERVISOR" | "CASHIER" | "COLLECTION_POINT";

async function call<T>(role: Role, method: string, path: string, body?: object, key?: string): Promise<T> {
  const response = await fetch(GATEWAY + path, {
    method,
    headers: {
      Authorization: `Bearer ${required(`THUNGAN_${role}`)}`,
      "Content-Type": "application/json",
      ...(key ? { "Idempotency-Key": key } : {}),
    },
    body: body ? JSON.stringify(body) : null,
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return (await response.json()) as T;
}

export async function codeFor(collector: string): Promise<string> {
  const { code } = await call<{ code: string }>("SUPERVISOR", "POST", "/v1/enrolment-codes", {
    role: "collector",
    collector_code: collector,
  });
  return code;
}

export function routeOf(collector: string, day = today()): Promise<RouteOfDay> {
  return call("SUPERVISOR", "GET", `/v1/collectors/${collector}/route?day=${day}`);
}

/** Collectors with a route of an ordinary length, other than the first one, whom other tests send round. */
export async function ordinaryCollectors(): Promise<string[]> {
  const found: string[] = [];
  for (const code of COLLECTORS.slice(1)) {
    const owing = (await routeOf(code)).stops.filter((stop) => stop.customer.debt > 0);
    if (owing.length >= 9 && owing.length <= 60) {
      found.push(code);
    }
  }
  return found;
}

export function accountOf(customer: string): Promise<CustomerAccount> {
  return call("SUPERVISOR", "GET", `/v1/customers/${customer}/account?history=20`);
}

export async function debtOf(customer: string): Promise<number> {
  return (await call<{ account: AccountState }>("CASHIER", "GET", `/v1/customers/${customer}/debt`)).account.debt;
}

/** Payments of a customer that stand. */
export async function paymentsOf(customer: string) {
  return (await accountOf(customer)).payments.filter((payment) => !payment.reversed_at);
}

export async function devices(): Promise<{ device_id: string; device_name: string; revoked_at: string | null }[]> {
  return (await call<{ devices: [] }>("SUPERVISOR", "GET", "/v1/devices?role=collector&limit=200")).devices;
}

export async function revoke(deviceName: string): Promise<void> {
  const device = (await devices()).find((one) => one.device_name === deviceName && one.revoked_at === null);
  assert.ok(device, `no device ${deviceName}`);
  await call("SUPERVISOR", "POST", `/v1/devices/${device.device_id}/revocation`, { reason: "Mất điện thoại" });
}

export async function printJobsOf(deviceName: string): Promise<PrintJobView[]> {
  const device = (await devices()).findLast((one) => one.device_name === deviceName);
  assert.ok(device, `no device ${deviceName}`);
  const { print_jobs: jobs } = await call<{ print_jobs: PrintJobView[] }>(
    "SUPERVISOR",
    "GET",
    `/v1/devices/${device.device_id}/print-jobs?limit=200`,
  );
  return jobs;
}

/** The post office takes money. */
export function post(customer: string, amount: number): Promise<PaymentReply> {
  const body = { customer_code: customer, amount, reference: `BD${Date.now()}`, received_at: new Date().toISOString() };
  return call("COLLECTION_POINT", "POST", "/v1/postings", body, randomUUID());
}

/** The bank's credit is recorded, with what the payer wrote; the receipt is printed by the phone. */
export async function recordTransfer(
  customer: string,
  amount: number,
  deviceName: string,
  content = "",
): Promise<PaymentReply> {
  const device = (await devices()).findLast((one) => one.device_name === deviceName);
  const body = {
    method: "transfer",
    customer_code: customer,
    amount,
    reference: `FT${Date.now()}`,
    transfer_content: content,
    received_at: new Date().toISOString(),
    device_id: device?.device_id,
  };
  return call("CASHIER", "POST", "/v1/payments", body, randomUUID());
}

/** The day in Vietnam. */
export function today(): string {
  return new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
}
