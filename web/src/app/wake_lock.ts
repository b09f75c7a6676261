/** The screen stays on while paper comes out: a page in the background cannot print. */

let lock: Promise<WakeLockSentinel | null> | null = null;

export function keepScreenOn(wanted: boolean): void {
  if (wanted && lock === null && "wakeLock" in navigator) {
    // Refused on an empty battery, for instance: then it goes dark as it always would.
    lock = navigator.wakeLock.request("screen").catch(() => null);
  } else if (!wanted && lock !== null) {
    void lock.then((sentinel) => sentinel?.release());
    lock = null;
  }
}
