/** Putting the app on the home screen: the browser's own offer where there is one, else how a person does it. */

/** Not in TypeScript's library: Chrome only. */
interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallOffer | null = null;
const listeners = new Set<() => void>();

/** Keep the browser's offer, which comes once, soon after the page was loaded. */
export function awaitInstallOffer(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event as InstallOffer;
    notify();
  });
  addEventListener("appinstalled", () => {
    offer = null;
    notify();
  });
}

export function listenForOffer(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) {
    listener();
  }
}

export const hasInstallOffer = (): boolean => offer !== null;

/** Let the browser ask; only after a tap. */
export async function install(): Promise<void> {
  const made = offer;
  offer = null;
  await made?.prompt();
  notify();
}

export function isInstalled(): boolean {
  const { standalone } = navigator as { standalone?: boolean };
  return standalone === true || matchMedia("(display-mode: standalone)").matches;
}

/** Safari has no offer; iPads call themselves Macs, and Macs have no touch. */
export function isApple(): boolean {
  return (
    /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  );
}
