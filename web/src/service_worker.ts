/** Message to a waiting service worker: become the active one. */
const TAKE_OVER = "take-over";

/** A new version of the app that has been downloaded and waits. */
export interface Update {
  /** Change to it: the page is loaded anew, and a Bluetooth printer has to be chosen again. */
  apply(): void;
}

/**
 * Make the app work without a network, and offer new versions; both are tried again whenever the app comes to the front.
 *
 * A new version is never applied by itself: `onUpdate` gets it, and applies it when a person asks and no visit is open.
 * Does nothing where there are no service workers (plain HTTP on another machine).
 */
export function keepAppOnPhone(onUpdate: (update: Update) => void): void {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) {
    return;
  }
  let registration: ServiceWorkerRegistration | null = null;
  const look = async (): Promise<void> => {
    if (registration !== null) {
      await registration.update();
      return;
    }
    registration = await navigator.serviceWorker.register("/app/sw.js", { scope: "/app/", updateViaCache: "none" });
    watchUpdates(registration, navigator.serviceWorker, onUpdate);
  };
  const lookNow = (): void => {
    if (document.visibilityState === "visible") {
      look().catch((error: unknown) => console.warn("no signal to look for a new version", error));
    }
  };
  document.addEventListener("visibilitychange", lookNow);
  lookNow();
}

/** Offer the version that waits, the one that is being installed, and each that comes later. */
export function watchUpdates(
  registration: ServiceWorkerRegistration,
  container: ServiceWorkerContainer,
  onUpdate: (update: Update) => void,
): void {
  const offer = (worker: ServiceWorker): void =>
    onUpdate({
      apply: () => {
        container.addEventListener("controllerchange", () => location.reload(), { once: true });
        worker.postMessage(TAKE_OVER);
      },
    });
  const watch = (worker: ServiceWorker | null): void =>
    worker?.addEventListener("statechange", () => {
      // Without a controller this is the first version ever, and there is nothing to change to.
      if (worker.state === "installed" && container.controller) {
        offer(worker);
      }
    });
  if (registration.waiting && container.controller) {
    offer(registration.waiting);
  }
  // Another tab, or the browser itself, may have found it before this one listens.
  watch(registration.installing);
  registration.addEventListener("updatefound", () => watch(registration.installing));
}
