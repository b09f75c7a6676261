import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Clock } from "../../src/app/clock.ts";
import type { DayParts } from "../../src/app/day.ts";
import { initialState } from "../../src/app/state.ts";
import { Store } from "../../src/app/store.ts";
import { Updates } from "../../src/app/updates.ts";
import type { FromGateway } from "../../src/stream/stream.ts";

const WELCOME = {
  type: "welcome",
  now: "2026-11-22T03:00:00Z",
  epoch: "e",
  seq: 4,
  refresh: false,
} as unknown as FromGateway;

function account(seq: number, customerCode: string): FromGateway {
  return { type: "account", what: "payment.recorded", seq, customer_code: customerCode } as unknown as FromGateway;
}

describe("the position in the gateway's updates", () => {
  let failing: string | null;
  let downloaded: string[];
  let updates: Updates;

  beforeEach(() => {
    failing = null;
    downloaded = [];
    const parts = {
      store: new Store(initialState("vi")),
      clock: new Clock(),
      database: { setFacts: async () => undefined },
      customers: {
        update: async ({ customer_code }: { customer_code: string }) => {
          if (customer_code === failing) {
            throw new DOMException("the disk is full", "QuotaExceededError");
          }
          return false;
        },
        download: (codes: string[]) => downloaded.push(...codes),
      },
      printJobs: { take: async () => undefined },
      isEnrolled: () => false,
    };
    updates = new Updates(parts as unknown as DayParts, async () => undefined);
    updates.resume({ epoch: "e", seq: 4 });
  });

  test("follows what has arrived", async () => {
    await updates.take(account(5, "a"));
    assert.equal(updates.position.last_seq, 5);
  });

  test("does not pass an update that could not be kept, until the next connection brings it again", async () => {
    failing = "a";
    await assert.rejects(updates.take(account(5, "a")));
    await updates.take(account(6, "b"));
    assert.equal(updates.position.last_seq, 4);
    assert.deepEqual(downloaded, ["a"], "meanwhile the customer is read anew");
    failing = null;
    await updates.take(WELCOME);
    await updates.take(account(5, "a"));
    await updates.take(account(6, "b"));
    assert.equal(updates.position.last_seq, 6);
  });
});
