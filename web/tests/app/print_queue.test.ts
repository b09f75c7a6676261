import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { groupOf, printJobsNow } from "../../src/app/print_job_list.ts";
import type { KeptJob } from "../../src/storage/schema.ts";
import { nextReady } from "../../src/stream/print_queue.ts";
import { LONGEST_PAUSE_MS } from "../../src/sync/backoff.ts";
import { Bench, type Frame, frame } from "./print_queue_bench.ts";

describe("the print queue", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  test("prints nothing before the gateway has confirmed that the phone has it", async () => {
    await bench.queue.offered(frame("a"));
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.printed, []);
    assert.deepEqual(
      bench.framesOf("accepted").map((one) => one.job_id),
      ["a"],
    );
    await bench.queue.confirmed("a", 1);
    await bench.queue.idle();
    assert.deepEqual(bench.printed, ["a"]);
    assert.deepEqual(
      bench.framesOf("result").map((one) => one.state),
      ["printed"],
    );
  });

  test("an offer that is repeated is the same job, and its result is sent again", async () => {
    await bench.offer(frame("a"));
    await bench.offer(frame("a"));
    assert.deepEqual(bench.printed, ["a"]);
    assert.equal(bench.framesOf("result").length, 2);
    await bench.queue.acknowledged("a", 1, "printed");
    assert.equal(bench.kept.size, 0);
  });

  test("what the gateway withdraws while the printer is silent is not printed, although the phone has not heard of it", async () => {
    bench.ready = "paper_out";
    await bench.offer(frame("a"));
    bench.ready = null;
    bench.inEffect = "cancelled";
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.printed, []);
    assert.equal(bench.kept.size, 0);
  });

  test("a withdrawal that comes while the gateway is asked counts", async () => {
    bench.inEffect = null;
    const offered = bench.offer(frame("a"));
    while (bench.framesOf("printing").length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await bench.queue.withdrawn("a");
    await offered;
    assert.deepEqual(bench.printed, []);
  });

  test("without an answer it prints after a moment, and without a stream at once", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    bench.inEffect = null;
    const offered = bench.offer(frame("a"));
    while (bench.framesOf("printing").length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    context.mock.timers.tick(2_000);
    await offered;
    bench.isOpen = false;
    await bench.offer(frame("b"));
    assert.deepEqual(bench.printed, ["a", "b"]);
  });

  test("a receipt goes before notices that have waited longer", () => {
    const jobs = [frame("n", { seq: 1 }), frame("r", { seq: 9, priority: 0 }), frame("m", { seq: 2 })].map(
      (one): KeptJob => ({ job_id: one.job_id, attempt: 1, frame: one, phase: "ready", state: null, cause: null }),
    );
    assert.equal(nextReady(jobs)?.job_id, "r");
  });

  test("without paper it waits, reports why, and goes on when a person has put paper in", async () => {
    bench.ready = "paper_out";
    await bench.offer(frame("a"), frame("b", { seq: 2 }));
    assert.deepEqual(bench.printed, []);
    assert.equal(bench.queue.held, "paper_out");
    assert.deepEqual([bench.framesOf("result")[0]?.state, bench.framesOf("result")[0]?.cause], ["held", "paper_out"]);
    bench.ready = null;
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.printed, ["a", "b"]);
    assert.equal(bench.queue.held, null);
  });

  test("what may be on paper is never printed again by itself", async () => {
    bench.print = async (job, begin) => {
      await begin();
      bench.printed.push(job.job_id);
      return { state: "unconfirmed", cause: "link_lost" };
    };
    await bench.offer(frame("a"));
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.printed, ["a"]);
    assert.equal(bench.framesOf("result").at(-1)?.state, "unconfirmed");
  });

  test("a printer that fails after the first byte leaves it to a person, before it to the gateway", async () => {
    bench.print = async (_job, begin) => {
      await begin();
      throw new Error("the browser gave up");
    };
    await bench.offer(frame("a"));
    bench.print = () => Promise.reject(new Error("it could not be drawn"));
    await bench.offer(frame("b"));
    assert.deepEqual(
      bench.framesOf("result").map((one) => [one.job_id, one.state]),
      [
        ["a", "unconfirmed"],
        ["b", "failed"],
      ],
    );
  });

  test("closed while it printed, it asks a person when it is opened again", async () => {
    let killed: () => void = () => undefined;
    bench.print = async (job, begin) => {
      await begin();
      bench.printed.push(job.job_id);
      return new Promise(() => killed());
    };
    const printing = new Promise<void>((resolve) => {
      killed = resolve;
    });
    await bench.queue.offered(frame("a"));
    await bench.queue.confirmed("a", 1);
    await printing;
    bench.queue.stop();
    bench.queue = bench.start();
    assert.equal(await bench.queue.recover(), true);
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.printed, ["a"]);
    assert.deepEqual([bench.kept.get("a")?.state, bench.kept.get("a")?.cause], ["unconfirmed", "app_closed"]);
    assert.equal(await bench.queue.recover(), false);
  });

  test("withdrawn before the first byte it is not printed, also when the printer was being asked", async () => {
    bench.print = async (job, begin) => {
      await bench.queue.withdrawn(job.job_id);
      return (await begin()) ? { state: "printed", cause: null } : { state: "held", cause: null };
    };
    await bench.offer(frame("a"));
    assert.deepEqual(bench.printed, []);
    assert.equal(bench.kept.size, 0);
    assert.equal(bench.queue.held, null);
  });

  test("a result that could not be sent is sent when the stream is open again", async () => {
    bench.isOpen = false;
    await bench.queue.offered(frame("a"));
    bench.kept.set("a", { ...(bench.kept.get("a") as KeptJob), phase: "ready" });
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.frames, []);
    bench.isOpen = true;
    await bench.queue.welcomed();
    assert.deepEqual(
      bench.framesOf("result").map((one) => one.state),
      ["printed"],
    );
  });

  test("a result that could not be kept is kept and reported later by itself, and nothing is printed twice", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    t.mock.method(console, "error", () => undefined);
    bench.breaks = (kept) => kept?.phase === "done";
    await bench.offer(frame("a"), frame("b", { seq: 2 }));
    assert.deepEqual(bench.printed, ["a"]);
    assert.equal(bench.kept.get("a")?.phase, "printing");
    bench.breaks = () => false;
    t.mock.timers.tick(LONGEST_PAUSE_MS);
    await bench.queue.idle();
    assert.deepEqual(bench.printed, ["a", "b"]);
    assert.deepEqual(
      bench.framesOf("result").map((one) => [one.job_id, one.state]),
      [
        ["a", "printed"],
        ["b", "printed"],
      ],
    );
  });

  test("a stale notice that could not be ended does not stop the queue for good", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    t.mock.method(console, "error", () => undefined);
    bench.breaks = (kept) => kept?.phase === "done";
    await bench.offer(frame("a", { not_after: "2026-11-22T02:59:59Z" }), frame("b", { seq: 2 }));
    assert.deepEqual(bench.printed, []);
    bench.breaks = () => false;
    t.mock.timers.tick(LONGEST_PAUSE_MS);
    await bench.queue.idle();
    assert.deepEqual(bench.printed, ["b"]);
  });

  test("a stale notice is not printed", async () => {
    await bench.offer(frame("a", { not_after: "2026-11-22T02:59:59Z" }));
    assert.deepEqual(bench.printed, []);
    assert.equal(bench.framesOf("result").at(-1)?.state, "expired");
  });

  test("a document that is no longer true once the printer is on again is withdrawn, and the gateway learns why", async () => {
    bench.ready = "no_printer";
    await bench.offer(frame("a"));
    bench.ready = null;
    bench.untrue = "door_left";
    bench.queue.kick();
    await bench.queue.idle();
    assert.deepEqual(bench.printed, []);
    const { state, cause } = bench.framesOf("result").at(-1) as Frame;
    assert.deepEqual([state, cause], ["cancelled", "door_left"]);
  });

  test("a document of the phone's own is printed without a word to the gateway", async () => {
    const local = frame("l");
    bench.kept.set("l", {
      job_id: "l",
      attempt: 1,
      frame: local,
      phase: "ready",
      state: null,
      cause: null,
      local: "2026-11-22T03:00:00Z",
    });
    bench.queue.kick();
    await bench.queue.idle();
    await bench.queue.welcomed();
    assert.deepEqual([bench.printed, bench.frames, bench.kept.get("l")?.state], [["l"], [], "printed"]);
  });

  test("a new attempt replaces what was kept of the one before", async () => {
    await bench.offer(frame("a"));
    await bench.offer(frame("a", { attempt: 2 }));
    assert.deepEqual(bench.printed, ["a", "a"]);
    assert.equal(bench.kept.get("a")?.attempt, 2);
  });
});

test("the list shows what the phone knows better than the gateway", () => {
  const job: KeptJob = { job_id: "a", attempt: 1, frame: frame("a"), phase: "ready", state: null, cause: null };
  const [held] = printJobsNow([], [job], "paper_out");
  assert.deepEqual([held?.state, held?.cause, held && groupOf(held)], ["held", "paper_out", "waiting"]);
  const [unconfirmed] = printJobsNow([], [{ ...job, phase: "done", state: "unconfirmed", cause: "link_lost" }], null);
  assert.equal(unconfirmed && groupOf(unconfirmed), "attention");
});
