/** How long the driver waits for what, in milliseconds. */

export interface Timings {
  /** A write that is not answered for this long never will be. */
  readonly watchdog: number;
  readonly connecting: number;
  /** For an answer to `DLE EOT`. */
  readonly status: number;
  /** The same, from a printer that is not known to answer. */
  readonly unknownStatus: number;
  /** After the last of the answers that were owed. */
  readonly quiet: number;
  readonly draining: number;
  /** Between two looks for answers, where the link does not report them. */
  readonly polling: number;
  /** Between two writes; some printers lose bytes without. */
  readonly gap: number;
}

export const TIMINGS: Timings = {
  watchdog: 5_000,
  connecting: 15_000,
  status: 1_500,
  unknownStatus: 700,
  quiet: 1_000,
  draining: 10_000,
  polling: 100,
  gap: 0,
};
