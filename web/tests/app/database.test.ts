import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { RouteStop } from "../../src/api/types.ts";
import { newVisit } from "../../src/app/procedure.ts";
import { Database, PaymentUnanswered } from "../../src/storage/database.ts";
import { NotKept } from "../../src/storage/not_kept.ts";
import { type Command, type KeptJob, STORES } from "../../src/storage/schema.ts";

const TODAY = "2026-11-22";

function payment(more: Partial<Command> = {}): Command {
  return {
    id: "payment-1",
    kind: "payment",
    route: "POST /v1/payments",
    params: {},
    keyed: true,
    body: { amount: 100_000 },
    lane: "PB14010000001",
    customer_code: "PB14010000001",
    customer_name: "A",
    made_at: `${TODAY}T03:00:00.000Z`,
    clock_offset: 0,
    state: "waiting",
    tries: 0,
    ...more,
  };
}

function stop(code: string): RouteStop {
  return { customer: { customer_code: code } } as RouteStop;
}

describe("the phone's database", () => {
  let database: Database;
  let number = 0;
  beforeEach(async () => {
    number += 1;
    database = await Database.open(() => undefined, `test-${number}`);
  });
  afterEach(() => database.close());

  test("the same payment is kept once, however often the button was pressed or the app was opened", async () => {
    const first = await database.addCommand(payment());
    const again = await database.addCommand(payment({ body: { amount: 999 } }));
    assert.equal(again.seq, first.seq);
    assert.equal(again.body["amount"], 100_000);
    assert.equal((await database.commands()).length, 1);
  });

  test("while a payment waits, neither a visit nor another payment of this customer is kept", async () => {
    await database.addCommand(payment());
    for (const other of [
      payment({ id: "payment-2" }),
      payment({ id: "visit-1", kind: "visit", body: { outcome: "cannot_pay" } }),
    ]) {
      await assert.rejects(database.addCommand(other), PaymentUnanswered);
    }
    await database.addCommand(payment({ id: "payment-3", customer_code: "PB14010000002" }));
    await database.addCommand(payment({ id: "phone-1", kind: "phone" }));
    assert.equal((await database.commands()).length, 3);
  });

  test("whoever watches learns what could not be kept, until all of that is written again", async () => {
    const seen: (boolean | undefined)[] = [];
    database.watch((unkept) => seen.push(unkept?.isFull));
    const broken = { visit_id: "v" } as ReturnType<typeof newVisit>; // has no key
    await assert.rejects(database.putVisit(broken), NotKept);
    await database.setFacts({ clock_offset: 1 });
    await database.putVisit(newVisit("PB14010000001", "met", `${TODAY}T03:00:00.000Z`, TODAY));
    assert.deepEqual(seen, [false, undefined]);
  });

  test("a payment that was refused may be tried again under its id", async () => {
    const first = await database.addCommand(payment());
    await database.putCommand({ ...first, state: "refused" });
    const again = await database.addCommand(payment());
    assert.notEqual(again.seq, first.seq);
  });

  test("a visit that goes on from met to cannot pay is two commands with one id", async () => {
    const visit = newVisit("PB14010000001", "met", `${TODAY}T03:00:00.000Z`, TODAY);
    for (const outcome of ["met", "cannot_pay", "cannot_pay"]) {
      await database.addCommand(payment({ id: visit.visit_id, kind: "visit", body: { outcome } }), visit);
    }
    assert.deepEqual(
      (await database.commands()).map((one) => one.body["outcome"]),
      ["met", "cannot_pay"],
    );
    assert.deepEqual(await database.visits(), [visit]);
  });

  test("a command and its visit are kept together or not at all", async () => {
    const broken = { visit_id: "v" } as ReturnType<typeof newVisit>; // has no key
    await assert.rejects(database.addCommand(payment(), broken));
    assert.deepEqual(await database.commands(), []);
  });

  test("commands come out in the order of making", async () => {
    for (const id of ["c", "a", "b"]) {
      await database.addCommand(payment({ id, customer_code: id }));
    }
    assert.deepEqual(
      (await database.commands()).map((one) => one.id),
      ["c", "a", "b"],
    );
  });

  test("wiped, it holds nothing but that it was locked, and nothing that was under way is kept", async () => {
    await database.setFacts({ token: "secret", clock_offset: 5 });
    await database.addCommand(payment());
    await database.replaceRoute([stop("PB14010000001")], { day: TODAY, read_at: "" });
    const wiping = database.wipe({ at: "now" });
    await database.putCustomer({
      customer_code: "PB14010000001",
      details: null,
      account: null,
      read_at: "",
      outdated: false,
    });
    await wiping;
    await database.setFacts({ token: "secret" });
    await database.addCommand(payment());
    assert.deepEqual(await database.facts(), { locked: { at: "now" } });
    for (const found of [
      await database.commands(),
      await database.stops(),
      await database.customers(),
      await database.jobs(),
    ]) {
      assert.deepEqual(found, []);
    }
    await database.wipe(null);
    await database.setFacts({ token: "new" });
    assert.deepEqual(await database.facts(), { token: "new" });
  });

  test("another day: customers and what is over are forgotten, what waits and what was not seen stays", async () => {
    await database.replaceRoute([stop("PB14010000001")], { day: TODAY, read_at: "" });
    await database.putCustomer({
      customer_code: "PB14010000001",
      details: null,
      account: null,
      read_at: "",
      outdated: false,
    });
    await database.putVisit(newVisit("PB14010000001", "met", `${TODAY}T03:00:00.000Z`, TODAY));
    for (const [id, state, seen] of [
      ["waits", "waiting", false],
      ["sent", "sent", false],
      ["seen", "refused", true],
      ["unseen", "refused", false],
    ] as const) {
      await database.addCommand(payment({ id, state, seen, customer_code: id }));
    }
    await database.beginDay("2026-11-23", (moment) => moment < "2026-11-23");
    assert.deepEqual(
      (await database.commands()).map((one) => one.id),
      ["waits", "unseen"],
    );
    assert.deepEqual([await database.stops(), await database.customers(), await database.visits()], [[], [], []]);
    assert.equal((await database.facts()).route, undefined);
  });

  test("the same day again changes nothing", async () => {
    await database.replaceRoute([stop("b"), stop("a")], { day: TODAY, read_at: "" });
    await database.beginDay(TODAY, (moment) => moment < TODAY);
    assert.deepEqual(
      (await database.stops()).map((one) => one.customer.customer_code),
      ["b", "a"],
    );
  });

  test("two changes of one print job at once do not undo each other", async () => {
    const job: KeptJob = {
      job_id: "j",
      attempt: 1,
      frame: {} as KeptJob["frame"],
      phase: "ready",
      state: null,
      cause: null,
    };
    await database.changeJob("j", () => job);
    const begun = await Promise.all(
      [1, 2, 3].map(async () => {
        let mine = false;
        await database.changeJob("j", (kept) => {
          mine = kept?.phase === "ready";
          return mine ? { ...job, phase: "printing" } : undefined;
        });
        return mine;
      }),
    );
    assert.equal(begun.filter(Boolean).length, 1);
  });

  test("every store is made and can be read", async () => {
    assert.equal(STORES.length, 7);
    assert.deepEqual(await database.transfers(), []);
  });
});
