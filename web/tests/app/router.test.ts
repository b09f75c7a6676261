import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { go, goBack, path, startRouter } from "../../src/app/router.ts";
import { type FakeHistory, installFakePage } from "./fake_dom.ts";

let history: FakeHistory;

function openAt(address: string): void {
  history = installFakePage(`/app/${address}`);
  startRouter();
}

/** Press the phone's back button until the app is left; returns what is on the screen after each. */
async function backToTheEnd(): Promise<string[]> {
  const seen: string[] = [];
  while (true) {
    history.back();
    await setImmediate();
    if (history.isLeft) {
      return seen;
    }
    seen.push(path().join("/"));
  }
}

describe("the back button", () => {
  beforeEach(() => openAt(""));

  test("leads through the screens of the same customer to the list", async () => {
    go("customers/A");
    go("customers/A/visit");
    go("customers/A/cash");
    assert.deepEqual(await backToTheEnd(), ["customers/A/visit", "customers/A", ""]);
  });

  test("does not lead to what a screen took the place of", async () => {
    go("customers/A");
    go("customers/A/visit");
    go("customers/A/cash");
    go("customers/A/done", "instead");
    assert.deepEqual(await backToTheEnd(), ["customers/A/visit", "customers/A", ""]);
  });

  test("leads from the next customer to the list, and never to the customer before", async () => {
    go("customers/A");
    go("customers/A/visit");
    go("customers/A/done", "instead");
    go("customers/B", "next");
    await setImmediate();
    assert.deepEqual(path(), ["customers", "B"]);
    assert.deepEqual(await backToTheEnd(), [""]);
  });

  test("leads from a main screen to the list, wherever one came from", async () => {
    go("customers/A");
    go("customers/A/cash");
    go("shift");
    go("print-jobs", "main");
    await setImmediate();
    assert.deepEqual(path(), ["print-jobs"]);
    go("search", "main");
    assert.equal(history.address, "/app/search");
    assert.deepEqual(await backToTheEnd(), [""]);
  });

  test("leads from the list out of the app, wherever one came from", async () => {
    go("customers/A");
    go("customers/A/done", "instead");
    go("", "main");
    await setImmediate();
    assert.equal(history.address, "/app/");
    assert.deepEqual(await backToTheEnd(), []);
  });

  test("pressed while the history follows a tap leads from what the tap showed", async () => {
    go("customers/A");
    go("customers/A/visit");
    go("shift", "main");
    goBack("");
    assert.deepEqual(path(), []);
    await setImmediate();
    assert.equal(history.address, "/app/");
    assert.deepEqual(await backToTheEnd(), []);
  });

  test("of the app leads to the same screen as that of the phone", async () => {
    go("customers/A");
    go("customers/A/visit");
    goBack("");
    await setImmediate();
    assert.deepEqual(path(), ["customers", "A"]);
  });
});

test("to a screen that one came from, one goes back", async () => {
  openAt("");
  go("customers/A");
  go("customers/A/visit");
  go("customers/A/promise");
  go("customers/A");
  await setImmediate();
  assert.deepEqual(path(), ["customers", "A"]);
  assert.deepEqual(await backToTheEnd(), [""]);
});

for (const [address, before] of [
  ["customers/A", [""]],
  ["customers/A/cash", ["customers/A/visit", "customers/A", ""]],
  ["customers/A/done", ["customers/A", ""]],
  ["shift/close", ["shift", ""]],
  ["printer", ["print-jobs", ""]],
  ["settings", [""]],
  ["search", [""]],
  ["", []],
] as const) {
  test(`opened at ${address}, back leads to where one comes from in the app`, async () => {
    openAt(address);
    assert.equal(path().join("/"), address);
    assert.deepEqual(await backToTheEnd(), before);
  });
}

test("taps count at once and all, also while the history goes back", async () => {
  openAt("");
  go("customers/A");
  go("customers/A/done");
  go("customers/B", "next");
  assert.deepEqual(path(), ["customers", "B"]);
  go("customers/B/visit");
  assert.deepEqual(path(), ["customers", "B", "visit"]);
  await setImmediate();
  assert.equal(history.address, "/app/customers/B/visit");
  assert.deepEqual(await backToTheEnd(), ["customers/B", ""]);
});

test("a history that an earlier version kept gets the list below it", async () => {
  history = installFakePage("/app/shift");
  history.replaceState({ stack: ["shift"] }, "", "/app/shift");
  startRouter();
  assert.deepEqual(path(), ["shift"]);
  assert.deepEqual(await backToTheEnd(), [""]);
});

test("loaded anew, the way back is still there", async () => {
  openAt("");
  go("customers/A");
  go("customers/A/visit");
  startRouter();
  goBack("");
  await setImmediate();
  assert.deepEqual(path(), ["customers", "A"]);
});
