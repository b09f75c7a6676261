/** Who else counts money at this door. */
import { useEffect } from "preact/hooks";
import { ignoreNoAnswer } from "../api/problem.ts";
import type { Counting } from "../api/types.ts";
import { nextAsking } from "./next_asking.ts";
import { useApp, useAppState } from "./use_app.ts";

/** The other phone that counts this customer's money; asked again while the screen is open and nothing was taken. */
export function useCounting(code: string, isOpen: boolean): Counting | null {
  const app = useApp();
  const { counted, online } = useAppState();
  const other = counted[code] ?? null;
  useEffect(() => {
    if (!(isOpen && online)) {
      return;
    }
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (): void => {
      if (isCurrent) {
        timer = setTimeout(
          () => {
            void app.customers.count(code).catch(ignoreNoAnswer).finally(wait);
          },
          nextAsking(other, app.clock.now()),
        );
      }
    };
    wait();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [app, code, isOpen, online, other]);
  // Without signal nobody can be asked; money that two have counted is refused for the second one when it is sent.
  return online && isOpen ? other : null;
}
