/**
 * A Bluetooth printer that exists only in the DevTools protocol: the page's own Web Bluetooth finds it, connects and
 * writes, and what is written goes to a `Device`.
 *
 * `BluetoothEmulation` answers only on the browser's session, `DeviceAccess` (the chooser) only on the page's. There are
 * no unasked notifications, so that the printer's answers are read.
 */

import type { CDPSession, Page } from "playwright-core";
import { type Device, Faults } from "./device.ts";
import type { Phone } from "./launch.ts";

const BASE = "-0000-1000-8000-00805f9b34fb";
export const SERVICES = {
  usual: { service: `000018f0${BASE}`, write: `00002af1${BASE}`, answers: `00002af0${BASE}` },
  cat: { service: `0000ae30${BASE}`, write: `0000ae01${BASE}`, answers: `0000ae02${BASE}` },
  deaf: { service: `0000ff00${BASE}`, write: `0000ff02${BASE}`, answers: `0000ff03${BASE}` },
} as const;

const OK = 0;
const UNLIKELY_ERROR = 0x0e;
const CONNECTION_TIMEOUT = 0x08;

declare global {
  interface Window {
    linkIsGoing: boolean;
    BluetoothRemoteGATTCharacteristic: { prototype: BluetoothRemoteGATTCharacteristic };
  }
}

/**
 * Run in the page: a write that failed because the link is going tells so only when it has gone, as a phone does. An
 * operation under way when the emulated link is cut leaves the browser's Bluetooth stuck, so the page must begin none.
 */
function failWhenTheLinkHasGone(): void {
  const { prototype } = window.BluetoothRemoteGATTCharacteristic;
  const write = prototype.writeValueWithResponse;
  prototype.writeValueWithResponse = async function (value) {
    try {
      await write.call(this, value);
    } catch (error) {
      const { device } = this.service;
      if (window.linkIsGoing && device.gatt?.connected) {
        await new Promise((gone) => device.addEventListener("gattserverdisconnected", gone, { once: true }));
      }
      window.linkIsGoing = false;
      throw error;
    }
  };
}

interface Options {
  readonly name?: string;
  readonly address?: string;
  readonly kind?: keyof typeof SERVICES;
}

export class BluetoothPrinterEmulation {
  readonly faults = new Faults();
  /** What the person does with the browser's list. */
  choice: "choose" | "cancel" = "choose";
  /** The printer answers when the phone connects. */
  isReachable = true;
  readonly #browser: CDPSession;
  #session: CDPSession | null = null;
  readonly #page: Page;
  readonly #device: Device;
  readonly #name: string;
  readonly #address: string;
  readonly #ids: (typeof SERVICES)[keyof typeof SERVICES];
  #write = "";
  #answers: Buffer[] = [];
  #isPublished = false;

  static async start(phone: Phone, device: Device, options: Options = {}): Promise<BluetoothPrinterEmulation> {
    const browser = await phone.browser.newBrowserCDPSession();
    const emulation = new BluetoothPrinterEmulation(browser, phone.page, device, options);
    await phone.page.addInitScript(failWhenTheLinkHasGone);
    await emulation.#start(phone.page);
    return emulation;
  }

  private constructor(browser: CDPSession, page: Page, device: Device, options: Options) {
    this.#browser = browser;
    this.#page = page;
    this.#device = device;
    this.#name = options.name ?? "MPT-II";
    this.#address = options.address ?? "09:09:09:09:09:09";
    this.#ids = SERVICES[options.kind ?? "usual"];
    device.onAnswer((bytes) => this.#answers.push(Buffer.from(bytes)));
  }

  /** Cut the link, as when the phone is carried away. */
  async cut(): Promise<void> {
    this.#isPublished = false;
    // The page may have closed it by itself.
    await this.#browser
      .send("BluetoothEmulation.simulateGATTDisconnection", { address: this.#address })
      .catch(() => undefined);
    await this.#device.linked?.(false);
  }

  /** Take the printer and the whole of Bluetooth away, so that another can be started in the same browser. */
  async stop(): Promise<void> {
    await this.#browser.send("BluetoothEmulation.disable");
    await this.#browser.detach();
    await this.#session?.detach();
  }

  async #start(page: Page): Promise<void> {
    const session = await page.context().newCDPSession(page);
    this.#session = session;
    await this.#browser.send("BluetoothEmulation.enable", { state: "powered-on", leSupported: true });
    await this.#browser.send("BluetoothEmulation.simulatePreconnectedPeripheral", {
      address: this.#address,
      name: this.#name,
      manufacturerData: [],
      knownServiceUuids: [this.#ids.service],
    });
    this.#browser.on("BluetoothEmulation.gattOperationReceived", ({ type }) => void this.#gatt(type));
    this.#browser.on("BluetoothEmulation.characteristicOperationReceived", (event) => void this.#characteristic(event));
    await session.send("DeviceAccess.enable");
    const answered = new Set<string>(); // the list is sent again whenever it changes
    session.on("DeviceAccess.deviceRequestPrompted", ({ id, devices }) => {
      const [first] = devices;
      if (answered.has(id) || !first) {
        return;
      }
      answered.add(id);
      void (this.choice === "cancel"
        ? session.send("DeviceAccess.cancelPrompt", { id })
        : session.send("DeviceAccess.selectPrompt", { id, deviceId: first.id }));
    });
  }

  async #gatt(type: "connection" | "discovery"): Promise<void> {
    let code = OK;
    if (type === "connection") {
      this.#isPublished = false; // services go with the link
      this.#answers = [];
      code = this.isReachable ? OK : CONNECTION_TIMEOUT;
      if (this.isReachable) {
        await this.#device.linked?.(false);
        await this.#device.linked?.(true);
      }
    } else if (!this.#isPublished) {
      this.#isPublished = true;
      await this.#publish();
    }
    await this.#browser.send("BluetoothEmulation.simulateGATTOperationResponse", {
      address: this.#address,
      type,
      code,
    });
  }

  async #publish(): Promise<void> {
    const { serviceId } = await this.#browser.send("BluetoothEmulation.addService", {
      address: this.#address,
      serviceUuid: this.#ids.service,
    });
    const { characteristicId } = await this.#browser.send("BluetoothEmulation.addCharacteristic", {
      serviceId,
      characteristicUuid: this.#ids.write,
      properties: { write: true, writeWithoutResponse: true },
    });
    this.#write = characteristicId;
    await this.#browser.send("BluetoothEmulation.addCharacteristic", {
      serviceId,
      characteristicUuid: this.#ids.answers,
      properties: { read: true },
    });
  }

  async #characteristic(event: { characteristicId: string; type: string; data?: string }): Promise<void> {
    if (event.type === "read") {
      const data = Buffer.concat(this.#answers.splice(0)).toString("base64");
      await this.#respond({ characteristicId: event.characteristicId, type: "read", code: OK, data });
    } else if (event.type === "write" && event.characteristicId === this.#write) {
      await this.#written(event.characteristicId, Buffer.from(event.data ?? "", "base64"));
    }
  }

  async #written(characteristicId: string, bytes: Buffer): Promise<void> {
    const fault = this.faults.next(bytes);
    if (fault !== "lost before" && fault !== "error") {
      await this.#device.take(bytes);
    }
    if (fault === "stuck") {
      return;
    }
    const isGoing = fault === "lost before" || fault === "lost after";
    if (isGoing) {
      await this.#page.evaluate(() => {
        window.linkIsGoing = true;
      });
    }
    await this.#respond({ characteristicId, type: "write", code: fault === null ? OK : UNLIKELY_ERROR });
    if (isGoing) {
      await this.cut();
    }
  }

  async #respond(answer: {
    characteristicId: string;
    type: "read" | "write";
    code: number;
    data?: string;
  }): Promise<void> {
    // The link may have gone in the meantime.
    await this.#browser
      .send("BluetoothEmulation.simulateCharacteristicOperationResponse", answer)
      .catch(() => undefined);
  }
}
