/**
 * A serial printer for pages that ask for one. Chromium shows no list of ports without a screen, so that
 * `navigator.serial` is replaced before the page's scripts, by one whose ports have real streams; the bytes go to a `Device`.
 */

import type { BrowserContext } from "playwright-core";
import { type Device, Faults, type WriteFault } from "./device.ts";

export class SerialPrinterEmulation {
  readonly faults = new Faults();
  readonly #device: Device;
  readonly #context: BrowserContext;

  /** To be called before the page is opened (`before` of `launchPhone`). */
  static async install(context: BrowserContext, device: Device): Promise<SerialPrinterEmulation> {
    const emulation = new SerialPrinterEmulation(context, device);
    await context.exposeBinding("__serialWrite", (_source, data: string) =>
      emulation.#written(Buffer.from(data, "base64")),
    );
    await context.exposeBinding("__serialOpen", () => device.linked?.(true));
    await context.exposeBinding("__serialClose", () => device.linked?.(false));
    await context.addInitScript(standIn);
    return emulation;
  }

  private constructor(context: BrowserContext, device: Device) {
    this.#context = context;
    this.#device = device;
    device.onAnswer((bytes) => void this.#emit("answer", Buffer.from(bytes).toString("base64")));
  }

  async #written(bytes: Buffer): Promise<WriteFault | null> {
    const fault = this.faults.next(bytes);
    if (fault !== "lost before" && fault !== "error") {
      await this.#device.take(bytes);
    }
    if (fault === "lost before" || fault === "lost after") {
      await this.#device.linked?.(false);
    }
    return fault;
  }

  async #emit(what: string, data: string): Promise<void> {
    for (const page of this.#context.pages()) {
      await page
        .evaluate(([name, value]) => window.dispatchEvent(new CustomEvent(`serial-${name}`, { detail: value })), [
          what,
          data,
        ] as const)
        .catch(() => undefined); // the page has gone
    }
  }
}

/** Runs in the page. */
function standIn(): void {
  const page = window as unknown as {
    __serialWrite(data: string): Promise<string | null>;
    __serialOpen(): Promise<void>;
    __serialClose(): Promise<void>;
  };
  const gone = (): DOMException => new DOMException("The device has been lost.", "NetworkError");

  class Port extends EventTarget {
    readable: ReadableStream<Uint8Array> | null = null;
    writable: WritableStream<Uint8Array> | null = null;
    #answers: ReadableStreamDefaultController<Uint8Array> | null = null;

    constructor() {
      super();
      window.addEventListener("serial-answer", (event) => {
        const data = atob((event as CustomEvent<string>).detail);
        this.#answers?.enqueue(Uint8Array.from(data, (letter) => letter.charCodeAt(0)));
      });
    }

    getInfo(): object {
      return { bluetoothServiceClassId: "00001101-0000-1000-8000-00805f9b34fb" };
    }

    async open(): Promise<void> {
      if (this.readable) {
        throw new DOMException("The port is already open.", "InvalidStateError");
      }
      await page.__serialOpen();
      this.readable = new ReadableStream({
        start: (controller) => {
          this.#answers = controller;
        },
      });
      this.writable = new WritableStream(
        {
          write: async (bytes) => {
            const fault = await page.__serialWrite(btoa(String.fromCharCode(...bytes)));
            if (fault === "stuck") {
              await new Promise(() => undefined);
            }
            if (fault === "error") {
              throw new DOMException("A framing error occurred.", "FramingError");
            }
            if (fault !== null) {
              this.#lose();
              throw gone();
            }
          },
        },
        { highWaterMark: 1 },
      );
    }

    async close(): Promise<void> {
      await page.__serialClose();
      this.#answers = null;
      this.readable = null;
      this.writable = null;
    }

    #lose(): void {
      this.#answers?.error(gone());
      this.#answers = null;
      this.readable = null;
      this.writable = null;
      this.dispatchEvent(new Event("disconnect"));
    }
  }

  const port = new Port();
  // As in a browser, what was chosen once is allowed after a reload.
  const serial = {
    requestPort: async () => {
      sessionStorage.setItem("serial-port", "granted");
      return port;
    },
    getPorts: async () => (sessionStorage.getItem("serial-port") === null ? [] : [port]),
  };
  Object.defineProperty(navigator, "serial", { value: serial, configurable: true });
}
