/** Warnings to deliver on paper, orders to cut and to connect again: read, and kept on the phone. */
import type { CutOrder, WarningTask } from "../api/types.ts";
import type { Command } from "../storage/schema.ts";
import type { Core } from "./core.ts";
import type { AppState } from "./state.ts";

/** Read what this collector has to do. Throws like any request. */
export async function refreshCutTasks({ api, clock, database, store, isEnrolled }: Core): Promise<void> {
  const { orders, warnings } = await api.call("GET /v1/cut-tasks");
  if (isEnrolled()) {
    const cutTasks = { orders, warnings, read_at: clock.stamp() };
    store.set({ cutTasks });
    await database.setFacts({ cutTasks });
  }
}

/** What this phone has written down about a task and the gateway has not refused. */
export function commandOf(commands: readonly Command[], task: CutOrder | WarningTask): Command | undefined {
  return commands.find(
    ({ state, params, body }) =>
      state !== "refused" &&
      ("order_id" in task ? params["order_id"] === task.order_id : body["warning_id"] === task.warning_id),
  );
}

/** The name of a customer of the route; the code of others. */
export function nameOf({ stops, files }: AppState, code: string): string {
  const stop = stops.find(({ customer }) => customer.customer_code === code);
  return stop?.customer.name ?? files[code]?.details?.facts.name ?? code;
}

/** Where a customer lives; null where this phone does not know. */
export function addressOf({ stops, files }: AppState, code: string): string | null {
  const stop = stops.find(({ customer }) => customer.customer_code === code);
  return stop?.customer.address ?? files[code]?.details?.facts.address ?? null;
}
