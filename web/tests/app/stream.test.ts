import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { type FromGateway, Stream } from "../../src/stream/stream.ts";

/** A connection as a page sees it; what the network swallows simply never comes. */
class FakeSocket {
  readonly readyState = WebSocket.OPEN;
  readonly sent: string[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.isClosed = true;
  }
  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const WELCOME = { type: "welcome", heartbeat: 25, heartbeat_frames: true };

describe("a link that swallows everything and closes nothing", () => {
  let sockets: FakeSocket[];
  let taken: FromGateway[];
  let lost: number;
  let stream: Stream;

  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    sockets = [];
    const frames: FromGateway[] = [];
    taken = frames;
    lost = 0;
    stream = new Stream({
      address: "ws://gateway",
      hello: async () => ({ type: "hello", token: "t" }),
      take: async (frame) => void frames.push(frame),
      opened: () => undefined,
      lost: () => {
        lost += 1;
      },
      ended: () => undefined,
      random: () => 0,
      open: () => {
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket as unknown as WebSocket;
      },
    });
    stream.start();
  });
  afterEach(() => {
    stream.stop();
    mock.timers.reset();
  });

  const first = (): FakeSocket => sockets[0] as FakeSocket;

  test("is noticed by silence for two heartbeats, and left for a new connection", () => {
    first().receive(WELCOME);
    mock.timers.tick(49_999);
    assert.equal(lost, 0);
    mock.timers.tick(1);
    assert.equal(lost, 1);
    assert.equal(first().isClosed, true);
    mock.timers.tick(1);
    assert.equal(sockets.length, 2);
  });

  test("is none as long as heartbeats or other frames come", async () => {
    first().receive(WELCOME);
    for (let beats = 0; beats < 10; beats += 1) {
      mock.timers.tick(30_000);
      first().receive({ type: beats % 2 ? "heartbeat" : "refresh", seq: 1 });
    }
    assert.deepEqual([lost, sockets.length], [0, 1]);
    await Promise.resolve();
    mock.timers.tick(50_000);
    assert.equal(lost, 1);
  });

  test("heartbeats are no updates", async () => {
    first().receive(WELCOME);
    first().receive({ type: "heartbeat" });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(
      taken.map((frame) => frame.type),
      ["welcome"],
    );
  });

  test("cannot be told from a gateway that is too old to send heartbeats, which is left alone", () => {
    first().receive({ type: "welcome", heartbeat: 25 });
    mock.timers.tick(3_600_000);
    assert.deepEqual([lost, sockets.length], [0, 1]);
  });

  test("is noticed before the welcome, too", () => {
    first().onopen?.();
    mock.timers.tick(15_001);
    assert.equal(first().isClosed, true);
    assert.equal(sockets.length, 2);
  });

  test("does not make an app that was stopped connect again", () => {
    first().receive(WELCOME);
    stream.stop();
    mock.timers.tick(3_600_000);
    assert.equal(sockets.length, 1);
  });
});
