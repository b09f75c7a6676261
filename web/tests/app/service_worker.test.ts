import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { type Update, watchUpdates } from "../../src/service_worker.ts";

class FakeWorker extends EventTarget {
  state = "installing";
  readonly received: unknown[] = [];

  postMessage(message: unknown): void {
    this.received.push(message);
  }

  installed(): void {
    this.state = "installed";
    this.dispatchEvent(new Event("statechange"));
  }
}

class FakeRegistration extends EventTarget {
  waiting: FakeWorker | null = null;
  installing: FakeWorker | null = null;

  find(worker: FakeWorker): void {
    this.installing = worker;
    this.dispatchEvent(new Event("updatefound"));
  }
}

describe("a new version of the app", () => {
  let registration: FakeRegistration;
  let container: EventTarget & { controller: object | null };
  let offered: Update[];
  const watch = (): void =>
    watchUpdates(
      registration as unknown as ServiceWorkerRegistration,
      container as unknown as ServiceWorkerContainer,
      (update) => offered.push(update),
    );

  beforeEach(() => {
    registration = new FakeRegistration();
    container = Object.assign(new EventTarget(), { controller: {} });
    offered = [];
  });

  test("that waits is offered, and takes over when a person asks", () => {
    const worker = new FakeWorker();
    registration.waiting = worker;
    watch();
    assert.equal(offered.length, 1);
    assert.deepEqual(worker.received, []);
    offered[0]?.apply();
    assert.deepEqual(worker.received, ["take-over"]);
  });

  test("that was found before anybody listened is offered once it is there", () => {
    const worker = new FakeWorker();
    registration.installing = worker;
    watch();
    assert.deepEqual(offered, []);
    worker.installed();
    assert.equal(offered.length, 1);
  });

  test("that is found later is offered once it is there", () => {
    watch();
    const worker = new FakeWorker();
    registration.find(worker);
    worker.installed();
    assert.equal(offered.length, 1);
  });

  test("that is the first ever is not offered", () => {
    container.controller = null;
    watch();
    const worker = new FakeWorker();
    registration.find(worker);
    worker.installed();
    assert.deepEqual(offered, []);
  });
});
