import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { ApiProblem, NoAnswer } from "../../src/api/problem.ts";
import { Clock } from "../../src/app/clock.ts";
import type { Core } from "../../src/app/core.ts";
import { Customers } from "../../src/app/customers.ts";
import { initialState } from "../../src/app/state.ts";
import { Store } from "../../src/app/store.ts";

/** A phone with storage for nothing, and a gateway that knows every customer. */
class Bench {
  readonly read: string[] = [];
  answer: (customerCode: string) => void = () => undefined;
  readonly core = {
    store: new Store(initialState("vi")),
    clock: new Clock(),
    database: { putCustomer: async () => undefined, transfers: async () => [] },
    api: {
      call: async (route: string, { params }: { params: { customer_code: string } }) => {
        const code = params.customer_code;
        this.answer(code);
        if (!route.endsWith("account")) {
          return { facts: { version: 1 } };
        }
        this.read.push(code);
        return { account: { customer_code: code, debt: 0, version: 1 }, payments: [] };
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
