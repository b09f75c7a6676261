/**
 * The last errors and warnings of the app, for a fault report. Only what the program itself writes is kept, and the names of
 * errors: their messages may hold what people have typed.
 */

const MOST = 50;

interface Entry {
  readonly at: string;
  readonly level: "error" | "warn";
  readonly text: string;
}

const entries: Entry[] = [];

export function faults(): readonly Entry[] {
  return entries;
}

/** Keep what is written to the console from now on. */
export function keepFaults(log: Pick<Console, "error" | "warn"> = console): void {
  for (const level of ["error", "warn"] as const) {
    const write = log[level].bind(log);
    log[level] = (...written: unknown[]) => {
      note(level, written);
      write(...written);
    };
  }
  globalThis.addEventListener?.("error", ({ error }) => note("error", ["uncaught", error]));
  globalThis.addEventListener?.("unhandledrejection", ({ reason }) => note("error", ["unhandled", reason]));
}

function note(level: Entry["level"], [first, ...rest]: readonly unknown[]): void {
  const named = [first, ...rest].map((one) => (one instanceof Error || one instanceof DOMException ? one.name : ""));
  const text = [typeof first === "string" ? first : "", ...named].filter(Boolean).join(": ");
  entries.push({ at: new Date().toISOString(), level, text });
  entries.splice(0, entries.length - MOST);
}
