import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { PrinterEvent } from "../../src/printers/printer.ts";
import { SerialPrinter } from "../../src/printers/serial.ts";
import { until } from "../until.ts";

class Port extends EventTarget {
  readable: ReadableStream<Uint8Array> | null = null;
  writable: WritableStream<Uint8Array> | null = null;
  readonly written: number[] = [];
  readonly opened: object[] = [];
  controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  isStuck = false;
  info: object = { usbVendorId: 0x1a86, usbProductId: 0x7523 };

  getInfo(): object {
    return this.info;
  }

  async open(options: object): Promise<void> {
    this.opened.push(options);
    this.#streams();
  }

  async close(): Promise<void> {
    assert.ok(!this.writable?.locked && !this.readable?.locked, "a port is closed with its streams let go");
    this.readable = null;
    this.writable = null;
  }

  /** A line error that can be recovered from: the stream is replaced by another. */
  disturb(): void {
    const broken = this.controller;
    this.readable = null;
    this.#reader();
    broken?.error(new DOMException("parity", "ParityError"));
  }

  unplug(): void {
    const broken = this.controller;
    this.readable = null;
    this.writable = null;
    broken?.error(new DOMException("gone", "NetworkError"));
    this.dispatchEvent(new Event("disconnect"));
  }

  #streams(): void {
    this.#reader();
    this.writable = new WritableStream({
      write: (bytes) => {
        this.written.push(...bytes);
        return this.isStuck ? new Promise(() => undefined) : undefined;
      },
    });
  }

  #reader(): void {
    this.readable = new ReadableStream({
      start: (controller) => {
        this.controller = controller;
      },
    });
  }
}

async function open(): Promise<{ port: Port; printer: SerialPrinter; events: PrinterEvent[] }> {
  const port = new Port();
  const printer = new SerialPrinter(port as unknown as SerialPort);
  const events: PrinterEvent[] = [];
  printer.listen((event) => events.push(event));
  await printer.connect();
  return { port, printer, events };
}

test("bytes go out and answers come in", async () => {
  const { port, printer, events } = await open();
  await printer.write(Uint8Array.of(1, 2, 3));
  port.controller?.enqueue(Uint8Array.of(0x12));
  await until("the answer", async () => events.length > 0);
  assert.deepEqual(port.written, [1, 2, 3]);
  assert.deepEqual(events, [{ type: "answer", bytes: Uint8Array.of(0x12) }]);
  await printer.disconnect();
});

test("an error on the line that passes does not end the link", async () => {
  const { port, printer, events } = await open();
  const disturbed = port.readable;
  port.disturb();
  await until("a stream that is read again", async () => port.readable !== disturbed && port.readable?.locked);
  port.controller?.enqueue(Uint8Array.of(0x12));
  await until("the answer", async () => events.length > 0);
  assert.deepEqual(events, [{ type: "answer", bytes: Uint8Array.of(0x12) }]);
  assert.equal(printer.isConnected, true);
  await printer.disconnect();
});

test("a printer that goes is reported lost, once, and can be connected again", async () => {
  const { port, printer, events } = await open();
  port.unplug();
  await until("the loss", async () => events.length > 0 && port.writable === null);
  assert.deepEqual(events, [{ type: "lost" }]);
  assert.equal(printer.isConnected, false);
  await printer.connect();
  await printer.write(Uint8Array.of(9));
  assert.deepEqual(port.written, [9]);
  await printer.disconnect();
  assert.deepEqual(events, [{ type: "lost" }]);
});

test("a line that has got stuck is closed all the same, and what waited is not written later", async () => {
  const { port, printer } = await open();
  port.isStuck = true;
  for (const byte of [1, 2]) {
    printer.write(Uint8Array.of(byte)).catch(() => undefined);
  }
  await until("the first byte", async () => port.written.length > 0);
  await printer.disconnect();
  assert.equal(printer.isConnected, false);
  assert.equal(port.writable, null);
  await setImmediate(); // Whatever could be written has been.
  assert.deepEqual(port.written, [1]);
});

test("names and ids distinguish printers as far as the browser does", () => {
  const named = (info: object): string => {
    const port = new Port();
    port.info = info;
    return new SerialPrinter(port as unknown as SerialPort).id;
  };
  assert.equal(named({ usbVendorId: 0x1a86, usbProductId: 0x7523 }), "serial.USB-1a86:7523");
  assert.equal(named({ bluetoothServiceClassId: "00001101-0000-1000-8000-00805f9b34fb" }), "serial.Bluetooth-SPP");
  assert.equal(named({}), "serial.Serial");
});
