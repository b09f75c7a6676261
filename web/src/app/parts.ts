/** The parts of the app that are loaded behind the first screen. */
import { Part } from "./part.ts";
import { usage } from "./usage_part.ts";

export const door = new Part(() => import("./screens/door.ts"));
export const desk = new Part(() => import("./screens/desk.ts"));

/** Load all of them once the service worker has them, so that no screen waits for them later. */
export async function loadParts(): Promise<void> {
  await navigator.serviceWorker?.ready;
  await Promise.all([door.load(), desk.load(), usage.load()]);
}
