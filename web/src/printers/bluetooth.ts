/** Printers on Bluetooth Low Energy, by Web Bluetooth. */

import {
  type Connection,
  Listeners,
  NotAReceiptPrinter,
  NothingChosen,
  type Printer,
  type PrinterEvent,
  printerId,
} from "./printer.ts";

interface Kind {
  readonly service: BluetoothServiceUUID;
  readonly write: BluetoothCharacteristicUUID;
  readonly answers: BluetoothCharacteristicUUID;
  /** Listening for answers makes this kind drop the link. */
  readonly isDeaf?: boolean;
}

const BASE = "-0000-1000-8000-00805f9b34fb";
const short = (id: string): string => `0000${id}${BASE}`;

/** The services of receipt printers, in the order in which they are tried: many have more than one. */
const KINDS: readonly Kind[] = [
  { service: short("18f0"), write: short("2af1"), answers: short("2af0") },
  {
    service: "49535343-fe7d-4ae5-8fa9-9fafd205e455",
    write: "49535343-8841-43f4-a8d4-ecbe34729bb3",
    answers: "49535343-1e4d-4bd9-ba61-23c647249616",
  },
  { service: short("ff00"), write: short("ff02"), answers: short("ff03"), isDeaf: true },
];
/** Small picture printers with packets of their own: they are shown, so that they can be refused with a reason. */
const CAT_SERVICE = short("ae30");
const BATTERY_SERVICE = short("180f");
const BATTERY_LEVEL = short("2a19");
const SERVICES = [...KINDS.map((kind) => kind.service), CAT_SERVICE];

/** Longer writes are split by the phone, which many printers do not understand. */
const MAX_CHUNK = 180;

export function hasBluetooth(): boolean {
  return "bluetooth" in navigator;
}

/** Whether Bluetooth is there; it may still be switched off. */
export async function isBluetoothAvailable(): Promise<boolean> {
  return hasBluetooth() && (await navigator.bluetooth.getAvailability());
}

/**
 * Let the person choose a printer from the browser's list; only after a tap. With `all`, the list has every device near
 * by: many cheap printers do not announce what they are. Throws NothingChosen.
 */
export async function chooseBluetoothPrinter({ all = false } = {}): Promise<BluetoothPrinter> {
  const optionalServices = [...SERVICES, BATTERY_SERVICE];
  try {
    const device = await navigator.bluetooth.requestDevice(
      all
        ? { acceptAllDevices: true, optionalServices }
        : { filters: SERVICES.map((service) => ({ services: [service] })), optionalServices },
    );
    return new BluetoothPrinter(device);
  } catch (error) {
    // The same name also stands for Bluetooth that is switched off, or not allowed: nothing that a person has chosen.
    throw error instanceof DOMException && /cancel/i.test(error.message) ? new NothingChosen() : error;
  }
}

export class BluetoothPrinter implements Printer {
  readonly id: string;
  readonly name: string;
  readonly connection: Connection = "bluetooth";
  readonly maxChunk = MAX_CHUNK;
  readonly #device: BluetoothDevice;
  readonly #listeners = new Listeners();
  /** One operation at a time: Android fails those that overlap. */
  #turn: Promise<unknown> = Promise.resolve();
  #write: BluetoothRemoteGATTCharacteristic | null = null;
  #answers: BluetoothRemoteGATTCharacteristic | null = null;
  #battery: BluetoothRemoteGATTCharacteristic | null = null;
  #isPolled = false;

  constructor(device: BluetoothDevice) {
    this.#device = device;
    this.name = device.name || "Bluetooth";
    // The browser's own id changes when the permission is given anew; the name is on the printer.
    this.id = printerId("bt", this.name);
    device.addEventListener("gattserverdisconnected", () => this.#lost());
  }

  get isConnected(): boolean {
    return this.#write !== null && this.#device.gatt?.connected === true;
  }

  listen(listener: (event: PrinterEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  async connect(): Promise<void> {
    if (this.isConnected) {
      return;
    }
    this.#turn = Promise.resolve();
    const server = await this.#gatt().connect();
    try {
      await this.#discover(server);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  async #discover(server: BluetoothRemoteGATTServer): Promise<void> {
    const found = await this.#kind(server);
    const write = await found.service.getCharacteristic(found.kind.write);
    this.#answers = found.kind.isDeaf
      ? null
      : await found.service.getCharacteristic(found.kind.answers).catch(() => null);
    this.#isPolled = false;
    if (this.#answers?.properties.notify || this.#answers?.properties.indicate) {
      this.#answers.addEventListener("characteristicvaluechanged", this.#notified);
      // A printer that cannot be listened to can still print.
      await this.#answers.startNotifications().catch(() => undefined);
    } else {
      this.#isPolled = this.#answers?.properties.read === true;
    }
    this.#battery = await server
      .getPrimaryService(BATTERY_SERVICE)
      .then((service) => service.getCharacteristic(BATTERY_LEVEL))
      .catch(() => null);
    this.#write = write;
  }

  async #kind(server: BluetoothRemoteGATTServer): Promise<{ kind: Kind; service: BluetoothRemoteGATTService }> {
    for (const kind of KINDS) {
      const service = await optional(server, kind.service);
      if (service !== null) {
        return { kind, service };
      }
    }
    throw new NotAReceiptPrinter((await optional(server, CAT_SERVICE)) === null ? "unknown" : "cat");
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#alone(async () => {
      const write = this.#write;
      if (write === null) {
        throw new DOMException("the printer is not connected", "NetworkError");
      }
      await (write.properties.write ? write.writeValueWithResponse(bytes) : write.writeValueWithoutResponse(bytes));
    });
  }

  async poll(): Promise<void> {
    const answers = this.#answers;
    if (!this.#isPolled || answers === null) {
      return;
    }
    const value = await this.#alone(() => answers.readValue());
    if (value.byteLength > 0) {
      this.#listeners.emit({ type: "answer", bytes: bytesOf(value) });
    }
  }

  async battery(): Promise<number | null> {
    const battery = this.#battery;
    return battery === null ? null : (await this.#alone(() => battery.readValue())).getUint8(0);
  }

  async disconnect(): Promise<void> {
    this.#close();
  }

  readonly #notified = (event: Event): void => {
    const value = (event.target as BluetoothRemoteGATTCharacteristic).value;
    if (value) {
      this.#listeners.emit({ type: "answer", bytes: bytesOf(value) });
    }
  };

  #close(): void {
    this.#forget();
    this.#device.gatt?.disconnect();
  }

  #lost(): void {
    if (this.#device.gatt?.connected) {
      return; // The event of a link that was closed before this one was opened.
    }
    const wasConnected = this.#write !== null;
    this.#forget();
    if (wasConnected) {
      this.#listeners.emit({ type: "lost" });
    }
  }

  /** Services and characteristics are those of one connection. */
  #forget(): void {
    this.#answers?.removeEventListener("characteristicvaluechanged", this.#notified);
    this.#write = null;
    this.#answers = null;
    this.#battery = null;
  }

  #gatt(): BluetoothRemoteGATTServer {
    if (!this.#device.gatt) {
      throw new NotAReceiptPrinter("unknown");
    }
    return this.#device.gatt;
  }

  #alone<T>(operation: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(operation);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

async function optional(
  server: BluetoothRemoteGATTServer,
  uuid: BluetoothServiceUUID,
): Promise<BluetoothRemoteGATTService | null> {
  try {
    return await server.getPrimaryService(uuid);
  } catch (error) {
    // Not there, or not one that the browser's list was asked for. All else (the link is gone) is a failure.
    if (error instanceof DOMException && ["NotFoundError", "SecurityError"].includes(error.name)) {
      return null;
    }
    throw error;
  }
}

function bytesOf(value: DataView): Uint8Array {
  return new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
}
