/** The app's printing, without its screens: for tests that drive a printer through every fault. */

import { chooseBluetoothPrinter } from "../../../src/printers/bluetooth.ts";
import { Driver, type Options, type Progress } from "../../../src/printers/driver.ts";
import type { Cause, Printer } from "../../../src/printers/printer.ts";
import type { Outcome } from "../../../src/printers/run.ts";
import { chooseSerialPrinter } from "../../../src/printers/serial.ts";
import { findOut } from "../../../src/printers/setup.ts";
import { keepAwake } from "../../../src/printers/wake_lock.ts";
import type { PrinterProfile } from "../../../src/printing/profile.ts";
import { Renderer } from "../../../src/printing/renderer.ts";

export interface Chosen {
  readonly id?: string;
  readonly name?: string;
  readonly problem?: string;
}

const renderer = new Renderer();
let driver: Driver | null = null;
let profile: PrinterProfile | null = null;
let chosen: Promise<Chosen> | null = null;

function choose(printer: Promise<Printer>): void {
  chosen = printer.then(
    (found) => {
      driver = new Driver(found, bench.answering, {
        ...bench.options,
        keepAwake,
        printedLate: (id) => bench.late.push(id),
      });
      return { id: found.id, name: found.name };
    },
    (error: Error) => ({ problem: error.name }),
  );
}

const bench = {
  options: {} as Options,
  answering: { status: true, fence: true },
  late: [] as string[],
  progress: [] as Progress[],

  /** What came of the tap on one of the buttons. */
  chosen: async (): Promise<Chosen> => (await chosen) ?? {},

  setUp(with_: { profile: PrinterProfile; options?: Options }): void {
    profile = with_.profile;
    bench.answering = with_.profile;
    bench.options = with_.options ?? {};
  },

  print(id: string, document: unknown): Promise<Outcome> {
    const by = profile as PrinterProfile;
    bench.progress = [];
    return (driver as Driver).print({
      id,
      bytes: (resync) => renderer.escpos(document, by, resync),
      begun: async () => true,
      progress: (progress) => bench.progress.push(progress),
    });
  },

  look: (): Promise<Cause | null> => (driver as Driver).look(),
  close: (): Promise<void> => (driver as Driver).abandon(),
  findOut: () => findOut((request, milliseconds) => (driver as Driver).ask(request, milliseconds)),
  connect: (): Promise<string> =>
    (driver as Driver).printer.connect().then(
      () => "connected",
      (error: Error & { kind?: string }) => `${error.name} ${error.kind ?? ""}`.trim(),
    ),
};

export type Bench = typeof bench;

document.querySelector("#bluetooth")?.addEventListener("click", () => choose(chooseBluetoothPrinter()));
document.querySelector("#serial")?.addEventListener("click", () => choose(chooseSerialPrinter()));
Object.assign(window, { bench });
