/** Sends what waits on the phone: in order, one at a time, and each thing once in effect. */
import { ApiProblem, NoAnswer } from "../api/problem.ts";
import type { Command } from "../storage/schema.ts";
import { pauseAfter } from "./backoff.ts";

export interface Outbox {
  commands(): Promise<Command[]>;
  putCommand(command: Command): Promise<void>;
}

export interface SyncerParts {
  readonly outbox: Outbox;
  /** Send a command; throws `ApiProblem` or `NoAnswer`. */
  send(command: Command): Promise<unknown>;
  /** A command was sent or refused, or tried in vain; it is stored already. */
  changed(command: Command): void;
  /** Nothing can be sent at the moment, or it can again. */
  stamp(): string;
  /** What the phone's clock is known to be behind by now. */
  clockOffset(): number;
  /** Run `work` while no other tab does the same. */
  alone(work: () => Promise<void>): Promise<void>;
  random?(): number;
}

/** A command that the gateway cannot serve (500) keeps back only its own lane. */
const STUCK_MS = 30_000;
const TIMER_MS = 60_000;

export class Syncer {
  readonly #parts: SyncerParts;
  readonly #notBefore = new Map<string, number>();
  #failures = 0;
  /** Rounds in a row that ended with an unexpected error, such as a full disk. */
  #errors = 0;
  #running: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(parts: SyncerParts) {
    this.#parts = parts;
  }

  /** Requests in a row that got no answer. */
  get failures(): number {
    return this.#failures;
  }

  /** Send what waits now: something was added, signal is back, the app came to the front. */
  kick(): Promise<void> {
    if (this.#stopped) {
      return Promise.resolve();
    }
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = Promise.resolve().then(() => this.#rounds());
    return this.#running;
  }

  /** Until nothing is being sent any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #rounds(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#parts.alone(() => this.#round());
      } while (this.#again && !this.#stopped);
      this.#errors = 0;
    } catch (error) {
      console.error("sending failed", error);
      this.#errors += 1;
    } finally {
      // In one step: a kick that comes before it is seen by the loop, one that comes after it begins anew.
      this.#running = null;
      this.#scheduleNext();
    }
  }

  #scheduleNext(): void {
    if (!this.#stopped) {
      const failures = Math.max(this.#failures, this.#errors);
      const pause = failures > 0 ? pauseAfter(failures, this.#parts.random) : TIMER_MS;
      this.#timer = setTimeout(() => void this.kick(), pause);
    }
  }

  async #round(): Promise<void> {
    while (!this.#stopped) {
      const next = nextToSend(await this.#parts.outbox.commands(), this.#notBefore, Date.now());
      if (next === null || !(await this.#sendOne(next))) {
        return;
      }
    }
  }

  /** Whether the next one may follow. */
  async #sendOne(command: Command): Promise<boolean> {
    try {
      const answer = await this.#parts.send(command);
      this.#failures = 0;
      await this.#settle({ ...command, state: "sent", answer });
      return true;
    } catch (error) {
      if (error instanceof NoAnswer) {
        this.#failures += 1;
        await this.#keep({ ...command, tries: command.tries + 1 });
        return false;
      }
      if (!(error instanceof ApiProblem)) {
        throw error;
      }
      if (error.status === 401) {
        return false; // Shut out: the app wipes itself.
      }
      this.#failures = 0;
      if (error.status >= 500) {
        this.#notBefore.set(command.lane, Date.now() + STUCK_MS);
        await this.#keep({ ...command, tries: command.tries + 1 });
        return true;
      }
      const again = withClockCorrected(command, error, this.#parts.clockOffset());
      if (again) {
        await this.#keep(again);
        return true;
      }
      const { slug, status, detail, facts } = error;
      await this.#settle({ ...command, state: "refused", problem: { slug, status, detail, facts } });
      return true;
    }
  }

  #settle(command: Command): Promise<void> {
    return this.#keep({ ...command, settled_at: this.#parts.stamp() });
  }

  async #keep(command: Command): Promise<void> {
    await this.#parts.outbox.putCommand(command);
    this.#parts.changed(command);
  }
}

/** The first command that waits, in the order of making; lanes that are stuck are passed over. */
export function nextToSend(
  commands: readonly Command[],
  notBefore: ReadonlyMap<string, number>,
  now: number,
): Command | null {
  const waiting = commands.filter((command) => command.state === "waiting");
  waiting.sort((one, other) => (one.seq ?? 0) - (other.seq ?? 0));
  return waiting.find((command) => (notBefore.get(command.lane) ?? 0) <= now) ?? null;
}

const MOMENTS = ["visited_at", "received_at", "opened_at", "closed_at", "stated_at"];

/**
 * The command with its moment put right, where the gateway has refused it because the phone's clock was wrong and more
 * is known about the clock now. A refusal leaves nothing behind, so the id may stand for the corrected content.
 */
export function withClockCorrected(command: Command, problem: ApiProblem, offset: number): Command | null {
  const correction = offset - command.clock_offset;
  if (problem.slug !== "clock-wrong" || Math.abs(correction) < 1_000) {
    return null;
  }
  const body: Record<string, unknown> = { ...command.body };
  for (const name of MOMENTS) {
    if (typeof body[name] === "string") {
      body[name] = new Date(Date.parse(body[name]) + correction).toISOString();
    }
  }
  return { ...command, body, clock_offset: offset, tries: command.tries + 1 };
}
