/**
 * The app's printing in a real browser, into an ESC/POS printer that somebody else wrote (emupos, over TCP). What came out is
 * left as pictures in a folder, for whoever started this to compare.
 */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { until } from "../until.ts";
import { BenchPage } from "./bench_page.ts";
import { BluetoothPrinterEmulation } from "./bluetooth.ts";
import { TcpPrinter } from "./device.ts";
import { NOTICE, RECEIPT } from "./documents.ts";
import { closePhones, launchPhone, required } from "./launch.ts";
import { SerialPrinterEmulation } from "./serial.ts";

const ADDRESS = required("PRINTER_ADDRESS");
const API = required("PRINTER_API");
const FOLDER = required("PICTURES_FOLDER");

after(closePhones);

async function setPaperOut(isOut: boolean): Promise<void> {
  const response = await fetch(`${API}/faults/paper-out`, { method: isOut ? "PUT" : "DELETE" });
  assert.ok(response.ok, await response.text());
}

async function receipts(): Promise<number> {
  const list = (await (await fetch(`${API}/receipts`)).json()) as unknown[] | { receipts: unknown[] };
  return (Array.isArray(list) ? list : list.receipts).length;
}

/** Wait for the document, which the simulator ends with the link, and keep its picture. */
async function keep(name: string, before: number): Promise<void> {
  await until(name, async () => (await receipts()) !== before);
  const image = await fetch(`${API}/receipts/latest/image`);
  assert.ok(image.ok);
  await writeFile(join(FOLDER, name), Buffer.from(await image.arrayBuffer()));
}

/** Runs out of paper once so many bytes have come through. */
class RunsOut extends TcpPrinter {
  #left = Number.POSITIVE_INFINITY;

  after(bytes: number): void {
    this.#left = bytes;
  }

  override async take(bytes: Uint8Array): Promise<void> {
    this.#left -= bytes.length;
    if (this.#left <= 0) {
      this.#left = Number.POSITIVE_INFINITY;
      await setPaperOut(true);
    }
    await super.take(bytes);
  }
}

test("over Bluetooth: held without paper, printed with it, finished after it ran out in the middle", async () => {
  const phone = await launchPhone();
  const device = new RunsOut(ADDRESS);
  const emulation = await BluetoothPrinterEmulation.start(phone, device);
  const bench = new BenchPage(phone);
  await bench.open();
  await bench.choose("bluetooth");
  assert.deepEqual(await bench.findOut(), { status: true, fence: true });

  await setPaperOut(true);
  assert.deepEqual(await bench.print("a", RECEIPT), { state: "held", cause: "paper_out" });
  await setPaperOut(false);
  let before = await receipts();
  assert.deepEqual(await bench.print("a", RECEIPT), { state: "printed" });
  await emulation.cut();
  await keep("receipt-bluetooth.png", before);

  before = await receipts();
  device.after(6_000);
  const printing = bench.print("b", NOTICE);
  await bench.until(({ cause }) => cause === "paper_out");
  await setPaperOut(false);
  assert.deepEqual(await printing, { state: "printed" });
  await emulation.cut();
  await keep("notice-bluetooth.png", before);
  assert.ok(emulation.faults.writes.length > 100);
  await phone.close();
});

test("over a serial line", async () => {
  const device = new TcpPrinter(ADDRESS);
  const phone = await launchPhone({
    before: async (context) => {
      await SerialPrinterEmulation.install(context, device);
    },
  });
  const bench = new BenchPage(phone);
  await bench.open();
  await bench.choose("serial");
  const before = await receipts();
  assert.deepEqual(await bench.print("a", RECEIPT), { state: "printed" });
  await bench.close();
  await keep("receipt-serial.png", before);
  await phone.close();
});
