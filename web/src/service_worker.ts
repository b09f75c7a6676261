/** Said to a waiting service worker: become the active one. */
const TAKE_OVER = "take-over";

/** A new version of the app that has been downloaded and waits. */
export interface Update {
  /** Change to it: the page is loaded anew, and a Bluetooth printer has to be chosen again. */
  apply(): void;
}

/**
 * Make the app work without a network, and tell of new versions.
 *
 * A new version is never applied by itself: `onUpdate` gets it, and applies it when a person asks and no visit is open.
 * Does nothing where there are no service workers (plain HTTP on another machine).
 */
export async function keepAppOnPhone(onUpdate: (update: Update) => void): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) {
    return;
  }
  watchUpdates(
    await navigator.serviceWorker.register("/app/sw.js", { scope: "/app/", updateViaCache: "none" }),
    navigator.serviceWorker,
    onUpdate,
  );
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

/** Look for a new version, for instance when the app comes to the front. */
export async function lookForUpdate(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration("/app/");
  await registration?.update();
}
