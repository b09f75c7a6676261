/** The open shift, read anew by the screen that needs it. */
import { useEffect, useState } from "preact/hooks";
import { ignoreNoAnswer } from "../api/problem.ts";
import type { Shift } from "../api/types.ts";
import { refreshShift } from "./shift.ts";
import { useApp, useAppState } from "./use_app.ts";

/** `isKnown`: false until it was asked for, where the phone holds none: another phone may have opened it since. */
export function useShift(): { readonly shift: Shift | null; readonly isKnown: boolean } {
  const app = useApp();
  const { shift, shiftKnown, closedShift, online } = useAppState();
  const [isRead, setRead] = useState(false);
  useEffect(() => {
    void refreshShift(app)
      .catch(ignoreNoAnswer)
      .finally(() => setRead(true));
  }, [online]);
  return { shift, isKnown: shift !== null || (shiftKnown && (isRead || closedShift !== null || !online)) };
}
