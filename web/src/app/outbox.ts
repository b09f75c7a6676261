/** What the collector does, kept and sent; and what follows from the answers. */
import { ignoreNoAnswer } from "../api/problem.ts";
import type { HandInReply, PaymentReply, ShiftReply, VisitReply } from "../api/types.ts";
import type { Command, CurrentVisit } from "../storage/schema.ts";
import { Syncer } from "../sync/syncer.ts";
import type { Core } from "./core.ts";
import type { Customers } from "./customers.ts";
import { refreshCutTasks } from "./cut_tasks.ts";
import type { PrintJobs } from "./print_jobs.ts";
import { changeStop } from "./route.ts";
import { keepShift, refreshShift } from "./shift.ts";
import { alone } from "./tabs.ts";
import { notePaid, showVisit } from "./visits.ts";

/** Longer than a request waits for its answer. */
const OTHER_TAB_MS = 20_000;

/** A command that has not been kept yet. */
export type NewCommand = Omit<Command, "seq" | "state" | "tries" | "made_at" | "clock_offset">;

/** What commands are submitted through. */
export interface Sender extends Core {
  readonly outbox: Outbox;
}

/** Of a command that concerns no customer. */
export const NOBODY = { lane: "own", customer_code: null, customer_name: "" } as const;

export class Outbox {
  readonly #core: Core;
  readonly #customers: Customers;
  readonly #printJobs: PrintJobs;
  #syncer: Syncer | null = null;

  constructor(core: Core, customers: Customers, printJobs: PrintJobs) {
    this.#core = core;
    this.#customers = customers;
    this.#printJobs = printJobs;
  }

  start(): void {
    const { api, clock, database } = this.#core;
    this.#syncer = new Syncer({
      outbox: database,
      send: ({ route, params, body, keyed, id }) => api.send(route, { params, body, ...(keyed ? { key: id } : {}) }),
      changed: (command) => void this.#changed(command),
      stamp: () => clock.stamp(),
      clockOffset: () => clock.offset,
      // Another tab that was in use may still wait for an answer: what came of it is known once it is over.
      alone: (work) =>
        alone(
          "sync",
          async () => {
            await this.#followOtherTab();
            await work();
          },
          OTHER_TAB_MS,
        ),
    });
  }

  stop(): void {
    this.#syncer?.stop();
    this.#syncer = null;
  }

  /** Keep a command and send it. Returns what is kept: the same one where it was there already. */
  async submit(command: NewCommand, visit: CurrentVisit | null = null): Promise<Command> {
    const { clock, database, store } = this.#core;
    const kept = await database.addCommand(
      { ...command, state: "waiting", tries: 0, made_at: clock.stamp(), clock_offset: clock.offset },
      visit,
    );
    store.set({ commands: await database.commands() });
    if (visit) {
      showVisit(this.#core, visit);
    }
    this.sendNow();
    return kept;
  }

  /** Try at once what waits. */
  sendNow(): void {
    void this.#syncer?.kick();
  }

  /** A person has seen that it was refused. */
  async markSeen(command: Command): Promise<void> {
    const { database, store } = this.#core;
    await database.putCommand({ ...command, seen: true });
    store.set({ commands: await database.commands() });
  }

  /** Show what another tab has kept or settled since this one was opened. */
  async #followOtherTab(): Promise<void> {
    const { database, store } = this.#core;
    const kept = await database.commands();
    const shown = new Map(store.state.commands.map(({ seq, state }) => [seq, state]));
    if (kept.some(({ seq }) => !shown.has(seq))) {
      store.set({ commands: kept });
    }
    for (const command of kept) {
      if (shown.get(command.seq) === "waiting" && command.state !== "waiting") {
        void this.#changed(command);
      }
    }
  }

  async #changed(command: Command): Promise<void> {
    if (!this.#core.isEnrolled()) {
      return;
    }
    this.#core.store.set({ commands: await this.#core.database.commands() });
    try {
      if (command.state === "sent") {
        await this.#sent(command);
      } else if (command.state === "refused") {
        await this.#refused(command);
      }
    } catch (error) {
      ignoreNoAnswer(error);
    }
  }

  async #sent(command: Command): Promise<void> {
    const core = this.#core;
    switch (command.kind) {
      case "visit": {
        const { visit } = command.answer as VisitReply;
        await changeStop(core, visit.customer_code, { outcome: visit.outcome });
        await this.#customers.read(visit.customer_code);
        return;
      }
      case "payment": {
        const { payment, account } = command.answer as PaymentReply;
        await notePaid(core, command.id, account);
        await Promise.all([this.#customers.read(payment.customer_code), refreshShift(core)]);
        return;
      }
      case "withdrawal":
      case "report":
        if (command.customer_code) {
          await this.#customers.read(command.customer_code);
        }
        await this.#customers.refreshRoute();
        return;
      case "note":
      case "sms_language":
        if (command.customer_code) {
          await this.#customers.read(command.customer_code);
        }
        return;
      case "complaint":
        return;
      case "cut_report":
      case "warning_delivery":
        await refreshCutTasks(core);
        return;
      case "phone":
        if (command.customer_code) {
          const { details } = await this.#customers.read(command.customer_code);
          const phone = details?.facts.phone;
          await changeStop(core, command.customer_code, phone ? { phone } : {});
        }
        return;
      case "hand_in":
        await keepShift(core, (command.answer as HandInReply).shift);
        return;
      case "shift_open":
        await keepShift(core, (command.answer as ShiftReply).shift);
        return;
      case "shift_close":
        core.store.set({ closedShift: (command.answer as ShiftReply).shift });
        await keepShift(core, null);
        return;
      default:
        await this.#printJobs.refresh();
    }
  }

  /** What the phone believed was wrong: read what is true. */
  async #refused({ kind, customer_code: code }: Command): Promise<void> {
    if (kind === "shift_open" || kind === "shift_close" || kind === "hand_in") {
      // Opened or closed by another phone, or at the desk.
      await refreshShift(this.#core);
    } else if (kind === "cut_report" || kind === "warning_delivery") {
      await refreshCutTasks(this.#core);
    } else if (code) {
      await this.#customers.read(code).catch(ignoreNoAnswer);
      if (kind === "payment") {
        await refreshShift(this.#core);
      }
    }
  }
}
