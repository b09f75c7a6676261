/** What stands at the other end of an emulated link: our simulated printer, or another program's over TCP. */

import { connect, type Socket } from "node:net";

export interface Device {
  /** Take bytes; done when there was room for them. */
  take(bytes: Uint8Array): Promise<void>;
  onAnswer(answer: (bytes: Uint8Array) => void): void;
  /** The link to the phone came or went. */
  linked?(isLinked: boolean): Promise<void>;
}

/** A printer that listens on a TCP port, one connection for each link. */
export class TcpPrinter implements Device {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | null = null;
  #answer: (bytes: Uint8Array) => void = () => undefined;

  constructor(address: string) {
    const [host = "127.0.0.1", port = ""] = address.split(":");
    this.#host = host;
    this.#port = Number(port);
  }

  onAnswer(answer: (bytes: Uint8Array) => void): void {
    this.#answer = answer;
  }

  async linked(isLinked: boolean): Promise<void> {
    if (!isLinked) {
      const socket = this.#socket;
      this.#socket = null;
      await new Promise<void>((resolve) => (socket ? socket.end(resolve) : resolve()));
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const socket = connect(this.#port, this.#host, resolve);
      socket.on("error", reject);
      socket.on("data", (bytes) => this.#answer(bytes));
      this.#socket = socket;
    });
  }

  async take(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket === null) {
      throw new Error("no link to the printer");
    }
    await new Promise<void>((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
  }
}

/** What happens to a write. */
export type WriteFault =
  /** Refused, and the link goes. */
  | "lost before"
  /** Taken, and the link goes before the answer. */
  | "lost after"
  /** Taken, never answered. */
  | "stuck"
  /** Refused, the link stays. */
  | "error";

/** Counts the writes that a link carries, and decides what happens to each. */
export class Faults {
  /** Sizes of all writes so far. */
  readonly writes: number[] = [];
  #planned: { write: number; fault: WriteFault } | null = null;

  /** Let the write with this number (from 0, since `reset`) fail. */
  at(write: number, fault: WriteFault): void {
    this.#planned = { write, fault };
  }

  reset(): void {
    this.writes.length = 0;
    this.#planned = null;
  }

  next(bytes: Uint8Array): WriteFault | null {
    const number = this.writes.length;
    this.writes.push(bytes.length);
    return this.#planned?.write === number ? this.#planned.fault : null;
  }
}
