/** A print queue with storage, printer and gateway of its own, for tests. */
import type { Job, PrintJobState } from "../../src/api/types.ts";
import type { KeptJob } from "../../src/storage/schema.ts";
import { PrintQueue, type PrintResult } from "../../src/stream/print_queue.ts";

export function frame(id: string, more: Partial<Job> = {}): Job {
  return {
    type: "job",
    job_id: id,
    attempt: 1,
    kind: "notice",
    priority: 2,
    seq: 1,
    summary: "",
    copy_number: 0,
    ...more,
  };
}

export interface Frame {
  type: string;
  job_id: string;
  attempt?: number;
  state?: string;
  cause?: string;
}

export class Bench {
  readonly kept = new Map<string, KeptJob>();
  readonly frames: Frame[] = [];
  readonly printed: string[] = [];
  isOpen = true;
  /** What the gateway answers to `printing` at once; null for nothing. */
  inEffect: PrintJobState | null = "printing";
  now = Date.parse("2026-11-22T03:00:00Z");
  print: (job: Job, begin: () => Promise<boolean>) => Promise<PrintResult> = async (job, begin) => {
    if (!(await begin())) {
      return { state: "held", cause: null };
    }
    this.printed.push(job.job_id);
    return { state: "printed", cause: null };
  };
  ready: PrintResult["cause"] = null;
  untrue: PrintResult["cause"] = null;
  /** Whether the phone's storage fails to keep this. */
  breaks: (kept: KeptJob | null | undefined) => boolean = () => false;
  queue = this.start();

  /** The app is opened with what the phone has kept. */
  start(): PrintQueue {
    return new PrintQueue({
      store: {
        jobs: async () => [...this.kept.values()],
        changeJob: async (id, change) => {
          const before = this.kept.get(id);
          const after = change(before);
          if (this.breaks(after)) {
            throw new DOMException("the disk is full", "QuotaExceededError");
          }
          if (after === null) {
            this.kept.delete(id);
          } else if (after !== undefined) {
            this.kept.set(id, after);
          }
          return after === undefined ? (before ?? null) : after;
        },
      },
      printer: { look: async () => this.ready, print: (job, begin) => this.print(job, begin) },
      send: (one) => {
        const { type, job_id: id, attempt = 1 } = one as Frame;
        if (!this.isOpen) {
          return;
        }
        this.frames.push(one as Frame);
        if (type === "printing" && this.inEffect !== null) {
          void this.queue.acknowledged(id, attempt, this.inEffect);
        }
      },
      connected: () => this.isOpen,
      changed: () => undefined,
      untrue: async () => this.untrue,
      now: () => this.now,
      alone: (work) => work(),
      random: () => 1,
    });
  }

  async offer(...frames: Job[]): Promise<void> {
    for (const one of frames) {
      await this.queue.offered(one);
    }
    for (const one of frames) {
      await this.queue.confirmed(one.job_id, one.attempt);
    }
    await this.queue.idle();
  }

  framesOf(type: string): Frame[] {
    return this.frames.filter((one) => one.type === type);
  }
}
