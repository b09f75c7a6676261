/**
 * Printers that are built into hand-held terminals, behind an app on the same device that takes ESC/POS (RawBT and those
 * like it): by its local socket where that is switched on, else by an Android intent.
 */

import { type Connection, Listeners, type Printer, type PrinterEvent } from "./printer.ts";

/** Where RawBT listens. The gateway's rules for the page allow this address and no other. */
const ADDRESS = "ws://127.0.0.1:40213/";
const PATIENCE_MS = 2_000;
const NAME = "RawBT";
const LOOK_MS = 20;

export function hasBuiltIn(): boolean {
  return /Android/i.test(navigator.userAgent);
}

/** The socket where somebody listens, else the intent, of which nobody knows before whether it arrives. */
export async function findBuiltInPrinter(): Promise<Printer> {
  const socket = new SocketPrinter();
  try {
    await socket.connect();
    return socket;
  } catch {
    return new IntentPrinter();
  }
}

/** The printer that `findBuiltInPrinter` found before, by its id. */
export function builtInPrinter(id: string): Printer {
  return id === SocketPrinter.ID ? new SocketPrinter() : new IntentPrinter();
}

abstract class OneWayPrinter implements Printer {
  abstract readonly id: string;
  abstract readonly isConnected: boolean;
  readonly name = NAME;
  readonly connection: Connection = "other";
  readonly maxChunk = Number.MAX_SAFE_INTEGER;
  readonly isOneWay = true;
  protected readonly listeners = new Listeners();

  abstract connect(): Promise<void>;
  abstract disconnect(): Promise<void>;
  protected abstract send(bytes: Uint8Array<ArrayBuffer>): Promise<void>;

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (bytes.length > 0) {
      await this.send(bytes);
    }
  }

  async poll(): Promise<void> {
    // It never answers.
  }

  async battery(): Promise<null> {
    return null;
  }

  listen(listener: (event: PrinterEvent) => void): () => void {
    return this.listeners.add(listener);
  }
}

/** A document is one message. */
export class SocketPrinter extends OneWayPrinter {
  static readonly ID = "built-in.socket";
  readonly id = SocketPrinter.ID;
  #socket: WebSocket | null = null;

  get isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(ADDRESS);
      const timer = setTimeout(() => socket.close(), PATIENCE_MS);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        clearTimeout(timer);
        this.#socket = socket;
        resolve();
      };
      socket.onclose = () => {
        clearTimeout(timer);
        reject(new DOMException("nobody listens", "NetworkError"));
        if (this.#socket === socket) {
          this.#socket = null;
          this.listeners.emit({ type: "lost" });
        }
      };
    });
  }

  async disconnect(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  protected async send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const socket = this.#socket;
    socket?.send(bytes);
    while (socket && socket.bufferedAmount > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    if (socket === null || socket !== this.#socket) {
      throw new DOMException("the link was closed", "NetworkError");
    }
  }
}

/** A document is an address that Android opens with the app; whether it did is not reported. */
export class IntentPrinter extends OneWayPrinter {
  readonly id = "built-in.intent";
  readonly isConnected = true;

  async connect(): Promise<void> {
    // The app is started by each document.
  }

  async disconnect(): Promise<void> {
    // There is no link.
  }

  protected async send(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    location.href = intentOf(bytes);
  }
}

/** The address that makes RawBT print these bytes. */
export function intentOf(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `intent:base64,${btoa(letters)}#Intent;scheme=rawbt;package=ru.a402d.rawbtprinter;end;`;
}
