import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type ComponentType, h, options, render } from "preact";
import type { App } from "../../src/app/app.ts";
import { go, usePath } from "../../src/app/router.ts";
import { type AppState, initialState } from "../../src/app/state.ts";
import { Store } from "../../src/app/store.ts";
import { setApp, useSelected } from "../../src/app/use_app.ts";
import { fakeElement, installFakePage } from "./fake_dom.ts";

/** Effects that wait for the first picture, and redraws that wait for their turn. */
const waiting: (() => void)[] = [];

/** Let everything happen that waits, and what comes of it. */
function settle(): void {
  for (let work = waiting.shift(); work; work = waiting.shift()) {
    work();
  }
}

let root: Element;
let draws: number;

function draw(component: () => string): void {
  const Counted: ComponentType = () => {
    draws += 1;
    return component();
  };
  render(h(Counted, {}), root);
}

beforeEach(() => {
  installFakePage("/app/");
  options.requestAnimationFrame = (effect) => void waiting.push(effect);
  options.debounceRendering = (redraw) => void waiting.push(redraw);
  root = fakeElement();
  draws = 0;
});
afterEach(() => {
  render(null, root);
  settle();
});

describe("what is selected from the state", () => {
  let store: Store<AppState>;
  beforeEach(() => {
    store = new Store(initialState("vi"));
    setApp({ store } as App);
    draw(() => useSelected((state) => state.day));
  });

  test("is drawn anew where it changed between the first picture and the subscription", () => {
    store.set({ day: "2026-11-22" });
    assert.equal(root.textContent, "");
    settle();
    assert.equal(root.textContent, "2026-11-22");
  });

  test("is drawn anew when it changes later, and not when something else does", () => {
    settle();
    store.set({ day: "2026-11-22" });
    settle();
    assert.equal(root.textContent, "2026-11-22");
    store.set({ online: true });
    settle();
    assert.equal(draws, 2);
  });

  test("is listened to no longer than it is shown", () => {
    settle();
    render(null, root);
    settle();
    store.set({ day: "2026-11-22" });
    settle();
    assert.equal(draws, 1);
  });
});

describe("the address", () => {
  beforeEach(() => draw(() => usePath().join(" ")));

  test("is followed where it changed between the first picture and the subscription", () => {
    go("customers/PB14010000106/done", "instead");
    settle();
    assert.equal(root.textContent, "customers PB14010000106 done");
  });

  test("is followed when it changes later", () => {
    settle();
    go("shift");
    settle();
    assert.equal(root.textContent, "shift");
  });
});
