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

/** Run `work` while no other tab runs work of the same name; where that takes longer than `patience`, fail. */
export async function alone<T>(name: string, work: () => Promise<T>, patience?: number): Promise<T> {
  const options = patience === undefined ? {} : { signal: AbortSignal.timeout(patience) };
  return (await navigator.locks.request(`thungan-${name}`, options, work)) as T;
}
