/** What one printer can do, as found when it was paired. The defaults print on every ESC/POS printer known. */

/** Printable dots of 58 mm and 80 mm paper at 203 dots an inch. */
export type WidthDots = 384 | 576;

/** The choices that ESC/POS leaves to the printer, with the server's own names. */
export interface PrinterProfile {
  readonly width_dots: WidthDots;
  /** The printer draws QR codes itself (`GS ( k`): fewer bytes. */
  readonly native_qr: boolean;
  /** `ascii_lines` sends lines of plain ASCII as text; `unaccented` sends all words without marks. */
  readonly text_mode: "none" | "ascii_lines" | "unaccented";
  readonly cut: "none" | "partial" | "full";
  /** The printer answers `GS r 1`: the answer after the last byte confirms that all is printed. */
  readonly fence: boolean;
  /** The printer answers `DLE EOT`: no document is begun that cannot come out. */
  readonly status: boolean;
  /** `ESC J` moves the paper by dots; else white rows are sent as pixels. */
  readonly feed_command: boolean;
  /** White rows after the last line, up to where the paper is torn off. */
  readonly tail_rows: number;
}

export const DEFAULT_PROFILE: PrinterProfile = {
  width_dots: 384,
  native_qr: false,
  text_mode: "none",
  cut: "none",
  fence: false,
  status: false,
  feed_command: true,
  tail_rows: 96,
};
