/** The app's printing in a real browser, with printers at the other end that have every fault. */

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { SimulatedPrinter } from "../printers/simulated_printer.ts";
import { BenchPage } from "./bench_page.ts";
import { BluetoothPrinterEmulation } from "./bluetooth.ts";
import type { Faults, WriteFault } from "./device.ts";
import { NOTICE, PROFILE, picture, RECEIPT, serverSays, sha256 } from "./documents.ts";
import { closePhones, launchPhone, type Phone } from "./launch.ts";
import { SerialPrinterEmulation } from "./serial.ts";

const SHORT = { ...NOTICE, blocks: NOTICE.blocks.slice(0, 3) };
const NEXT = { ...NOTICE, blocks: NOTICE.blocks.slice(2, 4) };

after(closePhones);

interface Bench {
  phone: Phone;
  bench: BenchPage;
  device: SimulatedPrinter;
  faults: Faults;
}

async function bluetooth(): Promise<Bench> {
  const phone = await launchPhone();
  const device = new SimulatedPrinter(PROFILE.width_dots);
  const { faults } = await BluetoothPrinterEmulation.start(phone, device);
  return { phone, bench: new BenchPage(phone), device, faults };
}

async function serial(): Promise<Bench> {
  const device = new SimulatedPrinter(PROFILE.width_dots);
  let emulation: SerialPrinterEmulation | null = null;
  const phone = await launchPhone({
    before: async (context) => {
      emulation = await SerialPrinterEmulation.install(context, device);
    },
  });
  const { faults } = emulation as unknown as SerialPrinterEmulation;
  return { phone, bench: new BenchPage(phone), device, faults };
}

/** The printer as it was new; the page keeps its connection. */
function reset({ device, faults }: Bench): void {
  device.rows.length = 0;
  device.unknown.length = 0;
  device.isCoverOpen = false;
  device.status = true;
  device.fence = true;
  device.powerCycle();
  device.loadPaper();
  faults.reset();
}

for (const [connection, start] of [
  ["bluetooth", bluetooth],
  ["serial", serial],
] as const) {
  describe(`a ${connection} printer`, () => {
    let it: Bench;

    before(async () => {
      it = await start();
      await it.bench.open();
      const chosen = await it.bench.choose(connection);
      assert.equal(chosen.problem, undefined);
      assert.equal(chosen.id, connection === "bluetooth" ? "bt.MPT-II" : "serial.Bluetooth-SPP");
    });
    beforeEach(() => reset(it));
    after(() => it.phone.close());

    test("prints a document dot for dot as the server draws it, and confirms it", async () => {
      const { bench, device } = it;
      assert.deepEqual(await bench.print("a", RECEIPT), { state: "printed" });
      const { height, sha256: expected } = serverSays(RECEIPT, PROFILE.width_dots);
      assert.equal(sha256(Buffer.concat(device.rows.slice(0, height))), expected);
      assert.equal(device.rows.length, height + PROFILE.tail_rows);
      assert.deepEqual(device.unknown, []);
    });

    for (const [what, cause, break_, mend] of [
      [
        "without paper",
        "paper_out",
        (device: SimulatedPrinter) => device.loadPaper(0),
        (device: SimulatedPrinter) => device.loadPaper(),
      ],
      [
        "with its cover open",
        "cover_open",
        (device: SimulatedPrinter) => {
          device.isCoverOpen = true;
        },
        (device: SimulatedPrinter) => device.closeCover(),
      ],
    ] as const) {
      test(`${what} holds the document until that is mended`, async () => {
        const { bench, device } = it;
        break_(device);
        assert.deepEqual(await bench.print("a", NOTICE), { state: "held", cause });
        assert.equal(await bench.look(), cause);
        assert.equal(device.buffered, 0);
        mend(device);
        assert.equal(await bench.look(), null);
        assert.deepEqual(await bench.print("a", NOTICE), { state: "printed" });
        assert.deepEqual(device.data, picture(NOTICE, PROFILE));
      });
    }

    for (const [when, rows] of [
      ["in the middle", 300],
      ["at the very end", -3],
    ] as const) {
      test(`that runs out of paper ${when} reports it, and finishes once there is paper`, async () => {
        const { bench, device } = it;
        const paper = picture(NOTICE, PROFILE);
        device.loadPaper(rows > 0 ? rows : paper.length / device.rowBytes + rows);
        // As many bytes as are left fit into a printer of this size: it takes all of them, and prints when it can.
        const printing = bench.print("a", { ...NOTICE, blocks: NOTICE.blocks.slice(0, 8) });
        const short = picture({ ...NOTICE, blocks: NOTICE.blocks.slice(0, 8) }, PROFILE);
        if (rows < 0) {
          device.loadPaper(short.length / device.rowBytes + rows);
        }
        await bench.until(({ cause }) => cause === "paper_out");
        device.loadPaper();
        assert.deepEqual(await printing, { state: "printed" });
        assert.deepEqual(device.data, short);
      });
    }

    test("whose cover is opened in the middle reports it, and finishes once it is closed", async () => {
      const { bench, device } = it;
      const paper = { ...NOTICE, blocks: NOTICE.blocks.slice(0, 8) };
      let left = 4_000;
      device.take = async (bytes) => {
        left -= bytes.length;
        device.isCoverOpen ||= left <= 0 && left + bytes.length > 0;
        return SimulatedPrinter.prototype.take.call(device, bytes);
      };
      try {
        const printing = bench.print("a", paper);
        await bench.until(({ cause }) => cause === "cover_open");
        assert.ok(device.rows.length > 0 && device.data.length < picture(paper, PROFILE).length, "in the middle");
        device.closeCover();
        assert.deepEqual(await printing, { state: "printed" });
        assert.deepEqual(device.data, picture(paper, PROFILE));
      } finally {
        device.take = SimulatedPrinter.prototype.take.bind(device);
      }
    });

    test("whose link is lost at any point prints no document twice, and none that nobody knows of", async () => {
      const { bench, device, faults } = it;
      assert.deepEqual(await bench.print("count", SHORT), { state: "printed" });
      const writes = faults.writes.length;
      const expected = picture(SHORT, PROFILE);
      const after_ = picture(NEXT, PROFILE);
      const points = [0, 2, 3, 4, 5, 7, 11, Math.floor(writes / 2), writes - 3, writes - 2, writes - 1];
      for (const [index, point] of points.entries()) {
        reset(it);
        const fault: WriteFault = index % 2 === 0 ? "lost before" : "lost after";
        faults.at(point, fault);
        const outcome = await bench.print(`lost-${point}`, SHORT);
        const where = `${fault} at write ${point} of ${writes}: ${JSON.stringify(outcome)}`;
        if (outcome.state === "printed") {
          assert.ok(point < 4, `${where}: it was sent again after it had begun`);
          assert.deepEqual(device.data, expected, where);
        } else {
          assert.equal(outcome.state, "unconfirmed", where);
          assert.ok(device.data.length <= expected.length, `${where}: more than one document`);
          assert.deepEqual(device.data, expected.subarray(0, device.data.length), where);
        }
        faults.reset();
        const second = await bench.print(`after-${point}`, NEXT);
        assert.deepEqual(second, { state: "printed" }, where);
        assert.deepEqual(device.data.subarray(-after_.length), after_, `${where}: the next document is not whole`);
      }
    });

    test("leaves the page without complaints", () => {
      assert.deepEqual(it.phone.complaints, []);
    });

    // The last one: the browser's emulated Bluetooth does not recover from it.
    test("that never answers a write does not keep the app waiting", async () => {
      const { bench, faults } = it;
      faults.at(9, "stuck");
      assert.deepEqual(await bench.print("a", NOTICE), { state: "unconfirmed", cause: "link_lost" });
    });
  });
}

describe("bluetooth", () => {
  let phone: Phone;
  let emulation: BluetoothPrinterEmulation | null = null;

  before(async () => {
    phone = await launchPhone();
  });
  afterEach(async () => {
    await emulation?.stop();
    emulation = null;
  });
  after(() => phone.close());

  async function started(kind: "usual" | "cat" | "deaf", profile = PROFILE): Promise<Omit<Bench, "faults">> {
    const device = new SimulatedPrinter(PROFILE.width_dots);
    emulation = await BluetoothPrinterEmulation.start(phone, device, { kind });
    const bench = new BenchPage(phone);
    await bench.open({ profile });
    return { phone, bench, device };
  }

  test("a person who closes the browser's list has chosen nothing", async () => {
    const { bench } = await started("usual");
    (emulation as BluetoothPrinterEmulation).choice = "cancel";
    assert.deepEqual(await bench.choose("bluetooth"), { problem: "NothingChosen" });
  });

  test("a picture printer that does not speak ESC/POS is refused by name", async () => {
    const { bench } = await started("cat");
    await bench.choose("bluetooth");
    assert.equal(await bench.connect(), "NotAReceiptPrinter cat");
  });

  test("a printer that answers nothing prints, and leaves the question to a person", async () => {
    const { bench, device } = await started("deaf", { ...PROFILE, fence: false, status: false });
    await bench.choose("bluetooth");
    assert.deepEqual(await bench.findOut(), { status: false, fence: false });
    assert.deepEqual(await bench.print("a", SHORT), { state: "unconfirmed", cause: "no_confirmation" });
    assert.deepEqual(device.data, picture(SHORT, PROFILE));
  });

  test("a printer that answers is found out, and a link cut in peace is opened again without a list", async () => {
    const { bench, device } = await started("usual");
    const printer = emulation as BluetoothPrinterEmulation;
    await bench.choose("bluetooth");
    assert.deepEqual(await bench.findOut(), { status: true, fence: true });
    await printer.cut();
    assert.deepEqual(await bench.print("a", SHORT), { state: "printed" });
    assert.deepEqual(device.data, picture(SHORT, PROFILE));
    printer.isReachable = false;
    await printer.cut();
    assert.deepEqual(await bench.print("b", SHORT), { state: "held", cause: "no_printer" });
  });

  test("the page has nothing to complain of", () => assert.deepEqual(phone.complaints, []));
});
