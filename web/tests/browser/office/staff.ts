/** People of the office, made by its first administrator. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { required } from "../launch.ts";

const GATEWAY = required("THUNGAN_APP_URL").replace(/\/app\/$/, "");

export const PASSWORD = "con mèo uống nước dừa";

/** Somebody who has not signed in yet. */
export interface Person {
  readonly login_name: string;
  readonly code: string;
}

interface Administrator {
  readonly cookie: string;
  readonly csrf: string;
}

async function firstAdministrator(): Promise<Administrator> {
  const response = await fetch(`${GATEWAY}/v1/staff/first-sign-in`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      login_name: "administrator",
      code: required("THUNGAN_ADMINISTRATOR_CODE"),
      password: PASSWORD,
    }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  const { csrf_token: csrf } = (await response.json()) as { csrf_token: string };
  return { cookie: (response.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "", csrf };
}

async function make(administrator: Administrator, name: string, fullName: string, role: string): Promise<Person> {
  const response = await fetch(`${GATEWAY}/v1/staff`, {
    method: "POST",
    headers: {
      Cookie: administrator.cookie,
      "Content-Type": "application/json",
      "Idempotency-Key": randomUUID(),
      "X-CSRF-Token": administrator.csrf,
    },
    body: JSON.stringify({ login_name: name, full_name: fullName, units: ["*"], roles: [role] }),
  });
  assert.equal(response.status, 201, await response.clone().text());
  const { code } = (await response.json()) as { code: string };
  return { login_name: name, code };
}

interface People {
  readonly supervisor: Person;
  readonly cashier: Person;
  readonly colleague: Person;
  /** Has a password already. */
  readonly clerk: Person;
  readonly administrator: Person;
}

/** A supervisor, two cashiers and a billing clerk: who declares, counts and decides are three people. To be called once for a system. */
export async function makePeople(): Promise<People> {
  const administrator = await firstAdministrator();
  return {
    supervisor: await make(administrator, "lan", "Trần Thị Lan", "supervisor"),
    cashier: await make(administrator, "ngan", "Lê Thu Ngân", "cashier"),
    colleague: await make(administrator, "thao", "Võ Thị Thảo", "cashier"),
    clerk: await make(administrator, "hoa", "Phạm Thị Hoa", "billing_clerk"),
    administrator: { login_name: "administrator", code: "" },
  };
}
