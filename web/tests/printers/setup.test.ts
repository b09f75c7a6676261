import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytesOf,
  featuresPage,
  findOut,
  type Part,
  profileFrom,
  testPage,
  widthPage,
} from "../../src/printers/setup.ts";
import { toEscpos } from "../../src/printing/escpos.ts";
import { DEFAULT_PROFILE } from "../../src/printing/profile.ts";
import { readDocument } from "../../src/printing/read_document.ts";
import { atlas } from "../printing/atlas_file.ts";
import { SimulatedPrinter } from "./simulated_printer.ts";

async function printed(parts: readonly Part[], width: number): Promise<SimulatedPrinter> {
  const device = new SimulatedPrinter(width, { capacity: 1_000_000 });
  const bytes = await bytesOf(parts, async (document, profile, resync) => {
    readDocument(document);
    return toEscpos(document, profile, atlas, resync);
  });
  await device.take(bytes);
  assert.deepEqual(device.unknown, []);
  assert.equal(device.buffered, 0);
  return device;
}

test("nothing is switched on that was not seen, and nothing is believed that was not answered", () => {
  assert.deepEqual(profileFrom({}, { status: false, fence: false }), { ...DEFAULT_PROFILE, feed_command: false });
});

test("what was seen and answered is switched on", () => {
  const seen = { isWide: true, areLettersRight: true, isCodeRead: true, areOwnLettersEven: true, areGapsEqual: true };
  assert.deepEqual(
    profileFrom(seen, { status: true, fence: true }, { ...DEFAULT_PROFILE, cut: "partial", tail_rows: 40 }),
    {
      width_dots: 576,
      native_qr: true,
      text_mode: "ascii_lines",
      cut: "partial",
      fence: true,
      status: true,
      feed_command: true,
      tail_rows: 40,
    },
  );
});

test("the ruler's arrow for 58 mm ends where that paper ends, and the other at the edge of 80 mm", async () => {
  const { rows } = await printed(widthPage(), 576);
  const letters = rows.slice(56, 84); // the line below the title
  const ink = (from: number, to: number): boolean =>
    letters.some((row) => row.subarray(from / 8, to / 8).some((byte) => byte));
  assert.ok(ink(372, 384), "nothing stands in the last column of 58 mm paper");
  assert.ok(!ink(384, 440), "something stands right behind it");
  assert.ok(ink(564, 576), "nothing stands in the last column of 80 mm paper");
});

test("the second page has the printer's own code and letters, and the same gap by pixels and by command", async () => {
  const { codes, texts, rows } = await printed(featuresPage(384), 384);
  assert.equal(codes.length, 1);
  assert.equal(texts.filter((text) => text.trim().length === 32).length, 1);
  const black = rows.flatMap((row, index) => (row.every((byte) => byte === 0xff) ? [index] : []));
  const last = black.slice(-6).filter((_, index) => index % 2 === 0);
  assert.equal((last[1] ?? 0) - (last[0] ?? 0), (last[2] ?? 0) - (last[1] ?? 0));
});

test("the test page prints with any profile, with one fence at its end", async () => {
  const device = await printed(testPage({ ...DEFAULT_PROFILE, fence: true }, "MPT-II"), 384);
  assert.ok(device.rows.length > 200);
});

test("the printer is asked what it answers, and silence is no answer", async () => {
  const asked: number[][] = [];
  const found = await findOut(async (request) => {
    asked.push([...request]);
    return request[0] === 0x10 ? [{ type: "status", value: 0x12 }] : [];
  });
  assert.deepEqual(found, { status: true, fence: false });
  assert.deepEqual(asked, [
    [0x10, 4, 1],
    [0x1d, 0x72, 1],
  ]);
});
