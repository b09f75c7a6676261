/** Web Bluetooth as browsers have it, in as much as the emulated one in a real browser lacks it: notifications above all. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { BluetoothPrinter } from "../../src/printers/bluetooth.ts";
import { NotAReceiptPrinter, type PrinterEvent } from "../../src/printers/printer.ts";

const uuid = (short: string): string => `0000${short}-0000-1000-8000-00805f9b34fb`;

class Characteristic extends EventTarget {
  readonly properties: { write?: boolean; writeWithoutResponse?: boolean; notify?: boolean; read?: boolean };
  value: DataView | null = null;
  isNotifying = false;
  readonly written: { bytes: number[]; withResponse: boolean }[] = [];
  readValues: number[][] = [];
  delay: Promise<void> = Promise.resolve();
  active = 0;
  mostActive = 0;
  refusesNotifications = false;

  constructor(properties: Characteristic["properties"]) {
    super();
    this.properties = properties;
  }

  async #alone<T>(result: T): Promise<T> {
    this.active += 1;
    this.mostActive = Math.max(this.mostActive, this.active);
    await this.delay;
    this.active -= 1;
    return result;
  }

  async writeValueWithResponse(bytes: Uint8Array): Promise<void> {
    this.written.push({ bytes: [...bytes], withResponse: true });
    await this.#alone(undefined);
  }

  async writeValueWithoutResponse(bytes: Uint8Array): Promise<void> {
    this.written.push({ bytes: [...bytes], withResponse: false });
    await this.#alone(undefined);
  }

  async readValue(): Promise<DataView> {
    return this.#alone(new DataView(Uint8Array.from(this.readValues.shift() ?? []).buffer));
  }

  async startNotifications(): Promise<void> {
    if (this.refusesNotifications) {
      throw new DOMException("not permitted", "NotSupportedError");
    }
    this.isNotifying = true;
  }

  notify(...bytes: number[]): void {
    this.value = new DataView(Uint8Array.from([0xff, ...bytes]).buffer, 1); // not at the start of its buffer
    this.dispatchEvent(new Event("characteristicvaluechanged"));
  }
}

class Device extends EventTarget {
  readonly name: string | undefined;
  readonly services: Record<string, Record<string, Characteristic>>;
  readonly gatt: {
    connected: boolean;
    connect(): Promise<unknown>;
    disconnect(): void;
    getPrimaryService(id: string): Promise<unknown>;
  };

  constructor(services: Record<string, Record<string, Characteristic>>, name: string | undefined = "MPT II/3") {
    super();
    this.name = name;
    this.services = services;
    this.gatt = {
      connected: false,
      connect: async () => {
        this.gatt.connected = true;
        return this.gatt;
      },
      disconnect: () => {
        this.gatt.connected = false;
        this.dispatchEvent(new Event("gattserverdisconnected"));
      },
      getPrimaryService: async (id) => {
        const found = this.services[id];
        if (!found) {
          throw new DOMException("no such service", "NotFoundError");
        }
        return {
          getCharacteristic: async (wanted: string) => {
            const characteristic = found[wanted];
            if (!characteristic) {
              throw new DOMException("no such characteristic", "NotFoundError");
            }
            return characteristic;
          },
        };
      },
    };
  }
}

function usual(): { write: Characteristic; answers: Characteristic; device: Device } {
  const write = new Characteristic({ write: true, writeWithoutResponse: true });
  const answers = new Characteristic({ notify: true, read: true });
  return { write, answers, device: new Device({ [uuid("18f0")]: { [uuid("2af1")]: write, [uuid("2af0")]: answers } }) };
}

function printerOn(device: Device): { printer: BluetoothPrinter; events: PrinterEvent[] } {
  const printer = new BluetoothPrinter(device as unknown as BluetoothDevice);
  const events: PrinterEvent[] = [];
  printer.listen((event) => events.push(event));
  return { printer, events };
}

test("answers come as the printer sends them, and are not read besides", async () => {
  const { device, answers } = usual();
  const { printer, events } = printerOn(device);
  await printer.connect();
  answers.notify(0x12);
  answers.readValues = [[0x7e]];
  await printer.poll();
  assert.deepEqual(events, [{ type: "answer", bytes: Uint8Array.of(0x12) }]);
});

test("a printer that does not notify is read", async () => {
  const { device, answers } = usual();
  answers.properties.notify = false;
  const { printer, events } = printerOn(device);
  await printer.connect();
  answers.readValues = [[], [0x12]];
  await printer.poll();
  await printer.poll();
  assert.deepEqual(events, [{ type: "answer", bytes: Uint8Array.of(0x12) }]);
});

test("a printer that cannot be listened to still prints", async () => {
  const { device, answers, write } = usual();
  answers.refusesNotifications = true;
  const { printer } = printerOn(device);
  await printer.connect();
  await printer.write(Uint8Array.of(1, 2, 3));
  assert.deepEqual(write.written, [{ bytes: [1, 2, 3], withResponse: true }]);
});

test("where the printer takes no write with response, it gets one without", async () => {
  const { device, write } = usual();
  write.properties.write = false;
  const { printer } = printerOn(device);
  await printer.connect();
  await printer.write(Uint8Array.of(1));
  assert.equal(write.written[0]?.withResponse, false);
});

test("reads wait for the write that is under way", async () => {
  const { device, write, answers } = usual();
  answers.properties.notify = false;
  let release = (): void => undefined;
  write.delay = new Promise((resolve) => {
    release = resolve;
  });
  const { printer } = printerOn(device);
  await printer.connect();
  answers.readValues = [[0x12]];
  const writing = printer.write(Uint8Array.of(1));
  const polling = printer.poll();
  await setImmediate(); // Whatever could begin has begun.
  assert.equal(answers.mostActive, 0);
  release();
  await Promise.all([writing, polling]);
  assert.equal(answers.mostActive, 1);
});

test("listening makes some printers drop the link, so that they are not listened to", async () => {
  const write = new Characteristic({ write: true });
  const answers = new Characteristic({ notify: true });
  const { printer } = printerOn(new Device({ [uuid("ff00")]: { [uuid("ff02")]: write, [uuid("ff03")]: answers } }));
  await printer.connect();
  assert.equal(answers.isNotifying, false);
  await printer.write(Uint8Array.of(1));
  assert.equal(write.written.length, 1);
});

test("a link that is lost is reported once, and not when it was closed on purpose", async () => {
  const { device } = usual();
  const { printer, events } = printerOn(device);
  await printer.connect();
  device.gatt.disconnect();
  assert.deepEqual(events, [{ type: "lost" }]);
  assert.equal(printer.isConnected, false);
  await printer.connect();
  await printer.disconnect();
  assert.deepEqual(events, [{ type: "lost" }]);
});

test("a late word of an old link's end does not end the new one", async () => {
  const { device } = usual();
  const { printer, events } = printerOn(device);
  await printer.connect();
  device.dispatchEvent(new Event("gattserverdisconnected"));
  assert.deepEqual(events, []);
  assert.equal(printer.isConnected, true);
});

test("a picture printer and anything else are refused, each with its reason, and not kept connected", async () => {
  for (const [service, kind] of [
    ["ae30", "cat"],
    ["1234", "unknown"],
  ] as const) {
    const device = new Device({ [uuid(service)]: {} });
    const { printer } = printerOn(device);
    await assert.rejects(
      printer.connect(),
      (error: NotAReceiptPrinter) => error instanceof NotAReceiptPrinter && error.kind === kind,
    );
    assert.equal(device.gatt.connected, false);
  }
});

test("the battery is reported where the printer has one", async () => {
  const { device } = usual();
  const level = new Characteristic({ read: true });
  level.readValues = [[71]];
  device.services[uuid("180f")] = { [uuid("2a19")]: level };
  const { printer } = printerOn(device);
  await printer.connect();
  assert.equal(await printer.battery(), 71);
  const { printer: without } = printerOn(usual().device);
  await without.connect();
  assert.equal(await without.battery(), null);
});

test("the printer's id is one that the server takes, also without a name", () => {
  assert.equal(printerOn(usual().device).printer.id, "bt.MPT-II-3");
  assert.match(printerOn(new Device({}, "Máy in số 1 😀")).printer.id, /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/);
  assert.equal(printerOn(new Device({}, "")).printer.id, "bt.Bluetooth");
});
