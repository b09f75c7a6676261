/** Waiting for what is to come, in tests. */

import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";

const LOOK_AGAIN_MS = 20;

/** Wait until `condition` gives something other than null, undefined and false. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false>,
  within = 40_000,
): Promise<T> {
  const end = Date.now() + within;
  while (true) {
    const found = await condition();
    if (found !== null && found !== undefined && found !== false) {
      return found;
    }
    assert.ok(Date.now() < end, `${what} did not come in ${within} ms`);
    await setTimeout(LOOK_AGAIN_MS);
  }
}
