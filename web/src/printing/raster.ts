/** From a layout to black and white dots (docs/printing.md §5). */

import { type Atlas, CELL_HEIGHT, CELL_WIDTH } from "./atlas.ts";
import {
  type CodeLine,
  heightOf,
  type Layout,
  type Line,
  QUIET_MODULES,
  type RuleLine,
  type TextLine,
} from "./layout.ts";
import type { WidthDots } from "./profile.ts";

/** Rows of dots from the top, each `width / 8` bytes, the leftmost dot in the highest bit, 1 is black. */
export interface Raster {
  readonly width: WidthDots;
  readonly height: number;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The rows of each rule that are black. */
const RULES: Readonly<Record<RuleLine["style"], readonly number[]>> = {
  single: [6, 7],
  double: [4, 5, 8, 9],
  dashed: [6, 7],
};
/** Twice 8 dots black and 4 white. */
const DASHES = [0xff, 0x0f, 0xf0];

/** The whole document. */
export function draw(layout: Layout, atlas: Atlas): Raster {
  const rowBytes = layout.widthDots / 8;
  const height = layout.lines.reduce((total, line) => total + heightOf(line), 0);
  const data = new Uint8Array(height * rowBytes);
  let row = 0;
  for (const line of layout.lines) {
    drawLine(line, data.subarray(row * rowBytes, (row + heightOf(line)) * rowBytes), rowBytes, atlas);
    row += heightOf(line);
  }
  return { width: layout.widthDots, height, data };
}

/** Draw one line over the whole width of the paper into its rows, which are white. */
export function drawLine(line: Line, rows: Uint8Array, rowBytes: number, atlas: Atlas): void {
  switch (line.type) {
    case "text":
      drawText(line, rows, rowBytes, atlas);
      break;
    case "rule":
      drawRule(line, rows, rowBytes);
      break;
    case "code":
      drawCode(line, rows, rowBytes);
      break;
    case "gap":
      break;
  }
}

function drawText(line: TextLine, rows: Uint8Array, rowBytes: number, atlas: Atlas): void {
  for (const run of line.runs) {
    const glyphs = atlas.rows[run.weight];
    for (let index = 0; index < run.text.length; index += 1) {
      const character = run.text.charAt(index);
      if (character !== " ") {
        const place = atlas.places.get(character);
        if (place === undefined) {
          throw new Error(`no glyph for U+${character.charCodeAt(0).toString(16)}`);
        }
        const glyph = glyphs.subarray(place * CELL_HEIGHT, (place + 1) * CELL_HEIGHT);
        drawGlyph(glyph, rows, rowBytes, (run.column + index) * CELL_WIDTH * line.size, line.size);
      }
    }
  }
}

function drawGlyph(glyph: Uint16Array, rows: Uint8Array, rowBytes: number, left: number, size: 1 | 2): void {
  const width = CELL_WIDTH * size;
  const first = left >> 3;
  const last = (left + width - 1) >> 3;
  // Bits of the last byte to the right of the glyph.
  const right = 8 * (last + 1) - left - width;
  glyph.forEach((row, y) => {
    const dots = (size === 2 ? doubled(row) : row) << right;
    for (let repeat = 0; repeat < size; repeat += 1) {
      const start = (y * size + repeat) * rowBytes;
      for (let byte = last, bits = dots; byte >= first; byte -= 1, bits >>>= 8) {
        rows[start + byte] = (rows[start + byte] as number) | (bits & 0xff);
      }
    }
  });
}

/** Each of 12 bits twice. */
function doubled(row: number): number {
  let wide = 0;
  for (let bit = CELL_WIDTH - 1; bit >= 0; bit -= 1) {
    wide = (wide << 2) | ((row >> bit) & 1 ? 3 : 0);
  }
  return wide;
}

function drawRule(line: RuleLine, rows: Uint8Array, rowBytes: number): void {
  for (const row of RULES[line.style]) {
    for (let byte = 0; byte < rowBytes; byte += 1) {
      rows[row * rowBytes + byte] = line.style === "dashed" ? (DASHES[byte % 3] as number) : 0xff;
    }
  }
}

function drawCode(line: CodeLine, rows: Uint8Array, rowBytes: number): void {
  const { side, modules } = line.matrix;
  const left = Math.floor((8 * rowBytes - side * line.module) / 2);
  const top = QUIET_MODULES * line.module;
  for (let row = 0; row < side; row += 1) {
    const start = (top + row * line.module) * rowBytes;
    for (let column = 0; column < side; column += 1) {
      if (modules[row * side + column]) {
        const from = left + column * line.module;
        for (let dot = from; dot < from + line.module; dot += 1) {
          rows[start + (dot >> 3)] = (rows[start + (dot >> 3)] as number) | (0x80 >> (dot & 7));
        }
      }
    }
    for (let repeat = 1; repeat < line.module; repeat += 1) {
      rows.copyWithin(start + repeat * rowBytes, start, start + rowBytes);
    }
  }
}
