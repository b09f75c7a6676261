/** Print jobs on the phone: stored, printed one at a time, and reported. What may be on paper is never printed again by itself. */
import type { Job, PrintJobCause, PrintJobState } from "../api/types.ts";
import type { KeptJob } from "../storage/schema.ts";
import { pauseAfter } from "../sync/backoff.ts";

/** What became of a job at the printer. `held` and `failed`: nothing has reached the printer. */
export interface PrintResult {
  readonly state: "printed" | "unconfirmed" | "failed" | "held";
  readonly cause: PrintJobCause | null;
}

/** The printer, as far as print jobs are concerned. */
export interface JobPrinter {
  /** Why it cannot print now, asked before the first byte; null when all is well. */
  look(): Promise<PrintJobCause | null>;
  /**
   * Print. `begin` is awaited right before the first byte; where it returns false, nothing may be sent, and the result is
   * `held`.
   */
  print(job: Job, begin: () => Promise<boolean>): Promise<PrintResult>;
}

/** How long the gateway is waited for before the first byte; without an answer the phone decides by itself. */
const ANSWER_MS = 2_000;
/** What the gateway answers where a job must not be printed any more. */
const OVER: ReadonlySet<PrintJobState> = new Set(["cancelled", "expired"]);

export interface JobStore {
  jobs(): Promise<KeptJob[]>;
  changeJob(jobId: string, change: (kept: KeptJob | undefined) => KeptJob | null | undefined): Promise<KeptJob | null>;
}

export interface PrintQueueParts {
  readonly store: JobStore;
  readonly printer: JobPrinter;
  /** Send a frame to the gateway, if the stream is open; what matters is sent again after the next welcome. */
  send(frame: object): void;
  /** Whether the stream is open, so that the gateway can be asked before the first byte. */
  connected?(): boolean;
  changed(): void;
  /** Why a document is no longer true, asked right before it would be printed; null where it does. */
  untrue?(job: Job): Promise<PrintJobCause | null>;
  now(): number;
  /** Run `work` while no other tab prints. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  random?(): number;
}

/** What became of a job. */
interface End {
  readonly job: KeptJob;
  readonly state: PrintJobState;
  readonly cause: PrintJobCause | null;
}

export class PrintQueue {
  readonly #parts: PrintQueueParts;
  #held: PrintJobCause | null = null;
  #printing: string | null = null;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;
  /** An end that has not been kept yet: storage may fail, and only here is it known. */
  #end: End | null = null;
  /** Errors in a row that nobody expected. */
  #errors = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The job of which the gateway is asked whether it may still be printed. */
  #asked: {
    readonly jobId: string;
    readonly attempt: number;
    readonly answer: (state: PrintJobState) => void;
  } | null = null;
  /** Whether the gateway understands `printing` in place of `accepted`. */
  #mayPrintAtOnce = false;
  /** The job that was offered while the printer was idle, until it is its turn. */
  #atOnce: KeptJob | null = null;

  constructor(parts: PrintQueueParts) {
    this.#parts = parts;
  }

  /** Why jobs wait for a person; null when they do not. */
  get held(): PrintJobCause | null {
    return this.#held;
  }

  /** The job that is being printed. */
  get printing(): string | null {
    return this.#printing;
  }

  /** The app was opened: what was being printed when it was closed may be on paper. Returns whether there was something. */
  recover(): Promise<boolean> {
    // A tab that is still printing is let finish first.
    return this.#parts.alone(async () => {
      const broken = (await this.#parts.store.jobs()).filter((job) => job.phase === "printing");
      for (const job of broken) {
        await this.#finish(job, "unconfirmed", "app_closed");
      }
      return broken.length > 0;
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  // --- the gateway's frames

  async offered(frame: Job): Promise<void> {
    const kept = await this.#parts.store.changeJob(frame.job_id, (before) =>
      before && before.attempt >= frame.attempt ? undefined : keep(frame),
    );
    if (kept?.phase === "stored" && (await this.#isIdle(kept))) {
      this.#atOnce = kept;
      this.kick();
    } else if (kept) {
      this.#parts.send(kept.phase === "done" ? resultOf(kept) : about(kept, "accepted"));
    }
    this.#parts.changed();
  }

  /** Whether nothing is printed or waits before this job, so that one question before the first byte will do. */
  async #isIdle(offered: KeptJob): Promise<boolean> {
    const isFree = () => this.#running === null && this.#held === null && this.#atOnce === null;
    if (!this.#mayPrintAtOnce || this.#parts.connected?.() !== true || !isFree()) {
      return false;
    }
    const others = (await this.#parts.store.jobs()).filter((job) => job.job_id !== offered.job_id);
    return isFree() && others.every((job) => job.phase === "done");
  }

  async confirmed(jobId: string, attempt: number): Promise<void> {
    await this.#parts.store.changeJob(jobId, (job) =>
      job?.phase === "stored" && job.attempt === attempt ? { ...job, phase: "ready" } : undefined,
    );
    this.kick();
  }

  async withdrawn(jobId: string): Promise<void> {
    this.#answered(jobId, null, "cancelled");
    // A result that is still to be reported is kept: a late "printed" may yet win.
    await this.#parts.store.changeJob(jobId, (job) =>
      job?.phase === "stored" || job?.phase === "ready" ? null : undefined,
    );
    this.#parts.changed();
  }

  /** The answer to `printing` and `result`: the state in effect. */
  async acknowledged(jobId: string, attempt: number, state: PrintJobState): Promise<void> {
    const isAwaited = this.#answered(jobId, attempt, state);
    if (state === "printing" && !isAwaited) {
      // A late answer for a job that was to be printed at once: the gateway knows that the phone has it.
      await this.confirmed(jobId, attempt);
    }
    if (state === "held" || state === "printing") {
      return;
    }
    await this.#parts.store.changeJob(jobId, (job) =>
      job?.phase === "done" && job.attempt === attempt ? null : undefined,
    );
    this.#parts.changed();
  }

  /** Whether this was what is waited for. */
  #answered(jobId: string, attempt: number | null, state: PrintJobState): boolean {
    if (this.#asked?.jobId !== jobId || (attempt !== null && attempt !== this.#asked.attempt)) {
      return false;
    }
    this.#asked.answer(state);
    return true;
  }

  /**
   * Report that a job begins, and return what state it is in by the gateway: it may have been withdrawn, and the phone
   * not have heard of it. Null without an answer.
   */
  async #ask(job: KeptJob, atOnce: boolean): Promise<PrintJobState | null> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const state = await new Promise<PrintJobState | null>((answer) => {
      this.#asked = { jobId: job.job_id, attempt: job.attempt, answer };
      timer = setTimeout(() => answer(null), ANSWER_MS);
      this.#parts.send({ ...about(job, "printing"), ...(atOnce ? { at_once: true } : {}) });
    });
    clearTimeout(timer);
    this.#asked = null;
    return state;
  }

  /** What the gateway does not know can never be settled with it: let it go. */
  async refused(jobId: string): Promise<void> {
    await this.#parts.store.changeJob(jobId, (job) => (job?.phase === "done" ? null : undefined));
    this.#parts.changed();
  }

  /** The stream is open: send again what matters. */
  async welcomed(mayPrintAtOnce = false): Promise<void> {
    this.#mayPrintAtOnce = mayPrintAtOnce;
    for (const job of await this.#parts.store.jobs()) {
      if (job.local) {
        continue;
      }
      if (job.phase === "stored") {
        this.#parts.send(about(job, "accepted"));
      } else if (job.phase === "done") {
        this.#parts.send(resultOf(job));
      } else if (job.phase === "ready" && this.#held !== null) {
        this.#parts.send({ ...about(job, "result"), state: "held", cause: this.#held });
      }
    }
  }

  // --- printing

  /** Print what is ready: something came, the printer is there, a person has put paper in. */
  kick(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#printAll()
      .then(
        () => {
          this.#errors = 0;
        },
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#running = null;
        if (this.#again && !this.#stopped) {
          this.#again = false;
          this.kick();
        }
      });
  }

  #failed(error: unknown): void {
    console.error("the print queue stopped", error);
    this.#errors += 1;
    if (!this.#stopped) {
      this.#timer = setTimeout(() => this.kick(), pauseAfter(this.#errors, this.#parts.random));
    }
  }

  /** Until nothing is being printed any more. */
  async idle(): Promise<void> {
    while (this.#running) {
      await this.#running;
    }
  }

  async #printAll(): Promise<void> {
    while (!this.#stopped) {
      this.#again = false;
      await this.#keepEnd();
      const job = nextReady(await this.#parts.store.jobs());
      const atOnce = this.#atOnce;
      this.#atOnce = null;
      if (atOnce !== null) {
        await this.#printAtOnce(atOnce, job === null);
        continue;
      }
      if (job === null) {
        this.#held = null;
        this.#parts.changed();
        return;
      }
      if (isStale(job, this.#parts.now())) {
        await this.#finish(job, "expired", "expired");
        continue;
      }
      const untrue = (await this.#parts.untrue?.(job.frame)) ?? null;
      if (untrue !== null) {
        await this.#finish(job, "cancelled", untrue);
        continue;
      }
      if (!(await this.#parts.alone(() => this.#printOne(job)))) {
        return;
      }
    }
  }

  /** Print a job that was offered while the printer was idle; where anything stands in the way, it is accepted as others are. */
  async #printAtOnce(job: KeptJob, isNext: boolean): Promise<void> {
    const isAsIdleAsItWas =
      isNext &&
      !isStale(job, this.#parts.now()) &&
      ((await this.#parts.untrue?.(job.frame)) ?? null) === null &&
      (await this.#parts.printer.look()) === null;
    if (isAsIdleAsItWas) {
      await this.#parts.alone(() => this.#printOne(job, true));
    }
    const now = (await this.#parts.store.jobs()).find((one) => one.job_id === job.job_id);
    if (now?.phase === "stored" && now.attempt === job.attempt) {
      this.#parts.send(about(job, "accepted"));
    }
  }

  /** Whether the next one may follow. */
  async #printOne(job: KeptJob, atOnce = false): Promise<boolean> {
    const cause = atOnce ? null : await this.#parts.printer.look();
    if (cause !== null) {
      this.#hold(job, cause);
      return false;
    }
    let begun = false;
    const begin = async (): Promise<boolean> => {
      const isAsked = job.local === undefined && this.#parts.connected?.() === true;
      const state = isAsked ? await this.#ask(job, atOnce) : null;
      if (state !== null && OVER.has(state)) {
        await this.withdrawn(job.job_id);
        return false;
      }
      if (atOnce && state !== "printing") {
        return false; // Nobody has confirmed that the phone has it.
      }
      const kept = await this.#parts.store.changeJob(job.job_id, (before) =>
        (before?.phase === "ready" || (atOnce && before?.phase === "stored")) && before.attempt === job.attempt
          ? { ...before, phase: "printing" }
          : undefined,
      );
      if (this.#stopped || kept?.phase !== "printing") {
        return false; // Withdrawn, cancelled, or wiped in the meantime.
      }
      begun = true;
      this.#held = null;
      this.#printing = job.job_id;
      this.#parts.changed();
      if (!isAsked) {
        this.#send(job, about(job, "printing"));
      }
      return true;
    };
    let result: PrintResult;
    try {
      result = await this.#parts.printer.print(job.frame, begin);
    } catch (error) {
      console.error("printing failed", error);
      result = { state: begun ? "unconfirmed" : "failed", cause: "write_error" };
    } finally {
      this.#printing = null;
    }
    if (!begun && (result.state === "held" || result.state === "unconfirmed" || result.state === "printed")) {
      const still = (await this.#parts.store.jobs()).some((one) => one.job_id === job.job_id && one.phase === "ready");
      if (still) {
        this.#hold(job, result.cause ?? "no_printer");
      }
      return !still && !this.#stopped;
    }
    // From the first byte on, whatever did not end well may be on paper.
    const state = begun && result.state !== "printed" ? "unconfirmed" : result.state;
    await this.#finish(job, state, result.cause);
    return true;
  }

  /** The printer is not ready: report it, and wait for a person. */
  #hold(job: KeptJob, cause: PrintJobCause): void {
    this.#held = cause;
    this.#send(job, { ...about(job, "result"), state: "held", cause });
    this.#parts.changed();
  }

  #send(job: KeptJob, frame: object): void {
    if (!job.local) {
      this.#parts.send(frame);
    }
  }

  async #finish(job: KeptJob, state: PrintJobState, cause: PrintJobCause | null): Promise<void> {
    this.#end = { job, state, cause };
    await this.#keepEnd();
  }

  async #keepEnd(): Promise<void> {
    if (this.#end === null) {
      return;
    }
    const { job, state, cause } = this.#end;
    const kept = await this.#parts.store.changeJob(job.job_id, (before) =>
      before?.attempt === job.attempt ? { ...before, phase: "done", state, cause } : undefined,
    );
    this.#end = null;
    if (kept?.phase === "done") {
      this.#send(kept, resultOf(kept));
    }
    this.#parts.changed();
  }
}

function keep(frame: Job): KeptJob {
  return { job_id: frame.job_id, attempt: frame.attempt, frame, phase: "stored", state: null, cause: null };
}

function about(job: KeptJob, type: string): object {
  return { type, job_id: job.job_id, attempt: job.attempt };
}

function resultOf(job: KeptJob): object {
  return { ...about(job, "result"), state: job.state, ...(job.cause ? { cause: job.cause } : {}) };
}

/** What is printed next: receipts first, then in the order of making. */
export function nextReady(jobs: readonly KeptJob[]): KeptJob | null {
  const ready = jobs.filter((job) => job.phase === "ready");
  ready.sort((one, other) => one.frame.priority - other.frame.priority || one.frame.seq - other.frame.seq);
  return ready[0] ?? null;
}

function isStale(job: KeptJob, now: number): boolean {
  return typeof job.frame.not_after === "string" && now > Date.parse(job.frame.not_after);
}
