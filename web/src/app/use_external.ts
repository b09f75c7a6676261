/** Something outside of the components, as a part of what they draw. */
import { useEffect, useRef, useState } from "preact/hooks";

/**
 * What `read` returns, drawn anew when that changes. `subscribe` has to be the same function each time.
 *
 * It is read again once the subscription stands: what changed after the first picture would not be drawn otherwise.
 */
export function useExternal<T>(subscribe: (changed: () => void) => () => void, read: () => T): T {
  const value = read();
  const latest = useRef({ read, value });
  latest.current = { read, value };
  const [, draw] = useState({});
  useEffect(() => {
    const check = (): void => {
      if (!Object.is(latest.current.read(), latest.current.value)) {
        draw({});
      }
    };
    const unsubscribe = subscribe(check);
    check();
    return unsubscribe;
  }, [subscribe]);
  return value;
}
