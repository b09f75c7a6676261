/** Whoever does the first day finds the way back to its page from every other one, in this window. */
const KEY = "first_day";

export function markFirstDay(): void {
  sessionStorage.setItem(KEY, "1");
}

export function isFirstDay(): boolean {
  return sessionStorage.getItem(KEY) !== null;
}
