// Made from shared/printing/document.schema.json by `./dev web node build/make_types.ts`: change that, not this.

/**
 * One cell of a row of columns. Its width is, in this order:
 *
 * * `width` characters, where it is given;
 * * as many characters as its longest line has, where `keep` is set;
 * * else a share of what the other cells and the gaps of one character leave, in proportion to `share`.
 *
 * `keep` marks what must never be broken, such as an amount: its cell grows to hold it beyond `width`.
 */
export interface Cell {
  readonly text: string;
  readonly align?: "left" | "center" | "right";
  readonly weight?: "regular" | "bold";
  readonly width?: number | null;
  readonly share?: number;
  readonly keep?: boolean;
}

/** Cells side by side, each wrapped by itself; below each other on paper too narrow for them. */
export interface Columns {
  readonly type: "columns";
  readonly cells: readonly Cell[];
  readonly size?: 1 | 2;
}

/**
 * What one print job prints, from top to bottom.
 *
 * `title` names the document on screens and in lists and is not printed; `kind` says what it is ("receipt",
 * "notice", …) for sorting and counting; `language` is that of the printed words.
 */
export interface Document {
  readonly version: 1;
  readonly kind: string;
  readonly title: string;
  readonly language?: "vi" | "en";
  readonly blocks: readonly (Text | Columns | Rule | Feed | QrCode)[];
}

/** White paper, in dot rows: 8 rows are 1 mm. */
export interface Feed {
  readonly type: "feed";
  readonly rows: number;
}

/**
 * A QR code in the middle of the paper, as large as fits from 4 to 6 dots a module, with a caption below.
 *
 * Digits and capitals (`HTTPS://HOST/R/BASE32`) make a smaller code than other text does.
 */
export interface QrCode {
  readonly type: "qr";
  readonly data: string;
  readonly error_level?: "L" | "M" | "Q" | "H";
  readonly caption?: string | null;
}

/** A horizontal line over the whole width of the paper. */
export interface Rule {
  readonly type: "rule";
  readonly style?: "single" | "double" | "dashed";
}

/**
 * A paragraph. It wraps between words, a word longer than the line is broken, `\n` starts a new line.
 *
 * A no-break space (U+00A0) keeps together what it stands between. Size 2 is twice as wide and as high.
 */
export interface Text {
  readonly type: "text";
  readonly text: string;
  readonly align?: "left" | "center" | "right";
  readonly weight?: "regular" | "bold";
  readonly size?: 1 | 2;
}
