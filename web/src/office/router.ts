/** Addresses below `/office/`: each is a page that can be kept, sent and gone back to. */
import { useExternal } from "../app/use_external.ts";

export const BASE = "/office/";

export interface Place {
  /** The parts of the address, such as `["customers", "PB14010000106"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

function here(): string {
  return location.pathname.slice(BASE.length) + location.search;
}

export function place(): Place {
  const path = location.pathname
    .slice(BASE.length)
    .split("/")
    .filter((part) => part !== "")
    .map(decoded);
  return { path, query: new URLSearchParams(location.search) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Go to another page; `instead` leaves no way back to the present one. */
export function go(to: string, instead = false): void {
  if (to === here()) {
    return;
  }
  if (instead) {
    history.replaceState(null, "", BASE + to);
  } else {
    history.pushState(null, "", BASE + to);
    scrollTo(0, 0);
  }
  emit();
}

export function startRouter(): void {
  addEventListener("popstate", emit);
}

export function usePlace(): Place {
  useExternal(listen, here);
  return place();
}

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

function emit(): void {
  for (const listener of [...listeners]) {
    listener();
  }
}
