import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { ApiProblem, NoAnswer } from "../../src/api/problem.ts";
import type { Counting } from "../../src/api/types.ts";
import { Clock } from "../../src/app/clock.ts";
import type { Core } from "../../src/app/core.ts";
import { Customers } from "../../src/app/customers.ts";
import { nextAsking } from "../../src/app/next_asking.ts";
import { initialState } from "../../src/app/state.ts";
import { Store } from "../../src/app/store.ts";

/** A phone with storage for nothing, and a gateway that knows every customer. */
class Bench {
  readonly read: string[] = [];
  answer: (customerCode: string) => void = () => undefined;
  /** Who else counts money, as the gateway tells whoever is about to. */
  countedBy: Counting | null = null;
  readonly core = {
    store: new Store(initialState("vi")),
    clock: new Clock(),
    database: { putCustomer: async () => undefined, transfers: async () => [] },
    api: {
      call: async (route: string, { params, query }: { params: { customer_code: string }; query?: object }) => {
        const code = params.customer_code;
        this.answer(code);
        if (!route.endsWith("account")) {
          return { facts: { version: 1 } };
        }
        this.read.push(code);
        const countedBy = query && "counting" in query ? this.countedBy : null;
        return { account: { customer_code: code, debt: 0, version: 1 }, payments: [], counted_by: countedBy };
      },
    },
    isEnrolled: () => true,
  } as unknown as Core;
  readonly customers = new Customers(this.core);
}

describe("downloading customers", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  test("reads each once, however often it was asked for before", async () => {
    bench.customers.download(["a", "b", "a", "c", "d"]);
    bench.customers.download(["d"]);
    await bench.customers.idle();
    assert.deepEqual(bench.read.sort(), ["a", "b", "c", "d"]);
    assert.equal(bench.core.store.state.downloaded, 4);
  });

  test("forgets nobody, whenever it is asked for", async () => {
    for (let steps = 0; steps < 60; steps += 1) {
      bench = new Bench();
      bench.customers.download(["a"]);
      for (let step = 0; step < steps; step += 1) {
        await null;
      }
      bench.customers.download(["b"]);
      await bench.customers.idle();
      assert.deepEqual(bench.read, ["a", "b"], `after ${steps} steps`);
    }
  });

  test("goes on after there was nothing to download", async () => {
    bench.customers.download([]);
    await bench.customers.idle();
    bench.customers.download(["a"]);
    await bench.customers.idle();
    assert.deepEqual(bench.read, ["a"]);
  });

  test("goes on after a customer whom the gateway refuses", async () => {
    bench.answer = (code) => {
      if (code.startsWith("refused")) {
        throw new ApiProblem("no-such-customer", 404, "");
      }
    };
    bench.customers.download(["refused-1", "refused-2", "refused-3", "refused-4", "a"]);
    await bench.customers.idle();
    assert.deepEqual(bench.read, ["a"]);
  });

  test("leaves the rest to the next route where there is no signal", async () => {
    bench.answer = () => {
      throw new NoAnswer("tunnel");
    };
    bench.customers.download(["a", "b", "c", "d", "e"]);
    await bench.customers.idle();
    bench.answer = () => undefined;
    bench.customers.download(["f"]);
    await bench.customers.idle();
    assert.deepEqual(bench.read, ["f"]);
  });
});

describe("counting money", () => {
  const other: Counting = { collector_code: "TN002", device_name: "máy 2", until: "2026-11-22T03:01:00Z" };

  test("is said with the account that the money page reads, and again for as long as it is open", async () => {
    const bench = new Bench();
    bench.countedBy = other;
    await bench.customers.read("a");
    assert.equal(bench.core.store.state.counted["a"], undefined);
    await bench.customers.read("a", true);
    assert.deepEqual(bench.core.store.state.counted["a"], other);
    assert.deepEqual(bench.read, ["a", "a"], "without a request of its own");
    bench.countedBy = null;
    await bench.customers.count("a");
    assert.equal(bench.core.store.state.counted["a"], null);
  });

  test("keeps nobody waiting past its end, also where the gateway does not answer", async () => {
    const bench = new Bench();
    for (const [until, left] of [
      ["2020-01-01T00:00:00Z", null],
      ["2099-01-01T00:00:00Z", "2099-01-01T00:00:00Z"],
    ] as const) {
      bench.countedBy = { ...other, until };
      await bench.customers.count("a");
      bench.answer = () => {
        throw new NoAnswer("offline");
      };
      await assert.rejects(bench.customers.count("a"));
      assert.equal(bench.core.store.state.counted["a"]?.until ?? null, left);
      bench.answer = () => undefined;
    }
  });

  test("is asked again once the other phone's lease is over, and within the own one", () => {
    const until = Date.parse(other.until);
    assert.equal(nextAsking(other, until - 10_000), 10_300);
    assert.equal(nextAsking(other, until + 10_000), 300);
    assert.equal(nextAsking(null, until), 45_000);
    assert.equal(nextAsking({ ...other, until: "2099-01-01T00:00:00Z" }, until), 45_000);
  });
});
