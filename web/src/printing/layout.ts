/**
 * From a document to lines on paper of one width: where each character, rule and code stands.
 *
 * Everything is counted in whole characters of 12 dots; the rules are those of docs/printing.md §3.
 */

import { type Atlas, CELL_HEIGHT, CELL_WIDTH, type Weight } from "./atlas.ts";
import type { Cell, Columns, Document, QrCode } from "./document.ts";
import type { WidthDots } from "./profile.ts";
import { type ErrorLevel, type Matrix, symbol } from "./qr_symbol.ts";
import { NO_BREAK_SPACE, normalise, toAscii } from "./text.ts";

export type Size = 1 | 2;
export type Align = "left" | "center" | "right";

/** Rows of a horizontal line with the white above and below it. */
export const RULE_HEIGHT = 14;
/** White modules that ISO/IEC 18004 wants on every side. */
export const QUIET_MODULES = 4;
/** Above 0.75 mm a module a code is not read better, and only takes paper. */
const MAX_MODULE_DOTS = 6;
/** A cell that must wrap into fewer characters than this is set below its neighbours instead. */
const MIN_SHARED_CELL = 6;

/** Characters that follow each other, from `column` on; one column is one character of the line's size. */
export interface Run {
  readonly column: number;
  readonly text: string;
  readonly weight: Weight;
}

export interface TextLine {
  readonly type: "text";
  readonly runs: readonly Run[];
  readonly size: Size;
}

export interface RuleLine {
  readonly type: "rule";
  readonly style: "single" | "double" | "dashed";
}

/** White rows. */
export interface Gap {
  readonly type: "gap";
  readonly rows: number;
}

/** A QR code in the middle, with four white modules above and below. */
export interface CodeLine {
  readonly type: "code";
  readonly data: string;
  readonly errorLevel: ErrorLevel;
  readonly matrix: Matrix;
  /** Dots of a module. */
  readonly module: number;
}

export type Line = TextLine | RuleLine | Gap | CodeLine;

export interface Layout {
  readonly widthDots: WidthDots;
  readonly lines: readonly Line[];
}

/** How many dots wide and high a module is on this paper. */
export function moduleDots(side: number, widthDots: number): number {
  return Math.min(MAX_MODULE_DOTS, Math.floor(widthDots / (side + 2 * QUIET_MODULES)));
}

/** Rows of dots of a line. */
export function heightOf(line: Line): number {
  switch (line.type) {
    case "text":
      return CELL_HEIGHT * line.size;
    case "rule":
      return RULE_HEIGHT;
    case "gap":
      return line.rows;
    case "code":
      return (line.matrix.side + 2 * QUIET_MODULES) * line.module;
  }
}

/**
 * Lay a document out; `asciiOnly` writes it without marks, for printers that print their own letters.
 * Throws a RangeError where a QR code's data are too long.
 */
export function layOut(document: Document, widthDots: WidthDots, atlas: Atlas, asciiOnly = false): Layout {
  const clean = (text: string): string => (asciiOnly ? toAscii(text, atlas) : normalise(text, atlas));
  const columns = widthDots / CELL_WIDTH;
  const lines = document.blocks.flatMap((block): Line[] => {
    switch (block.type) {
      case "text":
        return textLines(clean(block.text), block.align ?? "left", block.weight ?? "regular", block.size ?? 1, columns);
      case "columns":
        return columnLines(
          block,
          block.cells.map((cell) => clean(cell.text)),
          columns,
        );
      case "rule":
        return [{ type: "rule", style: block.style ?? "single" }];
      case "feed":
        return [{ type: "gap", rows: block.rows }];
      case "qr":
        return codeLines(block, widthDots, columns, clean);
    }
  });
  return { widthDots, lines };
}

/**
 * Break one paragraph into lines of at most `width` characters; only spaces at a break are lost.
 * A word that is longer than a line starts on a line of its own and is broken where the line is full.
 */
export function wrap(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [, spaces = "", word = ""] of paragraph.matchAll(/( *)([^ ]+)/g)) {
    if (line.length + spaces.length + word.length <= width && (line !== "" || lines.length === 0)) {
      line += spaces + word;
      continue;
    }
    if (line !== "") {
      lines.push(line);
    }
    let rest = word;
    while (rest.length > width) {
      lines.push(rest.slice(0, width));
      rest = rest.slice(width);
    }
    line = rest;
  }
  return [...lines, line];
}

/**
 * The characters each cell gets of `total`; null where they do not fit side by side.
 * `longest` is the length of each cell's longest line before wrapping.
 */
export function columnWidths(cells: readonly Cell[], longest: readonly number[], total: number): number[] | null {
  const fixed = cells.map((cell, index) => {
    const length = longest[index] ?? 0;
    if (cell.width != null) {
      return cell.keep ? Math.max(cell.width, length) : cell.width;
    }
    return cell.keep ? length : null;
  });
  const left = total - (cells.length - 1) - sum(fixed.map((width) => width ?? 0));
  if (left < 0) {
    return null;
  }
  const shares = sum(cells.map((cell, index) => (fixed[index] === null ? (cell.share ?? 1) : 0)));
  const widths = cells.map((cell, index) => fixed[index] ?? Math.floor((left * (cell.share ?? 1)) / (shares || 1)));
  if (shares === 0) {
    const last = widths.length - 1;
    return widths.map((width, index) => (index === last ? width + left : width));
  }
  const shared = fixed.flatMap((width, index) => (width === null ? [index] : []));
  const rounded = left - sum(shared.map((index) => widths[index] ?? 0));
  for (const index of shared.slice(0, rounded)) {
    widths[index] = (widths[index] ?? 0) + 1;
  }
  return shared.some((index) => (widths[index] ?? 0) < Math.min(longest[index] ?? 0, MIN_SHARED_CELL)) ? null : widths;
}

function textLines(text: string, align: Align, weight: Weight, size: Size, columns: number): TextLine[] {
  const width = Math.floor(columns / size);
  return text
    .split("\n")
    .flatMap((paragraph) => wrap(paragraph, width))
    .map((piece) => textLine([{ start: 0, width, piece, align, weight }], size));
}

function columnLines(block: Columns, texts: readonly string[], columns: number): TextLine[] {
  const size = block.size ?? 1;
  const total = Math.floor(columns / size);
  const paragraphs = texts.map((text) => text.split("\n").map((line) => line.replace(/ +$/, "")));
  const longest = paragraphs.map((lines) => Math.max(...lines.map((line) => line.length)));
  const widths = columnWidths(block.cells, longest, total);
  const styles = block.cells.map(
    (cell) => ({ align: cell.align ?? "left", weight: cell.weight ?? "regular" }) as const,
  );
  if (widths === null) {
    return paragraphs.flatMap((lines, index) =>
      longest[index]
        ? lines
            .flatMap((line) => wrap(line, total))
            .map((piece) => textLine([{ start: 0, width: total, piece, ...styleAt(styles, index) }], size))
        : [],
    );
  }
  const wrapped = paragraphs.map((lines, index) =>
    lines.flatMap((line) => wrap(line, Math.max(widths[index] ?? 0, 1))),
  );
  const starts = widths.map((_, index) => sum(widths.slice(0, index)) + index);
  return Array.from({ length: Math.max(...wrapped.map((pieces) => pieces.length)) }, (_, row) =>
    textLine(
      wrapped.flatMap((pieces, index) => {
        const piece = pieces[row];
        const place = { start: starts[index] ?? 0, width: widths[index] ?? 0 };
        return piece === undefined ? [] : [{ ...place, piece, ...styleAt(styles, index) }];
      }),
      size,
    ),
  );
}

interface Style {
  readonly align: Align;
  readonly weight: Weight;
}

function styleAt(styles: readonly Style[], index: number): Style {
  return styles[index] ?? { align: "left", weight: "regular" };
}

interface Piece extends Style {
  readonly start: number;
  readonly width: number;
  readonly piece: string;
}

/** How much of the white of a line stands before its text. */
const WHITE_BEFORE: Readonly<Record<Align, (white: number) => number>> = {
  left: () => 0,
  center: (white) => Math.floor(white / 2),
  right: (white) => white,
};

function textLine(pieces: readonly Piece[], size: Size): TextLine {
  const runs = pieces.flatMap(({ start, width, piece, align, weight }): Run[] => {
    const text = piece.replaceAll(NO_BREAK_SPACE, " ");
    if (/^ *$/.test(text)) {
      return [];
    }
    const white = width - text.length;
    return [{ column: start + WHITE_BEFORE[align](white), text, weight }];
  });
  return { type: "text", runs, size };
}

function codeLines(block: QrCode, widthDots: WidthDots, columns: number, clean: (text: string) => string): Line[] {
  const errorLevel = block.error_level ?? "M";
  const matrix = symbol(block.data, errorLevel);
  const module = moduleDots(matrix.side, widthDots);
  const code: CodeLine = { type: "code", data: block.data, errorLevel, matrix, module };
  return block.caption == null ? [code] : [code, ...textLines(clean(block.caption), "center", "regular", 1, columns)];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
