/** The print jobs of this phone: the gateway's list, and the queue to the printer. */
import { ignoreNoAnswer } from "../api/problem.ts";
import type { Job } from "../api/types.ts";
import { PrintQueue } from "../stream/print_queue.ts";
import type { FromGateway } from "../stream/stream.ts";
import { dayOf } from "./clock.ts";
import type { Core } from "./core.ts";
import type { PrinterHub } from "./printer_hub.ts";
import type { PrinterStatus } from "./state.ts";
import { alone } from "./tabs.ts";
import { untrueBecause } from "./untrue_documents.ts";

/** How many the list has. */
const LISTED = 60;
const LOOK_AGAIN_MS = 8_000;

type Frame = Extract<FromGateway, { type: "job" | "confirmed" | "withdrawn" | "acknowledged" | "problem" | "welcome" }>;

export class PrintJobs {
  readonly #core: Core;
  readonly #printer: PrinterHub;
  readonly #send: (frame: object) => void;
  #queue: PrintQueue | null = null;
  #heldTimer: ReturnType<typeof setTimeout> | undefined;

  /** `send` sends a frame to the gateway where the stream is open. */
  constructor(core: Core, printer: PrinterHub, send: (frame: object) => void) {
    this.#core = core;
    this.#printer = printer;
    this.#send = send;
  }

  /** Start with the jobs on the phone. A job that was being printed when the app was closed is left to a person. */
  async start(): Promise<void> {
    const { clock, database } = this.#core;
    const queue = new PrintQueue({
      store: database,
      printer: this.#printer,
      send: this.#send,
      connected: () => this.#core.store.state.online,
      changed: () => void this.#changed(),
      untrue: async (job) => untrueBecause(job, this.#core.store.state, await database.jobs()),
      now: () => clock.now(),
      alone: (work) => alone("printer", work),
    });
    this.#queue = queue;
    await this.#forgetLocal();
    if (await queue.recover()) {
      this.#printer.mayBeStuck();
    }
  }

  stop(): void {
    this.#queue?.stop();
    this.#queue = null;
    clearTimeout(this.#heldTimer);
  }

  /** Read the list. Throws like any request. */
  async refresh(): Promise<void> {
    const { print_jobs: printJobs } = await this.#core.api.call("GET /v1/print-jobs", { query: { limit: LISTED } });
    this.#core.store.set({ printJobs });
  }

  /** The printer is there, has paper, or its cover is closed: go on. */
  printNow(): void {
    this.#queue?.kick();
  }

  /** Print a document that the phone has made itself; the gateway does not know it. */
  async printLocal(frame: Job): Promise<void> {
    const local = this.#core.clock.stamp();
    const { job_id, attempt } = frame;
    await this.#core.database.changeJob(job_id, () => ({
      job_id,
      attempt,
      frame,
      phase: "ready",
      state: null,
      cause: null,
      local,
    }));
    await this.#changed();
    this.printNow();
  }

  /** A person has looked at the printer: a document of the phone's own is out, or is to be printed again. */
  async settleLocal(jobId: string, isOut: boolean): Promise<void> {
    await this.#core.database.changeJob(jobId, (job) =>
      job?.local && job.phase === "done"
        ? { ...job, cause: null, ...(isOut ? { state: "printed" as const } : { phase: "ready" as const, state: null }) }
        : undefined,
    );
    await this.#changed();
    this.printNow();
  }

  /** What the phone made itself is of no use on another day. */
  async #forgetLocal(): Promise<void> {
    const { clock, database } = this.#core;
    for (const job of await database.jobs()) {
      if (job.local && job.phase !== "printing" && dayOf(job.local) !== clock.day()) {
        await database.changeJob(job.job_id, () => null);
      }
    }
  }

  /** Cancel a job that has not begun to print. */
  async cancel(jobId: string): Promise<void> {
    const kept = await this.#core.database.changeJob(jobId, (job) =>
      job?.phase === "ready" || job?.phase === "stored"
        ? { ...job, phase: "done", state: "cancelled", cause: "user_cancelled" }
        : undefined,
    );
    if (kept?.phase === "done") {
      const { attempt } = kept;
      if (!kept.local) {
        this.#send({ type: "result", job_id: jobId, attempt, state: "cancelled", cause: "user_cancelled" });
      }
      await this.#changed();
      this.printNow();
    } else if (kept === null) {
      await this.#core.api.call("POST /v1/print-jobs/{job_id}/cancellation", { params: { job_id: jobId } });
    }
    await this.refresh().catch(ignoreNoAnswer);
  }

  /** The gateway's frames about print jobs. */
  async take(frame: Frame): Promise<void> {
    const queue = this.#queue;
    switch (frame.type) {
      case "welcome":
        await queue?.welcomed(frame.print_at_once === true);
        // What has ended while nobody heard anything is not offered any more.
        void this.refresh().catch(ignoreNoAnswer);
        return;
      case "job":
        await queue?.offered(frame);
        return;
      case "confirmed":
        await queue?.confirmed(frame.job_id, frame.attempt);
        return;
      case "withdrawn":
        await queue?.withdrawn(frame.job_id);
        void this.refresh().catch(ignoreNoAnswer);
        return;
      case "acknowledged":
        await queue?.acknowledged(frame.job_id, frame.attempt, frame.state);
        void this.refresh().catch(ignoreNoAnswer);
        return;
      case "problem":
        if (frame.job_id) {
          await queue?.refused(frame.job_id);
        }
    }
  }

  printerChanged(printer: PrinterStatus): void {
    const { chosen, connected } = this.#core.store.state.printer;
    this.#core.store.set({ printer });
    if ((printer.chosen && !chosen) || (printer.connected && !connected)) {
      this.printNow();
    }
  }

  async #changed(): Promise<void> {
    const { database, store } = this.#core;
    try {
      const keptJobs = await database.jobs();
      const isOffered = keptJobs.length > store.state.keptJobs.length;
      store.set({ keptJobs, held: this.#queue?.held ?? null, printing: this.#queue?.printing ?? null });
      if (isOffered) {
        void this.refresh().catch(ignoreNoAnswer);
      }
    } finally {
      this.#lookAgainWhileHeld();
    }
  }

  /** Somebody loads paper or closes the cover: the printer is asked again now and then, so that nobody has to press. */
  #lookAgainWhileHeld(): void {
    clearTimeout(this.#heldTimer);
    if (this.#queue?.held && this.#core.store.state.printer.chosen) {
      this.#heldTimer = setTimeout(() => this.printNow(), LOOK_AGAIN_MS);
    }
  }
}
