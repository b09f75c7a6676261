/** A link to the simulated printer that can be cut, stopped and slowed anywhere; counts what goes over it. */

import { Listeners, type Printer, type PrinterEvent } from "../../src/printers/printer.ts";
import type { SimulatedPrinter } from "./simulated_printer.ts";

export type Fault =
  /** The link is lost: before these bytes get through, or behind them. */
  | "lost before"
  | "lost after"
  /** The browser refuses the write; nothing got through, and the link stays. */
  | "error"
  /** The write got through and is never answered; the link is dead from then on. */
  | "stuck";

export class FakeLink implements Printer {
  readonly id = "bt.MPT-II";
  readonly name = "MPT-II";
  readonly connection = "bluetooth";
  readonly maxChunk = 180;
  readonly device: SimulatedPrinter;
  /** Sizes of all writes. */
  readonly writes: number[] = [];
  connections = 0;
  isReachable = true;
  batteryPercent: number | null = null;
  isConnected = false;
  #fault: { write: number; fault: Fault } | null = null;
  #isWriting = false;
  readonly #listeners = new Listeners();

  readonly isOneWay: boolean;

  constructor(device: SimulatedPrinter, isOneWay = false) {
    this.device = device;
    this.isOneWay = isOneWay;
    device.onAnswer((bytes) => {
      if (this.isConnected) {
        queueMicrotask(() => this.#listeners.emit({ type: "answer", bytes }));
      }
    });
  }

  /** Let something happen at the write with this number, counted from 0 over the life of the link. */
  failAt(write: number, fault: Fault): void {
    this.#fault = { write, fault };
  }

  async connect(): Promise<void> {
    if (!this.isReachable) {
      throw new Error("out of reach");
    }
    this.connections += 1;
    this.isConnected = true;
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (!this.isConnected) {
      throw new Error("not connected");
    }
    if (this.#isWriting) {
      throw new Error("two writes at once");
    }
    const number = this.writes.length;
    this.writes.push(bytes.length);
    const fault = this.#fault?.write === number ? this.#fault.fault : null;
    this.#isWriting = true;
    try {
      switch (fault) {
        case "error":
          throw new Error("refused");
        case "lost before":
          this.lose();
          throw new Error("lost");
        case "lost after":
          await this.device.take(bytes);
          this.lose();
          throw new Error("lost");
        case "stuck":
          await this.device.take(bytes);
          return await new Promise(() => undefined);
        default:
          await this.device.take(bytes);
      }
    } finally {
      this.#isWriting = false;
    }
  }

  lose(): void {
    if (this.isConnected) {
      this.isConnected = false;
      this.#listeners.emit({ type: "lost" });
    }
  }

  async poll(): Promise<void> {
    // Answers come by themselves.
  }

  async battery(): Promise<number | null> {
    return this.batteryPercent;
  }

  async disconnect(): Promise<void> {
    this.isConnected = false;
    this.#isWriting = false;
  }

  listen(listener: (event: PrinterEvent) => void): () => void {
    return this.#listeners.add(listener);
  }
}
