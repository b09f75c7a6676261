/**
 * Addresses below `/app/`: what is shown, and where the phone's own back button leads.
 *
 * Each entry of the browser's history holds the screens up to it, from the list on, so that back always leads to the
 * screen before with the same customer, and from a customer or a main screen to the list.
 */
import { useExternal } from "./use_external.ts";

export const BASE = "/app/";

/**
 * How one goes: `on` from the present screen, with a way back to it; `instead` of it; to the `next` customer or to a `main`
 * screen, from where back leads to the list, the only screen from which back leaves the app. To a screen that one came from,
 * one goes back.
 */
export type Way = "on" | "instead" | "next" | "main";

/** Long: the screen is shown already, and a slow phone may take a while to go back. */
const PATIENCE_MS = 5_000;

const listeners = new Set<() => void>();
/** The screens up to the one that is shown, which is the last. The browser's history follows, and takes a moment to go back. */
let screens: readonly string[] = [""];
let following: ReturnType<typeof setTimeout> | null = null;

/** The parts of the address, such as `["customers", "PB14010000106", "cash"]`. */
export function path(): string[] {
  return partsOf(here());
}

function partsOf(address: string): string[] {
  return address
    .split("/")
    .filter((part) => part !== "")
    .map(decodePart);
}

function here(): string {
  return screens.at(-1) ?? "";
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The screens of the entry at which the browser is. */
function entry(): readonly string[] {
  return (history.state as { stack?: readonly string[] } | null)?.stack ?? [location.pathname.slice(BASE.length)];
}

/** Go to another screen. It is shown at once. */
export function go(to: string, way: Way = "on"): void {
  const known = screens.lastIndexOf(to);
  if (known === screens.length - 1) {
    return;
  }
  if (way === "main" || way === "next") {
    show(to === "" ? [""] : ["", to]);
  } else if (known >= 0) {
    show(screens.slice(0, known + 1));
  } else {
    show([...(way === "instead" ? screens.slice(0, -1) : screens), to]);
  }
}

function show(those: readonly string[]): void {
  screens = those;
  if (following === null) {
    follow();
  }
  emit();
}

/** Bring the browser's history to the screens: back to where the two part, and on from there. */
function follow(): void {
  following = null;
  const old = entry();
  const parting = old.findIndex((screen, place) => screen !== screens[place]);
  const last = parting < 0 ? old.length - 1 : Math.min(parting, screens.length - 1);
  if (last < old.length - 1) {
    history.go(last - old.length + 1);
    // A browser that has forgotten the entry goes nowhere: this entry takes its place.
    following = setTimeout(replace, PATIENCE_MS);
  } else {
    enter(last, parting >= 0);
  }
}

/** Add entries for the screens after the entry of the `last`; `instead`: that one is another screen, too. */
function enter(last: number, instead: boolean): void {
  for (let place = instead ? last : last + 1; place < screens.length; place += 1) {
    const stack = screens.slice(0, place + 1);
    const change = place === last ? "replaceState" : "pushState";
    history[change]({ stack }, "", BASE + stack[place]);
  }
}

function replace(): void {
  following = null;
  history.replaceState({ stack: screens }, "", BASE + here());
}

/** The browser has gone to another entry: where the app asked for it, or where the phone's own buttons led. */
function arrive(): void {
  if (following === null) {
    screens = entry();
    emit();
  } else {
    clearTimeout(following);
    follow();
  }
}

/** Back to where one came from; to `fallback` where that is nowhere in the app. */
export function goBack(fallback: string): void {
  if (screens.length > 1) {
    show(screens.slice(0, -1));
  } else {
    go(fallback, "instead");
  }
}

/** Follow the browser's own buttons. Where the app was opened in the middle, lay the screens before below it. */
export function startRouter(): void {
  addEventListener("popstate", arrive);
  screens = entry();
  if (screens[0] !== "") {
    const address = here();
    screens = [...before(partsOf(address)), address];
    enter(0, true);
  }
}

/** The screens that lead to one that is not the list. */
function before([place = "", code, part]: readonly string[]): string[] {
  switch (place) {
    case "customers":
      return ["", ...(part ? [`customers/${code}`] : []), ...(isOfVisit(part) ? [`customers/${code}/visit`] : [])];
    case "shift":
      return code ? ["", "shift"] : [""];
    case "printer":
      return ["", "print-jobs"];
    default:
      return [""];
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
