/** What the office is told of a phone's battery. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Battery as BatteryFrame } from "../../src/api/types.ts";
import { Battery, type BatteryManager } from "../../src/stream/battery.ts";

class Phone extends EventTarget implements BatteryManager {
  level = 0.8;
  charging = false;
  now = 0;
  readonly sent: BatteryFrame[] = [];
  readonly battery: Battery;

  constructor(found: "has one" | "has none" = "has one") {
    super();
    this.battery = new Battery({
      send: (frame) => this.sent.push(frame),
      find: () => Promise.resolve(found === "has one" ? this : null),
      now: () => this.now,
    });
  }

  change(level: number, charging = false): void {
    this.level = level;
    this.charging = charging;
    this.dispatchEvent(new Event("levelchange"));
  }
}

describe("the battery", () => {
  test("is told after each welcome, as whole percent", async () => {
    const phone = new Phone();
    phone.level = 0.804;
    await phone.battery.welcomed();
    await phone.battery.welcomed();
    assert.deepEqual(phone.sent, new Array(2).fill({ type: "battery", percent: 80, charging: false }));
  });

  test("is told again at a step of five percent or at a charger, at most once a minute", async () => {
    const phone = new Phone();
    await phone.battery.welcomed();
    phone.now = 120_000;
    phone.change(0.77);
    assert.equal(phone.sent.length, 1);
    phone.change(0.75);
    assert.deepEqual(phone.sent.at(-1), { type: "battery", percent: 75, charging: false });
    phone.now = 150_000;
    phone.change(0.6);
    assert.equal(phone.sent.length, 2);
    phone.now = 200_000;
    phone.change(0.6, true);
    assert.deepEqual(phone.sent.at(-1), { type: "battery", percent: 60, charging: true });
  });

  test("of a browser that does not tell it is not told", async () => {
    const phone = new Phone("has none");
    await phone.battery.welcomed();
    assert.deepEqual(phone.sent, []);
  });
});
