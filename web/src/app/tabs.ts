/** One tab of the app is in use: it prints, syncs and receives updates. The newest takes over. */

const TAB_LOCK = "thungan-tab";

/** Become the tab in use; `lost` is called when another one takes over. */
export async function takeOver(lost: () => void): Promise<void> {
  await new Promise<void>((taken) => {
    navigator.locks
      .request(TAB_LOCK, { steal: true }, () => {
        taken();
        return new Promise<never>(() => undefined); // Held for as long as the tab lives.
      })
      .catch(lost);
  });
}

/** Run `work` while no other tab runs work of the same name. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  return (await navigator.locks.request(`thungan-${name}`, work)) as T;
}

/** Run `work`, or skip it where another tab does the same. */
export async function aloneOrNot(name: string, work: () => Promise<void>): Promise<void> {
  await navigator.locks.request(`thungan-${name}`, { ifAvailable: true }, async (lock) => {
    if (lock) {
      await work();
    }
  });
}
