import assert from "node:assert/strict";
import { test } from "node:test";
import { Driver, type Options, type Progress } from "../../src/printers/driver.ts";
import type { Outcome } from "../../src/printers/run.ts";
import type { Document } from "../../src/printing/document.ts";
import { toEscpos } from "../../src/printing/escpos.ts";
import { layOut } from "../../src/printing/layout.ts";
import { DEFAULT_PROFILE, type PrinterProfile } from "../../src/printing/profile.ts";
import { draw } from "../../src/printing/raster.ts";
import { atlas } from "../printing/atlas_file.ts";
import { until } from "../until.ts";
import { FakeLink, type Fault } from "./fake_link.ts";
import { SimulatedPrinter } from "./simulated_printer.ts";

const RECEIPT: Document = {
  version: 1,
  kind: "receipt",
  title: "Biên nhận",
  blocks: [
    { type: "text", text: "BIÊN NHẬN", weight: "bold", size: 2, align: "center" },
    { type: "columns", cells: [{ text: "Nguyễn Thị Ánh" }, { text: "1.113.426", align: "right", keep: true }] },
    { type: "rule", style: "dashed" },
    { type: "text", text: "Đã thu đủ. Xin cảm ơn!" },
  ],
};
const OTHER: Document = { ...RECEIPT, blocks: [{ type: "text", text: "Tờ thứ hai", size: 2 }] };
const PROFILE: PrinterProfile = { ...DEFAULT_PROFILE, fence: true, status: true, tail_rows: 24 };
const PATIENCE = { listen: 50, printer: 300, person: 1000 };
const QUICK = { watchdog: 100, connecting: 100, status: 100, unknownStatus: 25, quiet: 25, draining: 150, polling: 10 };

function picture(document: Document, profile = PROFILE): Buffer {
  const { data } = draw(layOut(document, profile.width_dots, atlas), atlas);
  return Buffer.concat([data, Buffer.alloc(profile.tail_rows * (profile.width_dots / 8))]);
}

interface Bench {
  device: SimulatedPrinter;
  link: FakeLink;
  driver: Driver;
  late: string[];
  begun: string[];
  print(id: string, document?: Document, progress?: (progress: Progress) => void): Promise<Outcome>;
}

function bench(options: Options & { profile?: PrinterProfile; capacity?: number; isOneWay?: boolean } = {}): Bench {
  const { profile = PROFILE, capacity, isOneWay = false, ...rest } = options;
  const device = new SimulatedPrinter(profile.width_dots, capacity === undefined ? {} : { capacity });
  const link = new FakeLink(device, isOneWay);
  const late: string[] = [];
  const begun: string[] = [];
  const driver = new Driver(link, profile, {
    printedLate: (id) => late.push(id),
    patience: PATIENCE,
    ...rest,
    timings: { ...QUICK, ...rest.timings },
  });
  return {
    device,
    link,
    driver,
    late,
    begun,
    print: (id, document, progress) =>
      driver.print({
        id,
        bytes: async (resync) => toEscpos(document ?? RECEIPT, profile, atlas, resync),
        begun: async () => begun.push(id) > 0,
        ...(progress ? { progress } : {}),
      }),
  };
}

test("a document comes out as it was drawn, and the printer confirms it", async () => {
  const { device, print, begun } = bench();
  assert.deepEqual(await print("a"), { state: "printed" });
  assert.deepEqual(device.data, picture(RECEIPT));
  assert.deepEqual(device.unknown, []);
  assert.deepEqual(begun, ["a"]);
});

test("writes begin small and grow up to what the link takes", async () => {
  const { link, print } = bench();
  await print("a");
  const sizes = link.writes.filter((size) => size !== 3);
  assert.deepEqual(sizes.slice(0, 7), [2, 20, 40, 80, 160, 180, 180]);
  assert.ok(Math.max(...sizes) === 180);
});

test("documents that are sent at once come out one after the other", async () => {
  const { device, print } = bench();
  assert.deepEqual(await Promise.all([print("a"), print("b", OTHER)]), [{ state: "printed" }, { state: "printed" }]);
  assert.deepEqual(device.data, Buffer.concat([picture(RECEIPT), picture(OTHER)]));
});

for (const [what, cause, spoil] of [
  ["without paper", "paper_out", (device: SimulatedPrinter) => device.loadPaper(0)],
  ["with its cover open", "cover_open", (device: SimulatedPrinter) => Object.assign(device, { isCoverOpen: true })],
] as const) {
  test(`a printer ${what} gets no byte of the document, which is held with that cause`, async () => {
    const { device, link, print, begun } = bench();
    spoil(device);
    assert.deepEqual(await print("a"), { state: "held", cause });
    assert.ok(link.writes.every((size) => size === 3));
    assert.deepEqual(begun, []);
  });
}

test("an empty battery holds the document", async () => {
  const { link, print } = bench();
  link.batteryPercent = 2;
  assert.deepEqual(await print("a"), { state: "held", cause: "battery_low" });
});

test("a printer that cannot be reached holds the document after a few tries", async () => {
  const { link, print } = bench();
  link.isReachable = false;
  assert.deepEqual(await print("a"), { state: "held", cause: "no_printer" });
  assert.equal(link.connections, 0);
});

test("a printer that is known to answer and does not gets nothing", async () => {
  const { device, print } = bench();
  device.status = false;
  assert.deepEqual(await print("a"), { state: "held", cause: "no_printer" });
  assert.equal(device.rows.length, 0);
});

test("a printer that never answers prints, and a person has to confirm it", async () => {
  const { device, link, print } = bench({ profile: { ...PROFILE, fence: false, status: false } });
  device.status = false;
  device.fence = false;
  assert.deepEqual(await print("a"), { state: "unconfirmed", cause: "no_confirmation" });
  assert.deepEqual(device.data, picture(RECEIPT));
  const asked = link.writes.filter((size) => size === 3).length;
  await print("b");
  assert.equal(link.writes.filter((size) => size === 3).length, asked, "it was not asked again on this connection");
});

test("a document that is withdrawn while the printer is asked does not come out", async () => {
  const { device, driver } = bench();
  const outcome = await driver.print({
    id: "a",
    bytes: async (resync) => toEscpos(RECEIPT, PROFILE, atlas, resync),
    begun: async () => false,
  });
  assert.deepEqual(outcome, { state: "withdrawn" });
  assert.equal(device.rows.length, 0);
});

test("nothing prints where it cannot be stored that the document is begun", async () => {
  const { device, driver } = bench();
  const outcome = await driver.print({
    id: "a",
    bytes: async (resync) => toEscpos(RECEIPT, PROFILE, atlas, resync),
    begun: () => Promise.reject(new Error("the storage is full")),
  });
  assert.equal(outcome.state, "unconfirmed");
  assert.equal(device.rows.length, 0);
});

test("paper that ends in the middle is reported while it is waited for, and new paper finishes the job", async () => {
  const { device, print } = bench();
  device.paperLeft = 60;
  const causes: unknown[] = [];
  const outcome = await print("a", RECEIPT, ({ cause }) => {
    causes.push(cause);
    if (cause === "paper_out") {
      device.loadPaper();
    }
  });
  assert.deepEqual(outcome, { state: "printed" });
  assert.ok(causes.includes("paper_out"));
  assert.deepEqual(device.data, picture(RECEIPT));
});

/** Every write of one document, with each thing that can happen to it. */
async function writesOfOneDocument(): Promise<number> {
  const { link, print } = bench();
  await print("a");
  return link.writes.length;
}

for (const fault of ["lost before", "lost after", "error", "stuck"] as const satisfies readonly Fault[]) {
  test(`a write that is ${fault}, anywhere: never two documents, and never one that nobody knows of`, async () => {
    for (let write = 0; write < (await writesOfOneDocument()); write += 1) {
      const { device, link, print, begun, late } = bench();
      link.failAt(write, fault);
      const outcome = await print("a");
      const expected = picture(RECEIPT);
      const rowsOfDocument = expected.length / device.rowBytes;
      const where = `${fault} at write ${write}: ${JSON.stringify(outcome)}`;

      assert.ok(device.rows.length <= rowsOfDocument, `${where}: more than one document`);
      if (outcome.state === "printed") {
        assert.deepEqual(device.data, expected, where);
      } else if (outcome.state === "held") {
        assert.equal(device.rows.length, 0, `${where}: paper came out`);
        assert.deepEqual(begun, [], where);
      } else {
        assert.equal(outcome.state, "unconfirmed", where);
        assert.deepEqual(begun, ["a"], where);
      }
      assert.deepEqual(late, [], where);

      // The next document is whole, whatever state the printer was left in.
      const before = device.rows.length;
      assert.deepEqual(await print("b", OTHER), { state: "printed" }, where);
      const second = picture(OTHER);
      const rows = device.rows.slice(before);
      assert.deepEqual(Buffer.concat(rows.slice(-second.length / device.rowBytes)), second, where);
      assert.ok(
        rows.length * device.rowBytes <= second.length + 64 * device.rowBytes,
        `${where}: more than a band is lost`,
      );
    }
  });
}

test("a link that is lost before anything prints is tried again by itself", async () => {
  const { device, link, print } = bench();
  link.failAt(0, "lost before");
  assert.deepEqual(await print("a"), { state: "printed" });
  assert.equal(link.connections, 2);
  assert.deepEqual(device.data, picture(RECEIPT));
});

test("after a write that failed, writes stay smaller than it", async () => {
  const { link, print } = bench();
  link.failAt(9, "error");
  await print("a");
  const failed = link.writes.at(-1) ?? 0;
  await print("b");
  assert.ok(Math.max(...link.writes.slice(10)) <= Math.max(20, failed / 2));
});

test("paper that nobody loads in time leaves the document to a person; loaded later, the answer still counts", async () => {
  const { device, print, late } = bench();
  device.paperLeft = 60;
  assert.deepEqual(await print("a"), { state: "unconfirmed", cause: "paper_out" });
  assert.deepEqual(late, []);
  device.loadPaper();
  await until("the late answer", async () => late.length > 0);
  assert.deepEqual(late, ["a"]);
  assert.deepEqual(await print("b", OTHER), { state: "printed" });
  assert.deepEqual(device.data, Buffer.concat([picture(RECEIPT), picture(OTHER)]));
  assert.deepEqual(late, ["a"]);
});

test("an answer that was owed is never taken for the next document's, even over a new connection", async () => {
  const { device, link, print, late } = bench();
  device.paperLeft = 60;
  await print("a");
  link.lose();
  device.loadPaper(); // the answer for "a" goes nowhere, or comes over the next link: nobody knows which
  device.fence = false; // and the printer does not answer any more
  const outcome = await print("b", OTHER);
  assert.deepEqual(outcome, { state: "held", cause: "no_printer" });
  assert.deepEqual(late, []);
});

test("a printer that lost its memory with a document in it is not believed to have printed it", async () => {
  const { device, print, late } = bench();
  device.paperLeft = 60;
  await print("a");
  device.powerCycle(); // the link stayed: some printers clear their memory when the cover is opened
  device.loadPaper();
  assert.deepEqual(await print("b", OTHER), { state: "printed" });
  assert.deepEqual(late, []);
});

test("a printer that stops answering after the last byte leaves the document to a person", async () => {
  const { device, print } = bench();
  device.fence = false;
  assert.deepEqual(await print("a"), { state: "unconfirmed", cause: "no_confirmation" });
  assert.deepEqual(device.data, picture(RECEIPT));
});

test("the first document of an app that was killed while printing fills what the printer may still wait for", async () => {
  const { device, print } = bench({ resync: true });
  await device.take(Uint8Array.of(0x1d, 0x76, 0x30, 0, 48, 0, 64, 0, 1, 2, 3)); // the start of a band
  assert.deepEqual(await print("a"), { state: "printed" });
  const expected = picture(RECEIPT);
  assert.deepEqual(device.data.subarray(-expected.length), expected);
});

test("a printer that answers nothing until it is cleared of a broken document prints the next one", async () => {
  const { device, print } = bench({ resync: true });
  device.isDeafInPicture = true;
  await device.take(Uint8Array.of(0x1d, 0x76, 0x30, 0, 48, 0, 64, 0, 1, 2, 3)); // the start of a band
  assert.deepEqual(await print("a"), { state: "printed" });
  const expected = picture(RECEIPT);
  assert.deepEqual(device.data.subarray(-expected.length), expected);
});

test("whether the printer may be stuck is reported, and only until a document has cleared it", async () => {
  const reported: boolean[] = [];
  const { link, print } = bench({ stuck: (isStuck) => reported.push(isStuck) });
  link.failAt(link.writes.length + 6, "lost after");
  assert.equal((await print("a")).state, "unconfirmed");
  assert.deepEqual(reported, [true]);
  assert.deepEqual(await print("b", OTHER), { state: "printed" });
  assert.deepEqual(reported, [true, false]);
});

test("an app that takes whole documents is asked nothing, gets each in one write, and a person has to confirm it", async () => {
  const { link, device, print, driver } = bench({ isOneWay: true });
  assert.equal(await driver.look(), null);
  assert.deepEqual(await print("a"), { state: "unconfirmed", cause: "no_confirmation" });
  assert.deepEqual(link.writes.filter((size) => size > 0).length, 1);
  assert.deepEqual(device.data, picture(RECEIPT));
});

test("a printer that is left for another one ends what it was printing, and is not connected again", async () => {
  const { link, device, driver, print } = bench();
  device.fence = false;
  const printing = print("a");
  await until("the document is sent", async () => device.rows.length > 0);
  await driver.abandon();
  assert.deepEqual(await printing, { state: "unconfirmed", cause: "link_lost" });
  assert.deepEqual(await print("b"), { state: "held", cause: "no_printer" });
  assert.equal(link.connections, 1);
});

test("a look returns what is in the way, and prints nothing", async () => {
  const { device, driver, link } = bench();
  assert.equal(await driver.look(), null);
  device.isCoverOpen = true;
  device.loadPaper(0);
  assert.equal(await driver.look(), "cover_open");
  link.lose();
  link.isReachable = false;
  assert.equal(await driver.look(), "no_printer");
  assert.equal(device.rows.length, 0);
});

test("a full printer stops the writes, and a watchdog ends that", async () => {
  const { device, print } = bench({ capacity: 1024 });
  device.paperLeft = 30;
  assert.deepEqual(await print("a"), { state: "unconfirmed", cause: "link_lost" });
});

test("the screen is kept on while a document is printed, and not longer", async () => {
  const events: string[] = [];
  const { print } = bench({
    keepAwake: async () => {
      events.push("awake");
      return () => events.push("asleep");
    },
  });
  await print("a");
  assert.deepEqual(events, ["awake", "asleep"]);
});
