/**
 * What to do next with one document, as a pure function: `begin` gives the first command, and `step` the next one for what
 * came of it, until `finish`.
 *
 * The rule that all others serve: what may have reached the paper is never sent again by a machine.
 */

import { fenceSaysPaperEnd } from "./answers.ts";
import type { Cause } from "./printer.ts";

export type Outcome =
  | { readonly state: "printed" }
  /** Nothing has reached the paper: the job waits until the printer is ready. */
  | { readonly state: "held"; readonly cause: Cause }
  /** It may have come out, whole or in part, or not: only a person can check. */
  | { readonly state: "unconfirmed"; readonly cause: Cause }
  /** Nothing has reached the paper, and nothing will: the job was withdrawn while the printer was being asked. */
  | { readonly state: "withdrawn" };

export type Command =
  | { readonly type: "connect" }
  /** Ask whether it can print now. */
  | { readonly type: "check" }
  /** Have the printer answer for all it still has of earlier documents, so that no such answer is taken for this one's. */
  | { readonly type: "drain" }
  /** Store and report that the next bytes print. */
  | { readonly type: "announce" }
  | { readonly type: "write"; readonly from: number; readonly to: number }
  /** Wait for the answer to the fence, at most this long. */
  | { readonly type: "listen"; readonly milliseconds: number }
  | { readonly type: "finish"; readonly outcome: Outcome };

export type Result =
  | { readonly type: "done" }
  /** The announcement was not wanted any more. */
  | { readonly type: "withdrawn" }
  /** To `check`: what is in the way; null where all is well. */
  | { readonly type: "status"; readonly cause: Cause | null }
  /** No answer: to a question, or to the fence within the time. */
  | { readonly type: "silence" }
  | { readonly type: "fence"; readonly value: number }
  /** The browser refused to write or to connect, and the link may still be there. */
  | { readonly type: "error" }
  /** A write was never answered. */
  | { readonly type: "stuck" }
  | { readonly type: "lost" };

export interface Job {
  /** Bytes in all. */
  readonly length: number;
  /** The bytes at the start that print nothing: losing the link there loses nothing. */
  readonly harmless: number;
  /** The printer answers `DLE EOT`, so that silence means that it is not well. Null: not known. */
  readonly status: boolean | null;
  /** The printer answers the fence, which is the last thing of the job. */
  readonly fence: boolean;
  /** It may be stuck in a document that was broken off, and then answers nothing: it is cleared before it is asked. */
  readonly resync: boolean;
  /** Answers to the fences of earlier documents may still come. */
  readonly owed: boolean;
  /** The most bytes of one write. */
  readonly maxChunk: number;
  /** The link takes whole documents only. */
  readonly inOnePiece?: boolean;
  readonly patience: Patience;
}

/** How long the answer to the fence is waited for, in milliseconds. */
export interface Patience {
  /** Before the printer is asked what keeps it, each time. */
  readonly listen: number;
  /** With a printer that reports no fault, or nothing. */
  readonly printer: number;
  /** With a person who has to load paper or close the cover. */
  readonly person: number;
}

/** The gateway itself waits for 180 s. */
export const PATIENCE: Patience = { listen: 3_000, printer: 30_000, person: 150_000 };

/** Bytes of the first write; each that succeeds doubles the next, because small printers choke on large ones. */
export const FIRST_CHUNK = 20;
/** How often a link that broke before anything could print is tried again. */
export const RETRIES = 2;

type Phase =
  | "connecting"
  | "checking"
  | "clearing"
  | "draining"
  | "announcing"
  | "sending"
  | "listening"
  | "asking"
  | "finished";

export interface Run {
  readonly job: Job;
  readonly phase: Phase;
  readonly sent: number;
  readonly chunk: number;
  readonly retries: number;
  /** For the answer to the fence: since the printer last reported another state, and in all. */
  readonly waited: number;
  readonly waitedInAll: number;
  /** What last held up a document that was sent whole. */
  readonly cause: Cause | null;
}

export interface Step {
  readonly run: Run;
  readonly command: Command;
}

export function begin(job: Job): Step {
  const run: Run = {
    job,
    phase: "connecting",
    sent: 0,
    chunk: job.inOnePiece ? job.length : FIRST_CHUNK,
    retries: 0,
    waited: 0,
    waitedInAll: 0,
    cause: null,
  };
  return { run, command: { type: "connect" } };
}

/** The next step after `result`. Throws where the result is none of the command's: a fault in the program. */
export function step(run: Run, result: Result): Step {
  switch (run.phase) {
    case "connecting":
      if (result.type !== "done") {
        return unreachable(run, "no_printer");
      }
      return run.job.resync ? write({ ...run, phase: "clearing" }) : check(run);
    case "checking":
      return afterCheck(run, result);
    case "clearing":
    case "sending":
      return afterWrite(run, result);
    case "draining":
      return afterDraining(run, result);
    case "announcing":
      return afterAnnouncement(run, result);
    case "listening":
      return afterListening(run, result);
    case "asking":
      return afterAsking(run, result);
    case "finished":
      throw new Error("finished");
  }
}

function afterCheck(run: Run, result: Result): Step {
  switch (result.type) {
    case "status":
      return result.cause === null ? clear(run) : finish(run, held(result.cause));
    case "silence":
      // A printer that is known to answer and does not is off, or asleep.
      return run.job.status ? finish(run, held("no_printer")) : clear(run);
    default:
      return unreachable(run, "link_lost");
  }
}

function check(run: Run): Step {
  return go(run, "checking", { type: "check" });
}

function clear(run: Run): Step {
  return run.job.resync ? cleared(run) : write({ ...run, phase: "clearing" });
}

function cleared(run: Run): Step {
  return run.job.owed ? go(run, "draining", { type: "drain" }) : announce(run);
}

/** Nothing has reached the paper: try again by itself, a few times. */
function unreachable(run: Run, cause: Cause): Step {
  return run.retries < RETRIES
    ? go({ ...run, retries: run.retries + 1, sent: 0, chunk: begin(run.job).run.chunk }, "connecting", {
        type: "connect",
      })
    : finish(run, held(cause));
}

function afterWrite(run: Run, result: Result): Step {
  if (result.type !== "done") {
    const cause: Cause = result.type === "error" ? "write_error" : "link_lost";
    return run.phase === "clearing" ? unreachable(run, cause) : finish(run, { state: "unconfirmed", cause });
  }
  const sent = writeEnd(run);
  const isFull = sent - run.sent === run.chunk;
  const next = { ...run, sent, chunk: isFull ? Math.min(run.job.maxChunk, run.chunk * 2) : run.chunk };
  if (sent < phaseEnd(run)) {
    return write(next);
  }
  if (run.phase === "clearing") {
    return run.job.resync ? check(next) : cleared(next);
  }
  return run.job.fence ? listen(next) : finish(next, { state: "unconfirmed", cause: "no_confirmation" });
}

function afterDraining(run: Run, result: Result): Step {
  switch (result.type) {
    case "done":
      return announce(run);
    case "silence":
      // It still prints what it has, or is stuck in it.
      return finish(run, held("no_printer"));
    default:
      return unreachable(run, "link_lost");
  }
}

function announce(run: Run): Step {
  return go(run, "announcing", { type: "announce" });
}

function afterAnnouncement(run: Run, result: Result): Step {
  switch (result.type) {
    case "done":
      return run.sent < run.job.length ? write({ ...run, phase: "sending" }) : finish(run, { state: "printed" });
    case "withdrawn":
      return finish(run, { state: "withdrawn" });
    default:
      // It may be stored as begun by now, and what is begun only a person can end.
      return finish(run, { state: "unconfirmed", cause: "app_closed" });
  }
}

function afterListening(run: Run, result: Result): Step {
  switch (result.type) {
    case "fence":
      return finish(
        run,
        fenceSaysPaperEnd(result.value) ? { state: "unconfirmed", cause: "paper_out" } : { state: "printed" },
      );
    case "silence": {
      const { listen: time } = run.job.patience;
      const waiting = { ...run, waited: run.waited + time, waitedInAll: run.waitedInAll + time };
      return go(waiting, "asking", { type: "check" });
    }
    default:
      return finish(run, { state: "unconfirmed", cause: "link_lost" });
  }
}

function afterAsking(run: Run, result: Result): Step {
  switch (result.type) {
    case "fence":
      return afterListening(run, result);
    case "status":
    case "silence": {
      const cause = result.type === "status" ? result.cause : null;
      // When what kept it is gone, the printer gets its time anew for what was waiting.
      const waited = run.cause && !cause ? 0 : run.waited;
      const next = { ...run, cause, waited };
      const { printer, person } = run.job.patience;
      return waited < (cause ? person : printer) && run.waitedInAll < person
        ? listen(next)
        : finish(next, { state: "unconfirmed", cause: cause ?? "no_confirmation" });
    }
    default:
      return finish(run, { state: "unconfirmed", cause: "link_lost" });
  }
}

function write(run: Run): Step {
  return { run, command: { type: "write", from: run.sent, to: writeEnd(run) } };
}

function writeEnd(run: Run): number {
  return Math.min(run.sent + run.chunk, phaseEnd(run));
}

function phaseEnd(run: Run): number {
  return run.phase === "clearing" ? run.job.harmless : run.job.length;
}

function listen(run: Run): Step {
  return go(run, "listening", { type: "listen", milliseconds: run.job.patience.listen });
}

function go(run: Run, phase: Phase, command: Command): Step {
  return { run: { ...run, phase }, command };
}

function finish(run: Run, outcome: Outcome): Step {
  return go(run, "finished", { type: "finish", outcome });
}

function held(cause: Cause): Outcome {
  return { state: "held", cause };
}
