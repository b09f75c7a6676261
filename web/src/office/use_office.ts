/** The office and what it reads, for pages. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Failure, failureOf } from "../app/failure.ts";
import { useExternal } from "../app/use_external.ts";
import type { LiveState } from "./live_day.ts";
import type { Office, OfficeState } from "./office.ts";
import type { Staff } from "./session.ts";
import { type Words, wordsOf } from "./words.ts";

let opened: Office | null = null;

export function setOffice(office: Office): void {
  opened = office;
}

export function useOffice(): Office {
  if (opened === null) {
    throw new Error("the office has not been opened");
  }
  return opened;
}

export function useOfficeState<T>(select: (state: OfficeState) => T): T {
  const { store } = useOffice();
  return useExternal(store.listen, () => select(store.state));
}

export function useWords(): Words {
  return wordsOf(useOfficeState((state) => state.language));
}

/** The signed-in person; only for pages, which nobody else sees. */
export function useStaff(): Staff {
  const session = useOfficeState((state) => state.session);
  if (session === null) {
    throw new Error("nobody is signed in");
  }
  return session.staff;
}

/** The present day as it is told, while the page `isShown` that shows it. */
export function useLiveDay(isShown: boolean): LiveState {
  const { live } = useOffice();
  useEffect(() => (isShown ? live.watch() : undefined), [isShown, live]);
  return useExternal(live.store.listen, () => live.store.state);
}

/** Something of the gateway, as far as it has been read. */
export interface Read<T> {
  readonly data: T | null;
  /** Why it could not be read; what was read before is still there. */
  readonly failure: Failure | null;
  readonly isReading: boolean;
  /** When `data` was read. */
  readonly readAt: number | null;
  again(): void;
}

interface Kept<T> {
  readonly of: string;
  readonly data: T | null;
  readonly failure: Failure | null;
  readonly isReading: boolean;
  readonly readAt: number | null;
}

/** Read something, once for each `of` and again every so many milliseconds where a page shows what changes. */
export function useRead<T>(of: string, read: () => Promise<T>, every?: number): Read<T> {
  const office = useOffice();
  const empty: Kept<T> = { of, data: null, failure: null, isReading: true, readAt: null };
  const [kept, setKept] = useState(empty);
  const [turn, setTurn] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew for another `of` and on demand
  useEffect(() => {
    let isWanted = true;
    const ask = (): void => {
      setKept((before) => (before.of === of ? { ...before, isReading: true } : empty));
      latest.current().then(
        (answer) => isWanted && setKept({ of, data: answer, failure: null, isReading: false, readAt: office.now() }),
        (error) =>
          isWanted &&
          setKept((before) => ({
            ...(before.of === of ? before : empty),
            failure: failureOf(error),
            isReading: false,
          })),
      );
    };
    ask();
    const look = (): void => {
      // Behind a sign-in nothing is read: it would only be refused.
      if (!document.hidden && office.store.state.phase === "ready") {
        ask();
      }
    };
    const timer = every === undefined ? undefined : setInterval(look, every);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
  }, [of, turn, every]);
  const { data, failure, isReading, readAt } = kept.of === of ? kept : empty;
  return { data, failure, isReading, readAt, again: () => setTurn(turn + 1) };
}
