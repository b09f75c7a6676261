import assert from "node:assert/strict";
import { test } from "node:test";
import { faultReport } from "../../src/app/fault_report.ts";
import { type AppState, initialState } from "../../src/app/state.ts";
import { unfinished } from "../../src/app/unfinished.ts";
import { faults, keepFaults } from "../../src/fault_log.ts";
import type { Command, CurrentVisit, KeptJob } from "../../src/storage/schema.ts";

const PAYMENT = {
  id: "0199d5b0-7c1e-7000-8000-000000000001",
  kind: "payment",
  state: "waiting",
  tries: 3,
  made_at: "2026-11-28T03:00:00Z",
  customer_code: "PB14010000106",
  customer_name: "Nguyễn Thị Ánh",
  body: { amount: 1_289_725, phone: "0912345678" },
  problem: { slug: "conflict", status: 409, detail: "Nguyễn Thị Ánh đã trả" },
} as unknown as Command;

test("a fault report has what helps, and nothing of a customer or a collector", () => {
  const written: string[] = [];
  const log = { error: (...all: unknown[]) => void written.push(String(all[0])), warn: () => undefined };
  keepFaults(log);
  log.error("a frame was not handled", new TypeError("0912345678 of Nguyễn Thị Ánh"));
  const job = { job_id: "j", attempt: 2, phase: "done", state: "unconfirmed", cause: "link_lost" };
  const state = {
    ...initialState("vi"),
    collector: { name: "Lê Văn Tư", collector_code: "TN001", phone: "+84900000001" },
    device: { device_id: "d", device_name: "Máy của Tư" },
    commands: [PAYMENT],
    keptJobs: [{ ...job, frame: { kind: "receipt", summary: "Nguyễn Thị Ánh" } } as unknown as KeptJob],
  } as unknown as AppState;
  const report = faultReport(state, { version: "abc", browser: "Chrome", made_at: "now", faults: faults() });
  assert.doesNotMatch(report, /Ánh|Tư|0912345678|\+84|1289725|PB1401|TN001/);
  for (const helps of ["a frame was not handled: TypeError", PAYMENT.id, "conflict", "unconfirmed", "link_lost"]) {
    assert.ok(report.includes(helps), helps);
  }
  assert.deepEqual(written, ["a frame was not handled"], "the console still has it");
});

test("an update names the visits and payments that it waits for, and none where nothing is unfinished", () => {
  const visit = { customer_code: "PB14010000106", day: "2026-11-28", over: false } as unknown as CurrentVisit;
  const state = {
    ...initialState("vi"),
    day: "2026-11-28",
    visits: { PB14010000106: visit },
    commands: [PAYMENT],
    stops: [{ customer: { customer_code: "PB14010000106", name: "Nguyễn Thị Ánh" } }],
  } as unknown as AppState;
  assert.deepEqual(unfinished(state), {
    visits: [{ customer_code: "PB14010000106", name: "Nguyễn Thị Ánh" }],
    payments: [{ customer_code: "PB14010000106", name: "Nguyễn Thị Ánh" }],
    isPrinting: false,
  });
  assert.equal(unfinished({ ...state, day: "2026-11-29", commands: [] }), null);
});
