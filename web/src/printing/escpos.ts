/**
 * From a document to the bytes for an ESC/POS printer, byte for byte those of the server's `shared/printing/escpos.py`,
 * which lists the commands. Every byte of a document's text is either drawn or printable ASCII: no text can carry one.
 */

import type { Atlas } from "./atlas.ts";
import type { Document } from "./document.ts";
import { type CodeLine, heightOf, type Line, layOut, moduleDots, QUIET_MODULES, type TextLine } from "./layout.ts";
import type { PrinterProfile } from "./profile.ts";
import { nativeSide } from "./qr_symbol.ts";
import { drawLine } from "./raster.ts";
import { isAscii } from "./text.ts";

/** Larger bands overflow the buffers of cheap printers, which then print garbage. */
const MAX_BAND_ROWS = 64;
const MAX_BAND_BYTES = 4096;

const ESC = 0x1b;
const GS = 0x1d;
export const RESET: readonly number[] = [ESC, 0x40];
/** Asked after the last byte: answered once all before it was printed. */
export const FENCE: readonly number[] = [GS, 0x72, 1];
/** Fills whatever band a broken connection left open; otherwise the next bytes would be printed as its picture. */
const RESYNC_ZEROES = new Uint8Array(MAX_BAND_BYTES);

const CUT: Readonly<Record<PrinterProfile["cut"], readonly number[]>> = {
  none: [],
  full: [GS, 0x56, 0],
  partial: [GS, 0x56, 1],
};

/** The bytes that print a document. `resync` is for the first job after a connection broke inside another. */
export function toEscpos(
  document: Document,
  profile: PrinterProfile,
  atlas: Atlas,
  resync = false,
): Uint8Array<ArrayBuffer> {
  const layout = layOut(document, profile.width_dots, atlas, profile.text_mode === "unaccented");
  const rowBytes = profile.width_dots / 8;
  const out = new Bytes();
  if (resync) {
    out.add(RESYNC_ZEROES);
  }
  out.add(RESET);
  let pixels: Line[] = [];
  const flush = (): void => {
    out.addAll(bands(drawn(pixels, rowBytes, atlas), rowBytes, profile));
    pixels = [];
  };
  for (const line of [...layout.lines, { type: "gap", rows: profile.tail_rows } as const]) {
    const command = commandFor(line, profile);
    if (command === null) {
      pixels.push(line);
    } else {
      flush();
      out.addAll(command);
    }
  }
  flush();
  out.add(CUT[profile.cut]);
  if (profile.fence) {
    out.add(FENCE);
  }
  return out.joined();
}

type Part = ArrayLike<number>;

class Bytes {
  readonly #parts: Part[] = [];
  #length = 0;

  add(part: Part): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  addAll(parts: Iterable<Part>): void {
    for (const part of parts) {
      this.add(part);
    }
  }

  joined(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

function drawn(lines: readonly Line[], rowBytes: number, atlas: Atlas): Uint8Array {
  const data = new Uint8Array(lines.reduce((total, line) => total + heightOf(line), 0) * rowBytes);
  let at = 0;
  for (const line of lines) {
    const end = at + heightOf(line) * rowBytes;
    drawLine(line, data.subarray(at, end), rowBytes, atlas);
    at = end;
  }
  return data;
}

/** What makes the printer draw this line itself; null where it gets pixels. */
function commandFor(line: Line, profile: PrinterProfile): Part[] | null {
  if (line.type === "code" && profile.native_qr) {
    return nativeQr(line, profile);
  }
  if (line.type === "text" && profile.text_mode !== "none") {
    return ownLetters(line);
  }
  return null;
}

function nativeQr(line: CodeLine, profile: PrinterProfile): Part[] {
  // A printer may take one segment of bytes for what two make smaller here.
  const module = moduleDots(nativeSide(line.data, line.errorLevel), profile.width_dots);
  const quiet = [...white(QUIET_MODULES * module, profile)];
  const command = (number: number, ...values: number[]): number[] => {
    const length = values.length + 2;
    return [GS, 0x28, 0x6b, length & 0xff, length >> 8, 49, number, ...values];
  };
  return [
    ...quiet,
    [ESC, 0x61, 1],
    command(65, 0x32, 0), // model 2
    command(67, module),
    command(69, 0x30 + "LMQH".indexOf(line.errorLevel)),
    command(80, 0x30, ...new TextEncoder().encode(line.data)),
    command(81, 0x30),
    [ESC, 0x61, 0],
    ...quiet,
  ];
}

/** A line in the printer's own letters; null where it has others than ASCII. */
function ownLetters(line: TextLine): Part[] | null {
  if (!line.runs.every((run) => isAscii(run.text))) {
    return null;
  }
  const parts: Part[] = [[ESC, 0x33, heightOf(line), GS, 0x21, line.size === 2 ? 0x11 : 0]];
  let column = 0;
  for (const run of line.runs) {
    parts.push(new Array<number>(run.column - column).fill(0x20));
    parts.push([ESC, 0x45, run.weight === "bold" ? 1 : 0], new TextEncoder().encode(run.text));
    column = run.column + run.text.length;
  }
  parts.push([0x0a]);
  return parts;
}

/** Pixels as bands trimmed on the right, between white rows. */
function* bands(data: Uint8Array, rowBytes: number, profile: PrinterProfile): Generator<Part> {
  const rows: Uint8Array[] = [];
  for (let start = 0; start < data.length; start += rowBytes) {
    rows.push(trimmed(data.subarray(start, start + rowBytes)));
  }
  let position = 0;
  while (position < rows.length) {
    const start = position;
    while (position < rows.length && isWhite(rows, position)) {
      position += 1;
    }
    yield* white(position - start, profile);
    if (position < rows.length) {
      const end = bandEnd(rows, position);
      yield* band(rows.slice(position, end));
      position = end;
    }
  }
}

function trimmed(row: Uint8Array): Uint8Array {
  let length = row.length;
  while (length > 0 && row[length - 1] === 0) {
    length -= 1;
  }
  return row.subarray(0, length);
}

function isWhite(rows: readonly Uint8Array[], row: number): boolean {
  return rows[row]?.length === 0;
}

/**
 * One past the last row of the band that starts here.
 *
 * It ends at the first two white rows (one alone is cheaper inside than a command of its own), and never holds more
 * than 64 rows or 4096 bytes: then it ends at its last white row, so that no seam shows, if it has one.
 */
function bandEnd(rows: readonly Uint8Array[], start: number): number {
  let width = 0;
  let lastWhite: number | null = null;
  for (let row = start; row < rows.length; row += 1) {
    if (isWhite(rows, row)) {
      if (row + 1 === rows.length || isWhite(rows, row + 1)) {
        return row;
      }
      lastWhite = row;
    }
    width = Math.max(width, rows[row]?.length ?? 0);
    if (row - start === MAX_BAND_ROWS || (row - start + 1) * width > MAX_BAND_BYTES) {
      return lastWhite ?? row;
    }
  }
  return rows.length;
}

function band(rows: readonly Uint8Array[]): Part[] {
  const width = Math.max(...rows.map((row) => row.length));
  const body = new Uint8Array(width * rows.length);
  for (const [index, row] of rows.entries()) {
    body.set(row, index * width);
  }
  return [[GS, 0x76, 0x30, 0, width & 0xff, width >> 8, rows.length & 0xff, rows.length >> 8], body];
}

function* white(rows: number, profile: PrinterProfile): Generator<Part> {
  if (profile.feed_command) {
    for (let left = rows; left > 0; left -= 255) {
      yield [ESC, 0x4a, Math.min(left, 255)];
    }
    return;
  }
  for (let left = rows; left > 0; left -= MAX_BAND_ROWS) {
    yield* band(new Array<Uint8Array>(Math.min(MAX_BAND_ROWS, left)).fill(Uint8Array.of(0)));
  }
}
