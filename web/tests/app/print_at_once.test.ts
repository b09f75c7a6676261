import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { PrintResult } from "../../src/stream/print_queue.ts";
import { Bench, frame } from "./print_queue_bench.ts";

/** Let everything that is under way come as far as this, without a clock. */
async function come(to: () => boolean): Promise<void> {
  while (!to()) {
    await new Promise((go) => setImmediate(go));
  }
}

describe("a document that is offered while the printer is idle", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = new Bench();
    await bench.queue.welcomed(true);
  });

  const settled = () => bench.queue.idle();

  test("is printed with one question before the first byte", async () => {
    await bench.queue.offered(frame("a"));
    await settled();
    assert.deepEqual(bench.printed, ["a"]);
    assert.deepEqual(bench.frames, [
      { type: "printing", job_id: "a", attempt: 1, at_once: true },
      { type: "result", job_id: "a", attempt: 1, state: "printed" },
    ]);
  });

  test("is accepted first by a gateway that does not know of it", async () => {
    await bench.queue.welcomed(false);
    await bench.queue.offered(frame("a"));
    await settled();
    assert.deepEqual(bench.printed, []);
    assert.deepEqual(
      bench.frames.map((one) => one.type),
      ["accepted"],
    );
  });

  test("is accepted first while another one waits", async () => {
    bench.inEffect = null;
    bench.kept.set("b", { job_id: "b", attempt: 1, frame: frame("b"), phase: "stored", state: null, cause: null });
    await bench.queue.offered(frame("a"));
    await settled();
    assert.deepEqual(
      bench.frames.map((one) => [one.type, one.job_id]),
      [["accepted", "a"]],
    );
  });

  test("is accepted first where the printer has no paper, and held once that is confirmed", async () => {
    bench.ready = "paper_out";
    await bench.queue.offered(frame("a"));
    await settled();
    assert.deepEqual(
      bench.frames.map((one) => one.type),
      ["accepted"],
    );
    await bench.queue.confirmed("a", 1);
    await settled();
    assert.deepEqual(
      bench.framesOf("result").map((one) => one.state),
      ["held"],
    );
    assert.deepEqual(bench.printed, []);
  });

  for (const state of ["cancelled", "expired"] as const) {
    test(`is forgotten where it is ${state} by then`, async () => {
      bench.inEffect = state;
      await bench.queue.offered(frame("a"));
      await settled();
      assert.deepEqual(bench.printed, []);
      assert.equal(bench.kept.size, 0);
    });
  }

  test("is accepted where the gateway neither agrees nor takes it back", async () => {
    bench.inEffect = "offered";
    await bench.queue.offered(frame("a"));
    await settled();
    assert.deepEqual(bench.printed, []);
    assert.deepEqual(
      bench.frames.map((one) => one.type),
      ["printing", "accepted"],
    );
  });

  test("is not printed without an answer, but after its promise is confirmed", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    bench.inEffect = null;
    await bench.queue.offered(frame("a"));
    await come(() => bench.frames.length === 1);
    context.mock.timers.tick(2_000);
    await settled();
    assert.deepEqual(bench.printed, []);
    assert.deepEqual(
      bench.frames.map((one) => one.type),
      ["printing", "accepted"],
    );
    bench.inEffect = "printing";
    await bench.queue.confirmed("a", 1);
    await settled();
    assert.deepEqual(bench.printed, ["a"]);
  });

  test("is printed by a late answer that agrees", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    bench.inEffect = null;
    await bench.queue.offered(frame("a"));
    await come(() => bench.frames.length === 1);
    context.mock.timers.tick(2_000);
    await settled();
    bench.inEffect = "printing";
    await bench.queue.acknowledged("a", 1, "printing");
    await settled();
    assert.deepEqual(bench.printed, ["a"]);
  });

  test("is taken back by a withdrawal that comes before the answer", async () => {
    bench.inEffect = null;
    await bench.queue.offered(frame("a"));
    await come(() => bench.frames.length === 1);
    await bench.queue.withdrawn("a");
    await settled();
    assert.deepEqual(bench.printed, []);
    assert.equal(bench.kept.size, 0);
  });

  test("is left to a person where the app is closed while it comes out, and to the gateway before that", async () => {
    bench.print = (_job, begin) => begin().then(() => new Promise<PrintResult>(() => undefined));
    await bench.queue.offered(frame("a"));
    await come(() => bench.kept.get("a")?.phase === "printing");
    bench.queue = bench.start();
    await bench.queue.recover();
    assert.deepEqual(
      bench.framesOf("result").map((one) => one.state),
      ["unconfirmed"],
    );
  });
});
