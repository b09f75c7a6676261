/**
 * Prints documents on one printer, one at a time: carries out the commands of `run.ts` and returns their results to it.
 */

import { type Answer, AnswerReader, causeOf, STATUS_QUESTIONS, statusRequest, worst } from "./answers.ts";
import type { Cause, Printer } from "./printer.ts";
import {
  begin,
  type Command,
  FIRST_CHUNK,
  type Job,
  type Outcome,
  PATIENCE,
  type Patience,
  type Result,
  type Run,
  step,
} from "./run.ts";
import { TIMINGS, type Timings } from "./timings.ts";

/** A document for the printer. */
export interface PrintRequest {
  readonly id: string;
  /** The bytes, beginning with a reset; with `resync` for a printer that may be stuck in the document before. */
  bytes(resync: boolean): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Called once, when the printer is ready and the next byte prints: store durably that it is begun, then return
   * true; false where it is not wanted any more.
   */
  begun(): Promise<boolean>;
  progress?(progress: Progress): void;
}

export interface Progress {
  readonly phase: Run["phase"];
  readonly sent: number;
  readonly length: number;
  /** What the printer waits for, with all bytes sent. */
  readonly cause: Cause | null;
}

/** Which questions the printer answers, by its profile. */
export interface Answering {
  readonly status: boolean;
  readonly fence: boolean;
}

export interface Options {
  readonly timings?: Partial<Timings>;
  readonly patience?: Partial<Patience>;
  /** The printer may be stuck in a document that an earlier run of the app began. */
  readonly resync?: boolean;
  /** Whether it may be stuck has changed: to be kept, because this app may be killed as well before that is mended. */
  readonly stuck?: (isStuck: boolean) => void;
  /** A document that was unconfirmed has been printed after all. */
  readonly printedLate?: (id: string) => void;
  /** Keep the screen on; returns what ends that. */
  readonly keepAwake?: () => Promise<() => void>;
}

/** Below this, a printer fades before the end of a document. */
const EMPTY_BATTERY = 3;
const FENCE_REQUEST = Uint8Array.of(0x1d, 0x72, 1);
const RESET = [0x1b, 0x40] as const;

export class Driver {
  readonly printer: Printer;
  #answering: Answering;
  readonly #timings: Timings;
  readonly #patience: Patience;
  readonly #printedLate: (id: string) => void;
  readonly #stuck: (isStuck: boolean) => void;
  readonly #keepAwake: () => Promise<() => void>;

  #turn: Promise<unknown> = Promise.resolve();
  #needsResync: boolean;
  /** Nothing has been answered on this connection, so that it is not asked again. */
  #isSilent = false;
  /** Smaller than the printer's own once a larger write has failed. */
  #maxChunk = Number.POSITIVE_INFINITY;
  /** Documents of this connection whose fence is not answered yet, the oldest first. */
  #owed: string[] = [];
  /** Answers for documents of this or an earlier connection may still come. */
  #isOwed = false;
  #reader = new AnswerReader();
  #fences: number[] = [];
  #statuses: number[] = [];
  #isLost = false;
  #isAbandoned = false;
  /** Answers are for a question of our own, and not for a document that was sent before. */
  #isAsking = false;
  #changed: (() => void) | null = null;

  constructor(printer: Printer, answering: Answering, options: Options = {}) {
    this.printer = printer;
    this.#answering = answering;
    this.#timings = { ...TIMINGS, ...options.timings };
    this.#patience = { ...PATIENCE, ...options.patience };
    this.#needsResync = options.resync ?? false;
    this.#printedLate = options.printedLate ?? (() => undefined);
    this.#stuck = options.stuck ?? (() => undefined);
    this.#keepAwake = options.keepAwake ?? (async () => () => undefined);
    printer.listen((event) => (event.type === "lost" ? this.#lost() : this.#answered(event.bytes)));
  }

  /** The printer was set up anew. */
  set answering(answering: Answering) {
    this.#answering = answering;
    this.#isSilent = false;
  }

  /** Print one document; several at once wait for each other. Never throws for what printers do. */
  print(request: PrintRequest): Promise<Outcome> {
    return this.#alone(() => this.#print(request));
  }

  /** Connect and ask whether it can print now: what is in the way, or null. Not asked while it may be stuck: it would not answer. */
  look(): Promise<Cause | null> {
    return this.#alone(async () => {
      if (this.#needsResync) {
        return null;
      }
      const connected = await this.#perform({ type: "connect" });
      if (connected.type !== "done") {
        return "no_printer";
      }
      const answer = await this.#perform({ type: "check" });
      switch (answer.type) {
        case "status":
          return answer.cause;
        case "silence":
          return this.#answering.status && !this.printer.isOneWay ? "no_printer" : null;
        default:
          return "link_lost";
      }
    });
  }

  /** Write bytes that belong to no document (the questions of the set-up); return what is answered within the time. */
  ask(request: Uint8Array<ArrayBuffer>, milliseconds: number): Promise<Answer[]> {
    return this.#alone(async () => {
      if (this.printer.isOneWay || (await this.#perform({ type: "connect" })).type !== "done") {
        return [];
      }
      this.#fences = [];
      this.#statuses = [];
      this.#isAsking = true;
      try {
        if ((await this.#write(request)).type !== "done") {
          return [];
        }
        await this.#until(() => this.#isLost || this.#fences.length + this.#statuses.length > 0, milliseconds);
      } finally {
        this.#isAsking = false;
      }
      return [
        ...this.#statuses.map((value) => ({ type: "status", value }) as const),
        ...this.#fences.map((value) => ({ type: "fence", value }) as const),
      ];
    });
  }

  /** Leave the printer for good and at once: a person has chosen another one. What is under way ends as on a lost link. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    this.#lost();
    await this.#disconnect();
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #print(request: PrintRequest): Promise<Outcome> {
    const sleep = await this.#keepAwake().catch(() => () => undefined);
    try {
      return await this.#run(request);
    } finally {
      sleep();
    }
  }

  async #run(request: PrintRequest): Promise<Outcome> {
    const bytes = await request.bytes(this.#needsResync);
    const job: Job = {
      length: bytes.length,
      harmless: this.printer.isOneWay ? 0 : harmlessPrefix(bytes),
      status: this.#answering.status && !this.printer.isOneWay ? true : null,
      fence: this.#answering.fence && !this.printer.isOneWay,
      inOnePiece: this.printer.isOneWay ?? false,
      resync: this.#needsResync,
      owed: this.#isOwed,
      maxChunk: Math.min(this.printer.maxChunk, this.#maxChunk),
      patience: this.#patience,
    };
    this.#fences = [];
    let { run, command } = begin(job);
    while (command.type !== "finish") {
      request.progress?.({ phase: run.phase, sent: run.sent, length: job.length, cause: run.cause });
      const result = await this.#perform(command, run, request, bytes);
      if (result.type === "error" && command.type === "write") {
        this.#maxChunk = Math.max(FIRST_CHUNK, Math.floor(run.chunk / 2));
      }
      ({ run, command } = step(run, result));
    }
    this.#settle(request, run, command.outcome);
    return command.outcome;
  }

  /** Remember what this document leaves behind for the next one. */
  #settle(request: PrintRequest, run: Run, outcome: Outcome): void {
    const wasStuck = this.#needsResync;
    if (outcome.state === "unconfirmed" && run.sent < run.job.length) {
      this.#needsResync = true;
    } else if (run.sent >= run.job.harmless) {
      this.#needsResync = false;
    }
    if (this.#needsResync !== wasStuck) {
      this.#stuck(this.#needsResync);
    }
    const isUnanswered = run.sent === run.job.length && run.job.fence && this.#fences.length === 0;
    if (outcome.state === "unconfirmed" && isUnanswered) {
      this.#isOwed = true;
      if (this.#isLinked) {
        this.#owed.push(request.id);
      }
    }
  }

  // --- commands

  async #perform(command: Exclude<Command, { type: "finish" }>): Promise<Result>;
  async #perform(command: Command, run: Run, request: PrintRequest, bytes: Uint8Array<ArrayBuffer>): Promise<Result>;
  async #perform(
    command: Command,
    run?: Run,
    request?: PrintRequest,
    bytes?: Uint8Array<ArrayBuffer>,
  ): Promise<Result> {
    switch (command.type) {
      case "connect":
        return this.#connect();
      case "check":
        return this.#check(run?.phase === "asking");
      case "drain":
        return this.#drain();
      case "announce":
        return this.#announce(request as PrintRequest);
      case "write":
        return this.#write((bytes as Uint8Array<ArrayBuffer>).subarray(command.from, command.to));
      case "listen":
        return this.#listen(command.milliseconds);
      case "finish":
        throw new Error("nothing is left to do");
    }
  }

  async #connect(): Promise<Result> {
    if (this.printer.isConnected) {
      return { type: "done" };
    }
    this.#forgetConnection();
    if (this.#isAbandoned) {
      return { type: "error" };
    }
    try {
      await within(this.printer.connect(), this.#timings.connecting);
    } catch {
      await this.#disconnect();
      return { type: "error" };
    }
    this.#isLost = false;
    return { type: "done" };
  }

  async #check(isWaitingForFence: boolean): Promise<Result> {
    if (this.#isSilent || this.printer.isOneWay) {
      return this.#arrived(isWaitingForFence) ?? { type: "silence" };
    }
    const patience = this.#answering.status ? this.#timings.status : this.#timings.unknownStatus;
    const causes: (Cause | null)[] = [];
    for (const question of STATUS_QUESTIONS) {
      this.#statuses = [];
      const written = await this.#write(statusRequest(question));
      if (written.type !== "done") {
        return written;
      }
      await this.#until(() => this.#statuses.length > 0 || this.#arrived(isWaitingForFence) !== null, patience);
      const arrived = this.#arrived(isWaitingForFence);
      if (arrived !== null) {
        return arrived;
      }
      const [value] = this.#statuses;
      if (value === undefined && causes.length === 0) {
        this.#isSilent = !this.#answering.status;
        return { type: "silence" };
      }
      causes.push(value === undefined ? null : causeOf(question, value));
    }
    const battery = await this.printer.battery().catch(() => null);
    causes.push(battery !== null && battery <= EMPTY_BATTERY ? "battery_low" : null);
    return { type: "status", cause: worst(causes) };
  }

  async #drain(): Promise<Result> {
    this.#fences = [];
    this.#isAsking = true;
    try {
      const written = await this.#write(FENCE_REQUEST);
      return written.type === "done" ? await this.#drained() : written;
    } finally {
      this.#isAsking = false;
    }
  }

  async #drained(): Promise<Result> {
    await this.#until(() => this.#fences.length > 0 || this.#isLost, this.#timings.draining);
    for (let seen = 0; seen < this.#fences.length && !this.#isLost; ) {
      seen = this.#fences.length;
      const known = seen;
      await this.#until(() => this.#fences.length > known || this.#isLost, this.#timings.quiet);
    }
    if (this.#isLost) {
      return { type: "lost" };
    }
    if (this.#fences.length === 0) {
      return { type: "silence" };
    }
    if (this.#fences.length === this.#owed.length + 1) {
      // One for each document, and one for the question: the printer has forgotten none.
      for (const id of this.#owed) {
        this.#printedLate(id);
      }
    }
    this.#owed = [];
    this.#isOwed = false;
    this.#fences = [];
    return { type: "done" };
  }

  async #announce(request: PrintRequest): Promise<Result> {
    try {
      return { type: (await request.begun()) ? "done" : "withdrawn" };
    } catch {
      return { type: "error" };
    }
  }

  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<Result> {
    if (!this.#isLinked) {
      return { type: "lost" };
    }
    const results: Result[] = [];
    const note = (one: Result): void => {
      results.push(one);
      this.#changed?.();
    };
    this.printer.write(bytes).then(
      () => note({ type: "done" }),
      () => note({ type: this.#isLinked ? "error" : "lost" }),
    );
    await this.#until(() => results.length > 0 || this.#isLost, this.#timings.watchdog, { polls: false });
    const result = results[0] ?? { type: this.#isLost ? "lost" : "stuck" };
    if (result.type !== "done") {
      // The link may be in any state: whatever comes next begins with a new one.
      await this.#disconnect();
    } else if (this.#timings.gap > 0) {
      await this.#until(() => this.#isLost, this.#timings.gap, { polls: false });
    }
    return result;
  }

  get #isLinked(): boolean {
    return !this.#isLost && this.printer.isConnected;
  }

  async #listen(milliseconds: number): Promise<Result> {
    await this.#until(() => this.#arrived(true) !== null, milliseconds);
    return this.#arrived(true) ?? { type: "silence" };
  }

  /** What ends any waiting. */
  #arrived(withFence: boolean): Result | null {
    const [value] = this.#fences;
    if (withFence && value !== undefined) {
      return { type: "fence", value };
    }
    return this.#isLost ? { type: "lost" } : null;
  }

  // --- the printer's answers

  #answered(bytes: Uint8Array): void {
    for (const answer of this.#reader.read(bytes)) {
      if (answer.type === "status") {
        this.#statuses.push(answer.value);
      } else if (!this.#isAsking && this.#owed.length > 0) {
        // Nothing else has a fence out: it can only be the answer that was owed.
        this.#printedLate(this.#owed.shift() as string);
        this.#isOwed = this.#owed.length > 0;
      } else {
        this.#fences.push(answer.value);
      }
    }
    this.#changed?.();
  }

  #lost(): void {
    this.#isLost = true;
    this.#owed = [];
    this.#changed?.();
  }

  async #disconnect(): Promise<void> {
    this.#owed = [];
    await within(this.printer.disconnect(), this.#timings.watchdog).catch(() => undefined);
  }

  #forgetConnection(): void {
    this.#reader = new AnswerReader();
    this.#statuses = [];
    this.#fences = [];
    this.#owed = [];
    this.#isSilent = false;
  }

  /** Wait until `isDone`, which is looked at after everything that happens, or until the time is over. */
  async #until(isDone: () => boolean, milliseconds: number, { polls = true } = {}): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!isDone()) {
      const left = end - performance.now();
      if (left <= 0) {
        return;
      }
      await this.#change(polls ? Math.min(left, this.#timings.polling) : left);
      if (polls && !isDone()) {
        await within(this.printer.poll(), this.#timings.watchdog).catch(() => undefined);
      }
    }
  }

  #change(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#changed = () => {
        clearTimeout(timer);
        this.#changed = null;
        resolve();
      };
    });
  }
}

/** The bytes at the start of a document that print nothing: zeroes, and the reset. */
export function harmlessPrefix(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === 0) {
    at += 1;
  }
  return bytes[at] === RESET[0] && bytes[at + 1] === RESET[1] ? at + RESET.length : 0;
}

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in time")), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
