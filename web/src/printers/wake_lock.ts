/** Keep the screen on while paper comes out: a phone that sleeps stops the page, and the printer in mid-line. */

export async function keepAwake(): Promise<() => void> {
  const lock = await navigator.wakeLock?.request("screen");
  return () => void lock?.release();
}
