import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { ApiProblem, NoAnswer } from "../../src/api/problem.ts";
import type { Command } from "../../src/storage/schema.ts";
import { LONGEST_PAUSE_MS, pauseAfter } from "../../src/sync/backoff.ts";
import { nextToSend, Syncer, withClockCorrected } from "../../src/sync/syncer.ts";

function command(seq: number, more: Partial<Command> = {}): Command {
  return {
    seq,
    id: `id-${seq}`,
    kind: "visit",
    route: "PUT /v1/visits/{visit_id}",
    params: {},
    keyed: false,
    body: { visited_at: "2026-11-22T03:00:00.000Z" },
    lane: `customer-${seq}`,
    customer_code: null,
    customer_name: "",
    made_at: "2026-11-22T03:00:00.000Z",
    clock_offset: 0,
    state: "waiting",
    tries: 0,
    ...more,
  };
}

/** A store, and a gateway that answers as a test wants it. */
class Bench {
  readonly kept = new Map<number, Command>();
  readonly sent: string[] = [];
  answer: (command: Command) => unknown = () => ({ ok: true });
  offset = 0;
  locked = false;
  /** What the phone's storage does instead of reading. */
  broken: (() => never) | null = null;
  readonly syncer = new Syncer({
    outbox: {
      commands: async () => {
        this.broken?.();
        return [...this.kept.values()].reverse();
      },
      putCommand: async (one) => void this.kept.set(one.seq as number, one),
    },
    send: async (one) => {
      this.sent.push(one.id);
      return this.answer(one);
    },
    changed: () => undefined,
    stamp: () => "now",
    clockOffset: () => this.offset,
    alone: async (work) => {
      if (!this.locked) {
        await work();
      }
    },
    random: () => 1,
  });

  constructor(...commands: Command[]) {
    for (const one of commands) {
      this.kept.set(one.seq as number, one);
    }
  }

  state(seq: number): string | undefined {
    return this.kept.get(seq)?.state;
  }
}

describe("the syncer", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench(command(3), command(1), command(2));
  });
  afterEach(() => bench.syncer.stop());

  test("sends everything in the order of making, once", async () => {
    await bench.syncer.kick();
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, ["id-1", "id-2", "id-3"]);
    assert.deepEqual(
      [1, 2, 3].map((seq) => bench.state(seq)),
      ["sent", "sent", "sent"],
    );
  });

  test("stops at the first that gets no answer, and begins there again with the same content", async () => {
    bench.answer = (one) => {
      if (one.seq === 2) {
        throw new NoAnswer("tunnel");
      }
      return {};
    };
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, ["id-1", "id-2"]);
    assert.equal(bench.syncer.failures, 1);
    const before = bench.kept.get(2)?.body;
    bench.answer = () => ({});
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, ["id-1", "id-2", "id-2", "id-3"]);
    assert.equal(bench.kept.get(2)?.body, before);
    assert.equal(bench.syncer.failures, 0);
  });

  test("what the gateway refuses is kept for a person and holds up nothing else", async () => {
    bench.answer = (one) => {
      if (one.seq === 1) {
        throw new ApiProblem("nothing-owed", 409, "Khách hàng không còn nợ.", { debt: 0 });
      }
      return {};
    };
    await bench.syncer.kick();
    assert.equal(bench.state(1), "refused");
    assert.deepEqual(bench.kept.get(1)?.problem, {
      slug: "nothing-owed",
      status: 409,
      detail: "Khách hàng không còn nợ.",
      facts: { debt: 0 },
    });
    assert.equal(bench.state(3), "sent");
  });

  test("what the gateway cannot serve keeps back only its own customer", async () => {
    bench = new Bench(command(1, { lane: "a" }), command(2, { lane: "a" }), command(3, { lane: "b" }));
    bench.answer = (one) => {
      if (one.lane === "a") {
        throw new ApiProblem("internal-error", 500, "");
      }
      return {};
    };
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, ["id-1", "id-3"]);
    assert.deepEqual(
      [1, 2, 3].map((seq) => bench.state(seq)),
      ["waiting", "waiting", "sent"],
    );
  });

  test("sends nothing more once the phone is shut out", async () => {
    bench.answer = () => {
      throw new ApiProblem("not-authenticated", 401, "");
    };
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, ["id-1"]);
    assert.equal(bench.state(1), "waiting");
  });

  test("sends nothing while another tab does", async () => {
    bench.locked = true;
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, []);
  });

  test("kicked many times at once, each thing is sent once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => bench.syncer.kick()));
    assert.deepEqual(bench.sent, ["id-1", "id-2", "id-3"]);
  });

  test("goes on by itself after an error that nobody expected, with growing pauses", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const complaints = t.mock.method(console, "error", () => undefined);
    bench.broken = () => {
      throw new DOMException("the disk is full", "QuotaExceededError");
    };
    await bench.syncer.kick();
    t.mock.timers.tick(1_000);
    await bench.syncer.idle();
    assert.equal(complaints.mock.callCount(), 2);
    bench.broken = null;
    t.mock.timers.tick(1_999);
    await bench.syncer.idle();
    assert.deepEqual(bench.sent, []);
    t.mock.timers.tick(1);
    await bench.syncer.idle();
    assert.deepEqual(bench.sent, ["id-1", "id-2", "id-3"]);
    assert.equal(bench.syncer.failures, 0);
  });

  test("a kick is never lost, whenever it comes", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    for (let steps = 0; steps < 30; steps += 1) {
      bench = new Bench(command(1));
      const first = bench.syncer.kick();
      for (let step = 0; step < steps; step += 1) {
        await null;
      }
      bench.kept.set(2, command(2));
      await Promise.all([first, bench.syncer.kick()]);
      assert.deepEqual(bench.sent, ["id-1", "id-2"], `after ${steps} steps`);
      bench.syncer.stop();
    }
  });

  test("a visit from a phone with a wrong clock is put right and sent again under its id", async () => {
    bench = new Bench(command(1));
    bench.offset = -86_400_000;
    bench.answer = (one) => {
      if (one.body["visited_at"] === "2026-11-22T03:00:00.000Z") {
        throw new ApiProblem("clock-wrong", 422, "");
      }
      return {};
    };
    await bench.syncer.kick();
    assert.deepEqual(bench.sent, ["id-1", "id-1"]);
    assert.equal(bench.kept.get(1)?.body["visited_at"], "2026-11-21T03:00:00.000Z");
    assert.equal(bench.state(1), "sent");
  });
});

test("each moment that a phone states is put right", () => {
  const problem = new ApiProblem("clock-wrong", 422, "");
  const moments = ["visited_at", "received_at", "opened_at", "closed_at", "stated_at"];
  const body = Object.fromEntries(moments.map((name) => [name, "2026-11-22T03:00:00.000Z"]));
  const corrected = withClockCorrected(command(1, { body }), problem, 3_600_000);
  const right = Object.fromEntries(moments.map((name) => [name, "2026-11-22T04:00:00.000Z"]));
  assert.deepEqual(corrected?.body, right);
});

test("a clock that is as wrong as it was known to be is not corrected twice", () => {
  const problem = new ApiProblem("clock-wrong", 422, "");
  assert.equal(withClockCorrected(command(1, { clock_offset: 5_000 }), problem, 5_000), null);
  assert.equal(withClockCorrected(command(1), new ApiProblem("other", 422, ""), 86_400_000), null);
});

test("pauses double up to a minute, with full jitter", () => {
  assert.deepEqual(
    [1, 2, 3, 7, 50].map((failures) => pauseAfter(failures, () => 1)),
    [1_000, 2_000, 4_000, 60_000, LONGEST_PAUSE_MS],
  );
  assert.equal(
    pauseAfter(5, () => 0),
    0,
  );
});

test("a lane that is stuck is passed over until its time has come", () => {
  const commands = [command(1, { lane: "a" }), command(2, { lane: "b" })];
  const notBefore = new Map([["a", 100]]);
  assert.equal(nextToSend(commands, notBefore, 99)?.seq, 2);
  assert.equal(nextToSend(commands, notBefore, 100)?.seq, 1);
  assert.equal(nextToSend([command(1, { state: "sent" })], new Map(), 0), null);
});
