/** Pauses between attempts: doubled each time up to a minute, with full jitter, so that phones spread out. */

export const FIRST_PAUSE_MS = 1_000;
export const LONGEST_PAUSE_MS = 60_000;

/** The pause before the attempt that follows `failures` failures in a row. */
export function pauseAfter(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1));
  return random() * longest;
}
