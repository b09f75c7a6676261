/** Addresses below `/app/`: what is shown, and the phone's own back button. */
import { useExternal } from "./use_external.ts";

export const BASE = "/app/";
const listeners = new Set<() => void>();

/** The parts of the address, such as `["customers", "PB14010000106", "cash"]`. */
export function path(): string[] {
  return location.pathname
    .slice(BASE.length)
    .split("/")
    .filter((part) => part !== "")
    .map(decodePart);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Go to another screen; `replace` leaves no way back to the present one. */
export function go(to: string, replace = false): void {
  const address = BASE + to;
  if (replace) {
    history.replaceState(history.state, "", address);
  } else {
    history.pushState({ depth: depth() + 1 }, "", address);
  }
  for (const listener of [...listeners]) {
    listener();
  }
}

/** Back to where one came from; to `fallback` where the app was opened at this address. */
export function goBack(fallback: string): void {
  if (depth() > 0) {
    history.back();
  } else {
    go(fallback, true);
  }
}

function depth(): number {
  return (history.state as { depth?: number } | null)?.depth ?? 0;
}

export function usePath(): string[] {
  useExternal(listen, () => location.pathname);
  return path();
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  addEventListener("popstate", changed);
  return () => {
    listeners.delete(changed);
    removeEventListener("popstate", changed);
  };
}
