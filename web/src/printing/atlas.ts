/** The glyph atlas, the same file as the server's: every character that can be drawn, 12 dots wide and 28 high. */

export const CELL_WIDTH = 12;
export const CELL_HEIGHT = 28;
const GLYPH_BYTES = (CELL_WIDTH * CELL_HEIGHT) / 8;

export type Weight = "regular" | "bold";

/** `glyphs.json`, as it lies in the server's `shared/printing`. */
export interface AtlasFile {
  readonly format: number;
  readonly cell: { readonly width: number; readonly height: number };
  readonly characters: string;
  readonly glyphs: { readonly regular: string; readonly bold: string };
  readonly substitutes: Readonly<Record<string, string>>;
  /** Readings, each with the Chinese characters that are drawn as it. */
  readonly readings: Readonly<Record<string, string>>;
  readonly fallback: string;
}

export interface Atlas {
  /** Drawn for what has no glyph. */
  readonly fallback: string;
  readonly substitutes: ReadonlyMap<string, string>;
  /** The place of each character's glyph. */
  readonly places: ReadonlyMap<string, number>;
  /** For each weight the 28 rows of each glyph, 12 bits a row, the leftmost dot in the highest of them. */
  readonly rows: Readonly<Record<Weight, Uint16Array>>;
}

/** Read the atlas. Throws where the file is of another format. */
export function readAtlas(file: AtlasFile): Atlas {
  if (file.format !== 1 || file.cell.width !== CELL_WIDTH || file.cell.height !== CELL_HEIGHT) {
    throw new Error("the glyph atlas is of another format");
  }
  const characters = [...file.characters];
  return {
    fallback: file.fallback,
    substitutes: new Map([
      ...Object.entries(file.substitutes),
      ...Object.entries(file.readings).flatMap(([reading, all]) =>
        [...all].map((one): [string, string] => [one, reading]),
      ),
    ]),
    places: new Map(characters.map((character, place) => [character, place])),
    rows: {
      regular: unpack(file.glyphs.regular, characters.length),
      bold: unpack(file.glyphs.bold, characters.length),
    },
  };
}

function unpack(encoded: string, count: number): Uint16Array {
  const packed = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  if (packed.length !== count * GLYPH_BYTES) {
    throw new Error(`the glyph atlas holds ${packed.length} bytes for ${count} glyphs`);
  }
  const rows = new Uint16Array(count * CELL_HEIGHT);
  for (let row = 0, at = 0; row < rows.length; row += 2, at += 3) {
    const [first = 0, second = 0, third = 0] = packed.subarray(at, at + 3);
    rows[row] = (first << 4) | (second >> 4);
    rows[row + 1] = ((second & 15) << 8) | third;
  }
  return rows;
}
