/** Printers on a serial line: Bluetooth Classic (SPP) on Android, USB on computers, by Web Serial. */

import { type Connection, Listeners, NothingChosen, type Printer, type PrinterEvent, printerId } from "./printer.ts";

/** Bluetooth carries bytes at its own speed; this counts on real lines only. */
const BAUD_RATE = 9600;
const MAX_CHUNK = 240;
const SPP = 0x1101;
/** A line that has got stuck does not end its streams either. */
const CLOSING_MS = 1_000;

export function hasSerial(): boolean {
  return "serial" in navigator;
}

/** The printers that the browser was allowed to use before: they need no choosing after a reload. */
export async function knownSerialPrinters(): Promise<SerialPrinter[]> {
  return hasSerial() ? (await navigator.serial.getPorts()).map((port) => new SerialPrinter(port)) : [];
}

/** Let the person choose a printer from the browser's list; only after a tap. Throws NothingChosen. */
export async function chooseSerialPrinter(): Promise<SerialPrinter> {
  try {
    return new SerialPrinter(await navigator.serial.requestPort());
  } catch (error) {
    throw error instanceof DOMException && error.name === "NotFoundError" ? new NothingChosen() : error;
  }
}

export class SerialPrinter implements Printer {
  readonly id: string;
  readonly name: string;
  readonly connection: Connection = "serial";
  readonly maxChunk = MAX_CHUNK;
  readonly #port: SerialPort;
  readonly #listeners = new Listeners();
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;

  constructor(port: SerialPort) {
    this.#port = port;
    const { usbVendorId, usbProductId, bluetoothServiceClassId } = port.getInfo() as SerialPortInfo & {
      bluetoothServiceClassId?: string | number;
    };
    if (bluetoothServiceClassId !== undefined) {
      const isSpp = bluetoothServiceClassId === SPP || String(bluetoothServiceClassId).startsWith("00001101-");
      this.name = isSpp ? "Bluetooth SPP" : `Bluetooth ${bluetoothServiceClassId}`;
    } else if (usbVendorId === undefined) {
      this.name = "Serial";
    } else {
      this.name = `USB ${hex(usbVendorId)}:${hex(usbProductId ?? 0)}`;
    }
    this.id = printerId("serial", this.name);
    port.addEventListener("disconnect", () => this.#lost());
  }

  get isConnected(): boolean {
    return this.#writer !== null;
  }

  listen(listener: (event: PrinterEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async connect(): Promise<void> {
    if (this.#writer !== null) {
      return;
    }
    if (this.#port.writable === null) {
      await this.#port.open({ baudRate: BAUD_RATE, bufferSize: 4096 });
    }
    if (!this.#port.writable) {
      throw new DOMException("the port cannot be written to", "NetworkError");
    }
    this.#writer = this.#port.writable.getWriter();
    void this.#read();
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#writer === null) {
      throw new DOMException("the printer is not connected", "NetworkError");
    }
    await this.#writer.write(bytes);
  }

  async poll(): Promise<void> {
    // Answers come by themselves.
  }

  async battery(): Promise<null> {
    return null;
  }

  async disconnect(): Promise<void> {
    const [writer, reader] = [this.#writer, this.#reader];
    this.#writer = null;
    this.#reader = null;
    // What has got stuck must not be written after all, when the printer wakes up: it would be half a document.
    const ended = Promise.allSettled([writer?.abort(), reader?.cancel()]);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, CLOSING_MS))]);
    writer?.releaseLock();
    reader?.releaseLock();
    await this.#port.close();
  }

  async #read(): Promise<void> {
    const reader = this.#port.readable?.getReader() ?? null;
    this.#reader = reader;
    try {
      while (reader !== null && this.#reader === reader) {
        const { value, done } = await reader.read();
        if (done) {
          break;
        }
        this.#listeners.emit({ type: "answer", bytes: value });
      }
    } catch {
      // A line error, or the printer is gone. Errors that can be recovered from leave a new stream behind.
      if (this.#reader === reader) {
        reader?.releaseLock();
        if (this.#port.readable) {
          return this.#read();
        }
      }
    }
    if (this.#reader === reader) {
      this.#lost();
    }
  }

  #lost(): void {
    if (this.#writer === null) {
      return;
    }
    void this.disconnect().catch(() => undefined);
    this.#listeners.emit({ type: "lost" });
  }
}

function hex(number: number): string {
  return number.toString(16).padStart(4, "0");
}
