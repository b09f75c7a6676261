/**
 * QR codes by ISO/IEC 18004, model 2, versions 1 to 17, mask 0: the symbol for one or more runs of data.
 *
 * Libraries differ in the choice of the mask and in padding; the server and the phone must draw the same modules, so
 * that docs/printing.md §3.4 fixes both.
 */

export type ErrorLevel = "L" | "M" | "Q" | "H";
export type Mode = "numeric" | "alphanumeric" | "byte";

/** `side` rows of `side` modules, from the top, left to right: 1 is dark. */
export interface Matrix {
  readonly side: number;
  readonly modules: Uint8Array;
}

const MAX_VERSION = 17;
const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** Table 9: error correction bytes of a block, and blocks, for versions 1 to 17. */
const BLOCKS: Readonly<Record<ErrorLevel, string>> = {
  L: "7*1 10*1 15*1 20*1 26*1 18*2 20*2 24*2 30*2 18*4 20*4 24*4 26*4 30*4 22*6 24*6 28*6",
  M: "10*1 16*1 26*1 18*2 24*2 16*4 18*4 22*4 22*5 26*5 30*5 22*8 22*9 24*9 24*10 28*10 28*11",
  Q: "13*1 22*1 18*2 26*2 18*4 24*4 18*6 22*6 20*8 24*8 28*8 26*10 24*12 20*16 30*12 24*17 28*16",
  H: "17*1 28*1 22*2 16*4 22*4 28*4 26*5 26*6 24*8 28*8 24*11 28*11 22*16 24*16 24*18 30*16 28*19",
};
const MODE_BITS: Readonly<Record<Mode, number>> = { numeric: 1, alphanumeric: 2, byte: 4 };
const LENGTH_BITS: Readonly<Record<Mode, readonly [number, number]>> = {
  numeric: [10, 12],
  alphanumeric: [9, 11],
  byte: [8, 16],
};
const LEVEL_BITS: Readonly<Record<ErrorLevel, number>> = { L: 1, M: 0, Q: 3, H: 2 };

/** The tightest mode that holds `data` in one segment. */
export function modeOf(data: string): Mode {
  if (/^[0-9]+$/.test(data)) {
    return "numeric";
  }
  return [...data].every((character) => ALPHANUMERIC.includes(character)) ? "alphanumeric" : "byte";
}

/** The smallest symbol for `data`, without quiet zone. Throws a RangeError above version 17. */
export function symbol(data: string, level: ErrorLevel): Matrix {
  return symbolOf(segmentsOf(data), level);
}

/** The side of the symbol where the printer makes it, which may take one segment of bytes for all of `data`. */
export function nativeSide(data: string, level: ErrorLevel): number {
  const segments = segmentsOf(data);
  return symbolOf(segments.length === 1 ? segments : [["byte", data]], level).side;
}

type Segment = readonly [Mode, string];

function symbolOf(runs: readonly Segment[], level: ErrorLevel): Matrix {
  const segments = runs.map(([mode, run]) => {
    const bits = new Bits();
    return { mode, count: encode(run, mode, bits), bits };
  });
  for (let version = 1; version <= MAX_VERSION; version += 1) {
    const { total, correction, blocks } = sizes(version, level);
    const capacity = total - correction * blocks;
    const stream = new Bits();
    for (const { mode, count, bits } of segments) {
      stream.push(MODE_BITS[mode], 4);
      stream.push(count, LENGTH_BITS[mode][version > 9 ? 1 : 0]);
      stream.append(bits);
    }
    if (stream.length <= 8 * capacity) {
      return place(version, level, interleave(stream.padded(capacity), correction, blocks));
    }
  }
  const length = runs.reduce((sum, [, run]) => sum + run.length, 0);
  throw new RangeError(`${length} characters are too many for a QR code of level ${level}`);
}

/** So many capitals and digits at the end of other data are worth a segment of their own. */
const LONG_TAIL = 100;

/** `data` in one segment, or its long tail of capitals and digits in another one. */
export function segmentsOf(data: string): readonly Segment[] {
  const mode = modeOf(data);
  if (mode === "byte") {
    let head = data.length;
    while (head > 0 && ALPHANUMERIC.includes(data.charAt(head - 1))) {
      head -= 1;
    }
    if (data.length - head >= LONG_TAIL) {
      return [
        ["byte", data.slice(0, head)],
        ["alphanumeric", data.slice(head)],
      ];
    }
  }
  return [[mode, data]];
}

/** Bits one after the other, the highest of each value first. */
class Bits {
  readonly #bits: number[] = [];

  get length(): number {
    return this.#bits.length;
  }

  push(value: number, length: number): void {
    for (let bit = length - 1; bit >= 0; bit -= 1) {
      this.#bits.push((value >> bit) & 1);
    }
  }

  append(other: Bits): void {
    for (const bit of other.#bits) {
      this.#bits.push(bit);
    }
  }

  /** As `capacity` bytes, with terminator and padding (7.4.9, 7.4.10). */
  padded(capacity: number): Uint8Array {
    this.push(0, Math.min(4, 8 * capacity - this.length));
    this.push(0, (8 - (this.length % 8)) % 8);
    const bytes = new Uint8Array(capacity);
    this.#bits.forEach((bit, index) => {
      bytes[index >> 3] = (bytes[index >> 3] as number) | (bit << (7 - (index & 7)));
    });
    for (let index = this.length / 8, even = true; index < capacity; index += 1, even = !even) {
      bytes[index] = even ? 0xec : 0x11;
    }
    return bytes;
  }
}

/** The data's bits (7.4.3 to 7.4.5); returns how many characters (bytes, in byte mode) it has. */
function encode(data: string, mode: Mode, bits: Bits): number {
  if (mode === "byte") {
    const octets = new TextEncoder().encode(data);
    for (const octet of octets) {
      bits.push(octet, 8);
    }
    return octets.length;
  }
  const group = mode === "numeric" ? 3 : 2;
  for (let start = 0; start < data.length; start += group) {
    const part = data.slice(start, start + group);
    if (mode === "numeric") {
      bits.push(Number(part), 3 * part.length + 1);
    } else {
      const value = [...part].reduce((sum, character) => 45 * sum + ALPHANUMERIC.indexOf(character), 0);
      bits.push(value, part.length === 2 ? 11 : 6);
    }
  }
  return data.length;
}

interface Sizes {
  readonly total: number;
  readonly correction: number;
  readonly blocks: number;
}

/** All bytes of a symbol, error correction bytes of a block, and blocks. */
function sizes(version: number, level: ErrorLevel): Sizes {
  const [correction = 0, blocks = 0] = (BLOCKS[level].split(" ")[version - 1] ?? "").split("*").map(Number);
  return { total: template(version).path.length >> 3, correction, blocks };
}

/** Blocks with their error correction, byte by byte in turn (7.6). */
function interleave(data: Uint8Array, correction: number, blocks: number): Uint8Array {
  const short = Math.floor(data.length / blocks);
  const longer = data.length % blocks;
  const parts: Uint8Array[] = [];
  for (let index = 0, start = 0; index < blocks; index += 1) {
    const end = start + short + (index >= blocks - longer ? 1 : 0);
    parts.push(data.subarray(start, end));
    start = end;
  }
  const checks = parts.map((part) => remainder(part, correction));
  const all: number[] = [];
  for (let index = 0; index <= short; index += 1) {
    for (const part of parts) {
      if (index < part.length) {
        all.push(part[index] as number);
      }
    }
  }
  for (let index = 0; index < correction; index += 1) {
    for (const check of checks) {
      all.push(check[index] as number);
    }
  }
  return Uint8Array.from(all);
}

/** Reed-Solomon remainder of a block. */
function remainder(data: Uint8Array, count: number): Uint8Array {
  const factors = generator(count);
  const left = new Uint8Array(count);
  for (const byte of data) {
    const lead = byte ^ (left[0] as number);
    left.copyWithin(0, 1);
    left[count - 1] = 0;
    for (let index = 0; index < count; index += 1) {
      left[index] = (left[index] as number) ^ multiply(factors[index] as number, lead);
    }
  }
  return left;
}

/** The generator polynomial of `count` roots, without its leading 1. */
function generator(count: number): Uint8Array {
  let factors = [1];
  for (let index = 0, root = 1; index < count; index += 1, root = multiply(root, 2)) {
    const shifted = [...factors, 0];
    factors.forEach((factor, at) => {
      shifted[at + 1] = (shifted[at + 1] as number) ^ multiply(factor, root);
    });
    factors = shifted;
  }
  return Uint8Array.from(factors.slice(1));
}

/** Product in GF(256) with the polynomial 0x11D. */
function multiply(one: number, other: number): number {
  let product = 0;
  let power = one;
  for (let rest = other; rest; rest >>= 1) {
    if (rest & 1) {
      product ^= power;
    }
    power = (power << 1) ^ (power & 0x80 ? 0x11d : 0);
  }
  return product;
}

/** All modules: patterns, masked codewords (7.7, 7.8) and format information (7.9). */
function place(version: number, level: ErrorLevel, codewords: Uint8Array): Matrix {
  const { side, patterns, path } = template(version);
  const modules = patterns.slice();
  path.forEach((index, bit) => {
    const byte = codewords[bit >> 3] ?? 0;
    const isFlipped = (Math.floor(index / side) + (index % side)) % 2 === 0 ? 1 : 0;
    modules[index] = ((byte >> (7 - (bit & 7))) & 1) ^ isFlipped;
  });
  for (const [row, column, dark] of formatInformation(level, side)) {
    modules[row * side + column] = dark;
  }
  return { side, modules };
}

interface Template {
  readonly side: number;
  readonly patterns: Uint8Array;
  /** The places of the data bits, in order. */
  readonly path: readonly number[];
}

type Module = readonly [row: number, column: number, dark: number];

const templates = new Map<number, Template>();

function template(version: number): Template {
  const known = templates.get(version);
  if (known) {
    return known;
  }
  const side = 4 * version + 17;
  const patterns = new Uint8Array(side * side);
  const isFixed = new Uint8Array(side * side);
  for (const [row, column, dark] of fixedPatterns(version, side)) {
    patterns[row * side + column] = dark;
    isFixed[row * side + column] = 1;
  }
  for (const [row, column] of formatInformation("L", side)) {
    patterns[row * side + column] = 0;
    isFixed[row * side + column] = 1;
  }
  patterns[(side - 8) * side + 8] = 1;
  isFixed[(side - 8) * side + 8] = 1;
  const path = zigzag(side).filter((index) => !isFixed[index]);
  const made = { side, patterns, path };
  templates.set(version, made);
  return made;
}

/** Timing, alignment and finder patterns with their separators, and version information (6.3, 7.10). */
function fixedPatterns(version: number, side: number): Module[] {
  const all: Module[] = [];
  for (let index = 0; index < side; index += 1) {
    all.push([6, index, 1 - (index % 2)], [index, 6, 1 - (index % 2)]);
  }
  const last = side - 7;
  const centres = alignment(version, last);
  for (const row of centres) {
    for (const column of centres) {
      const isAtFinder = (row === 6 && (column === 6 || column === last)) || (row === last && column === 6);
      if (!isAtFinder) {
        all.push(...rings(row, column, 2, [0, 2], side));
      }
    }
  }
  for (const [row, column] of [
    [3, 3],
    [3, side - 4],
    [side - 4, 3],
  ] as const) {
    all.push(...rings(row, column, 4, [0, 1, 3], side));
  }
  if (version >= 7) {
    const bits = (version << 12) | protection(version, 12, 0x1f25);
    for (let index = 0; index < 18; index += 1) {
      const long = side - 11 + (index % 3);
      const short = Math.floor(index / 3);
      const dark = (bits >> index) & 1;
      all.push([long, short, dark], [short, long, dark]);
    }
  }
  return all;
}

/** Rows and columns of the alignment patterns' centres (table E.1): the last ones an even distance apart, the rest in 6. */
function alignment(version: number, last: number): number[] {
  const gaps = Math.floor(version / 7) + 1;
  const distance = 2 * Math.ceil((last - 6) / gaps / 2);
  return version === 1 ? [] : [6, ...Array.from({ length: gaps }, (_, index) => last - distance * (gaps - 1 - index))];
}

/** Squares around a centre; `dark` lists those that are, 0 being the centre. */
function rings(row: number, column: number, size: number, dark: readonly number[], side: number): Module[] {
  const all: Module[] = [];
  for (let down = -size; down <= size; down += 1) {
    for (let right = -size; right <= size; right += 1) {
      const [y, x] = [row + down, column + right];
      if (y >= 0 && y < side && x >= 0 && x < side) {
        all.push([y, x, dark.includes(Math.max(Math.abs(down), Math.abs(right))) ? 1 : 0]);
      }
    }
  }
  return all;
}

/** Two columns at a time from the right, up and down by turns, around the vertical timing pattern. */
function zigzag(side: number): number[] {
  const all: number[] = [];
  let isUpward = true;
  for (let right = side - 1; right > 0; right -= 2) {
    if (right === 6) {
      right = 5;
    }
    for (let step = 0; step < side; step += 1) {
      const row = isUpward ? side - 1 - step : step;
      all.push(row * side + right, row * side + right - 1);
    }
    isUpward = !isUpward;
  }
  return all;
}

/** Both copies of the level and the mask. */
function formatInformation(level: ErrorLevel, side: number): Module[] {
  const data = LEVEL_BITS[level] << 3;
  const bits = ((data << 10) | protection(data, 10, 0x537)) ^ 0x5412;
  const all: Module[] = [];
  for (let index = 0; index < 15; index += 1) {
    const dark = (bits >> index) & 1;
    if (index < 8) {
      all.push([index < 6 ? index : index + 1, 8, dark], [8, side - 1 - index, dark]);
    } else {
      all.push([8, index === 8 ? 7 : 14 - index, dark], [side - 15 + index, 8, dark]);
    }
  }
  return all;
}

/** The remainder that protects `value`, of `length` bits. */
function protection(value: number, length: number, polynomial: number): number {
  let left = value << length;
  while (32 - Math.clz32(left) > length) {
    left ^= polynomial << (32 - Math.clz32(left) - length - 1);
  }
  return left;
}
