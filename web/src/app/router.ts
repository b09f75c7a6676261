/**
 * Addresses below `/app/`: what is shown, and where the phone's own back button leads.
 *
 * Each entry of the browser's history holds the screens up to it, from a main screen on, so that back always leads to the
 * screen before with the same customer, and from a customer to the list.
 */
import { useExternal } from "./use_external.ts";

export const BASE = "/app/";

/**
 * How one goes: `on` from the present screen, with a way back to it; `instead` of it; to the `next` customer, from whom back
 * leads to the list; to a `main` screen, from where back leaves the app. To a screen that one came from, one goes back.
 */
export type Way = "on" | "instead" | "next" | "main";

const PATIENCE_MS = 1_000;

const listeners = new Set<() => void>();
/** Where to go on from the entry to which the browser is going back. */
let pending: { readonly to: string; readonly instead: boolean } | null = null;

/** The parts of the address, such as `["customers", "PB14010000106", "cash"]`. */
export function path(): string[] {
  return here()
    .split("/")
    .filter((part) => part !== "")
    .map(decodePart);
}

function here(): string {
  return location.pathname.slice(BASE.length);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The screens up to the present one, which is the last. */
function stack(): readonly string[] {
  return (history.state as { stack?: readonly string[] } | null)?.stack ?? [here()];
}

/** Go to another screen. */
export function go(to: string, way: Way = "on"): void {
  const screens = stack();
  const top = screens.length - 1;
  const known = screens.lastIndexOf(to);
  if (pending !== null || to === screens[top]) {
    return;
  }
  if (way === "main" || way === "next") {
    backThenTo(top, { to, instead: way === "main" });
  } else if (known >= 0) {
    history.go(known - top);
  } else {
    enter(to, way === "instead");
  }
}

/** Go back so many screens, and on from there. */
function backThenTo(steps: number, target: NonNullable<typeof pending>): void {
  if (steps === 0) {
    enter(target.to, target.instead);
  } else {
    pending = target;
    history.go(-steps);
    // A browser that has forgotten the entry goes nowhere, and the tap counts all the same.
    setTimeout(() => pending === target && arrive(), PATIENCE_MS);
  }
}

/** The browser has gone to another entry. */
function arrive(): void {
  const target = pending;
  pending = null;
  if (target) {
    enter(target.to, target.instead);
  } else {
    emit();
  }
}

function enter(to: string, instead: boolean): void {
  if (instead) {
    history.replaceState({ stack: [...stack().slice(0, -1), to] }, "", BASE + to);
  } else {
    history.pushState({ stack: [...stack(), to] }, "", BASE + to);
  }
  emit();
}

/** Back to where one came from; to `fallback` where that is nowhere in the app. */
export function goBack(fallback: string): void {
  if (stack().length > 1) {
    history.back();
  } else {
    go(fallback, "instead");
  }
}

/** Follow the browser's own buttons. Where the app was opened in the middle, lay the screens before below it. */
export function startRouter(): void {
  addEventListener("popstate", arrive);
  if (history.state === null) {
    const [first = "", ...others] = [...before(path()), here()];
    history.replaceState({ stack: [first] }, "", BASE + first);
    for (const screen of others) {
      enter(screen, false);
    }
  }
}

/** The screens that lead to one. */
function before([place = "", code, part]: readonly string[]): string[] {
  switch (place) {
    case "customers":
      return ["", ...(part ? [`customers/${code}`] : []), ...(isOfVisit(part) ? [`customers/${code}/visit`] : [])];
    case "shift":
      return code ? ["shift"] : [];
    case "printer":
      return ["print-jobs"];
    case "outbox":
    case "settings":
      return [""];
    default:
      return [];
  }
}

function isOfVisit(part: string | undefined): boolean {
  return part === "cash" || part === "transfer" || part === "promise";
}

export function usePath(): string[] {
  useExternal(listen, here);
  return path();
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
