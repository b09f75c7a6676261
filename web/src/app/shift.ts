/** The shift as the phone knows it. */
import { ApiProblem } from "../api/problem.ts";
import type { Shift } from "../api/types.ts";
import type { Core } from "./core.ts";

/** Read the open shift. Throws like any request. */
export async function refreshShift(core: Core): Promise<void> {
  try {
    const { shift } = await core.api.call("GET /v1/shifts/current");
    await keepShift(core, shift);
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 404) {
      throw error;
    }
    await keepShift(core, null);
  }
}

/** Keep the open shift; null where there is none. */
export async function keepShift({ database, store, isEnrolled }: Core, shift: Shift | null): Promise<void> {
  if (isEnrolled()) {
    try {
      await database.setFacts({ shift });
    } finally {
      store.set({ shift, shiftKnown: true });
    }
  }
}
