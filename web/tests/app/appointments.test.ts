import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RouteStop } from "../../src/api/types.ts";
import { settledOf, unsettledAppointment } from "../../src/app/appointments.ts";
import { Clock } from "../../src/app/clock.ts";
import type { Core } from "../../src/app/core.ts";
import { refreshRoute } from "../../src/app/route.ts";
import { initialState } from "../../src/app/state.ts";
import { Store } from "../../src/app/store.ts";
import type { Command } from "../../src/storage/schema.ts";

const TOMORROW = "2026-12-01T08:30:00Z";

function promise(id: string, rest: Partial<Command> = {}): Command {
  const body = { outcome: "cannot_pay", appointment: TOMORROW };
  return { id, kind: "visit", customer_code: "a", state: "waiting", body, ...rest } as Command;
}

const withdrawal = promise("w", { kind: "withdrawal", body: { reason: "nhầm nhà" } });

describe("an appointment that the gateway may not know yet", () => {
  const nothing = settledOf([]);

  test("is the one that waits, or was sent after the reading had begun", () => {
    assert.equal(unsettledAppointment([promise("1")], "a", nothing), TOMORROW);
    assert.equal(unsettledAppointment([promise("1", { state: "sent" })], "a", nothing), TOMORROW);
  });

  test("is none where the reading began after it was settled, where it was refused or where it is another's", () => {
    const sent = [promise("1", { state: "sent" })];
    assert.equal(unsettledAppointment(sent, "a", settledOf(sent)), undefined);
    assert.equal(unsettledAppointment([promise("1", { state: "refused" })], "a", nothing), undefined);
    assert.equal(unsettledAppointment([promise("1")], "b", nothing), undefined);
  });

  test("is the last one: none after it was taken back, null after a visit without one", () => {
    assert.equal(unsettledAppointment([promise("1"), withdrawal], "a", nothing), undefined);
    assert.equal(unsettledAppointment([promise("1"), withdrawal, promise("2")], "a", nothing), TOMORROW);
    const without = promise("2", { body: { outcome: "cannot_pay" } });
    assert.equal(unsettledAppointment([promise("1"), without], "a", nothing), null);
  });

  test("stays on the route that was being read while it was made", async () => {
    const customer = { customer_code: "a", appointment: null };
    const core = {
      store: new Store(initialState("vi")),
      clock: new Clock(),
      database: { replaceRoute: async () => undefined },
      api: {
        call: async () => {
          core.store.set({ commands: [promise("1")] });
          return { stops: [{ customer } as RouteStop] };
        },
      },
    } as unknown as Core;
    await refreshRoute(core);
    assert.equal(core.store.state.stops[0]?.customer.appointment, TOMORROW);
  });
});
