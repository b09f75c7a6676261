/** When a phone says again that it counts money. Pure. */
import type { Counting } from "../api/types.ts";

/** Within the gateway's lease, so that whoever counts for long goes on being named. */
const AGAIN_MS = 45_000;
/** A little after the other phone's lease has expired. */
const AFTER_MS = 300;

/** When to say again that money is being counted: while another phone does so, once its lease is over. */
export function nextAsking(other: Counting | null, now: number): number {
  return other === null ? AGAIN_MS : Math.min(AGAIN_MS, Math.max(0, Date.parse(other.until) - now) + AFTER_MS);
}
