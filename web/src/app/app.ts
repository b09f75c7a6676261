/** The app behind the screens: made of its parts, opened, locked, and handed from tab to tab. */
import { Api } from "../api/client.ts";
import { ignoreNoAnswer } from "../api/problem.ts";
import { storedLanguage } from "../i18n/language.ts";
import type { MessageKey } from "../i18n/vi.ts";
import { Database } from "../storage/database.ts";
import type { Facts } from "../storage/schema.ts";
import { Clock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { Customers } from "./customers.ts";
import { beginDay, type DayParts, loadDay, refreshDay } from "./day.ts";
import { enrol } from "./enrolment.ts";
import { failureOf } from "./failure.ts";
import { Outbox } from "./outbox.ts";
import { reportPrinted } from "./print_commands.ts";
import { PrintJobs } from "./print_jobs.ts";
import type { PrinterHub, RememberedPrinter } from "./printer_hub.ts";
import { unsettledMoney } from "./procedure.ts";
import { initialState } from "./state.ts";
import { Store } from "./store.ts";
import { takeOver } from "./tabs.ts";
import { Updates } from "./updates.ts";

/** The hash of what the app was built from, as its file is named; `dev` while it is developed. */
export const APP_VERSION = /app-([\w-]+)\.js/.exec(import.meta.url)?.[1] ?? "dev";

const ROUTE_IS_OLD_MS = 5 * 60_000;
/** As many as a `hello` may name. */
const MOST_HELD = 500;
const LONGEST_VERSION = 40;
const SHUT_OUT = 4003;
const REPLACED = 4001;

export class App implements DayParts {
  readonly store = new Store(initialState(storedLanguage()));
  readonly clock: Clock;
  readonly api: Api;
  readonly database: Database;
  readonly printer: PrinterHub;
  readonly customers: Customers;
  readonly printJobs: PrintJobs;
  readonly outbox: Outbox;
  readonly #connection: Connection;
  readonly #updates: Updates;
  #token: string | null = null;
  /** The present time of being in use; another one begins after the phone was locked, or another tab in use. */
  #use: object | null = null;

  private constructor(database: Database, offset: number, printer: PrinterHub) {
    this.database = database;
    database.watch((unkept) => this.store.set({ unkept }));
    this.printer = printer;
    this.clock = new Clock(offset, (changed) => {
      void database.setFacts({ clock_offset: changed }).catch(ignoreNoAnswer);
      this.store.set({ clockWrong: this.clock.isWrong, day: this.clock.day() });
    });
    this.api = new Api("", {
      token: () => this.#token,
      gatewayTime: (time) => this.clock.correct(time),
      // The gateway answers, so that the stream has a chance as well.
      reached: (reached) => reached && this.#connection.hurry(),
      shutOut: () => void this.#shutOut(),
    });
    this.#connection = new Connection(this.store, {
      hello: async () => ({
        type: "hello",
        token: this.#token ?? "",
        app_version: APP_VERSION.slice(0, LONGEST_VERSION),
        holding: (await this.database.jobs())
          .filter((job) => !job.local)
          .map((job) => job.job_id)
          .slice(0, MOST_HELD),
        ...this.#updates.position,
      }),
      take: (frame) => this.#updates.take(frame),
      opened: () => this.outbox.sendNow(),
      signal: () => {
        this.outbox.sendNow();
        void refreshDay(this);
      },
      shown: () => this.#shown(),
      ended: (code) => void this.#streamEnded(code),
    });
    this.customers = new Customers(this);
    this.printJobs = new PrintJobs(this, printer, (frame) => this.#connection.send(frame));
    this.outbox = new Outbox(this, this.customers, this.printJobs);
    this.#updates = new Updates(this, () => this.#shutOut());
  }

  /** Open the app with what the phone holds. */
  static async open(printer: PrinterHub): Promise<App> {
    let app: App | null = null;
    let isLost = false;
    const lost = (): void => {
      isLost = true;
      if (app) {
        app.#tabLost();
      }
    };
    const [database] = await Promise.all([Database.open(), takeOver(lost)]);
    const facts = await database.facts();
    app = new App(database, facts.clock_offset ?? 0, printer);
    if (isLost) {
      app.#tabLost();
    } else {
      await app.#begin(facts);
    }
    return app;
  }

  readonly isEnrolled = (): boolean => this.#token !== null;

  /** Use this tab again after another one had taken over. */
  async resumeHere(): Promise<void> {
    this.store.set({ phase: "starting" });
    await takeOver(() => this.#tabLost());
    await this.#begin(await this.database.facts());
  }

  /** Enrol this phone. Throws `ApiProblem` where the code is not accepted, `NoAnswer` where nobody knows. */
  async enrol(code: string, deviceName: string): Promise<void> {
    await enrol(this, code, deviceName);
    await this.#begin(await this.database.facts());
  }

  /** Go from the lock to enrolling anew. */
  async enrolAgain(): Promise<void> {
    await this.database.wipe(null);
    this.store.set({ phase: "enrol" });
  }

  /** Do what a button does; where that fails, the person is shown what to do. Never fails itself. */
  async attempt(act: () => Promise<unknown>, besides?: MessageKey): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.store.set({ failure: failureOf(error, besides) });
    }
  }

  /** Try at once what waits. */
  syncNow(): void {
    this.#connection.hurry();
    this.outbox.sendNow();
  }

  // --- life

  async #begin(facts: Partial<Facts>): Promise<void> {
    this.store.set({ clockWrong: this.clock.isWrong, day: this.clock.day() });
    if (facts.token && facts.device) {
      this.#token = facts.token;
      await this.#start(facts);
    } else {
      this.store.set({ phase: facts.locked ? "locked" : "enrol", unsettled: facts.locked?.unsettled ?? [] });
    }
  }

  async #start(facts: Partial<Facts>): Promise<void> {
    const use = {};
    this.#use = use;
    const isOver = (): boolean => this.#use !== use;
    if (facts.day !== this.clock.day()) {
      // Where nothing can be thrown away, the day begins all the same.
      await beginDay(this).catch(ignoreNoAnswer);
    }
    await this.#load(facts);
    this.outbox.start();
    this.store.set({ phase: "ready" });
    await drawn(); // The screen first: what follows keeps a slow phone busy for a while.
    if (!isOver()) {
      await this.printJobs.start();
    }
    if (!isOver()) {
      await this.#startPrinter(facts.printer);
    }
    if (isOver()) {
      return;
    }
    this.#connection.start();
    this.printJobs.printNow();
    this.outbox.sendNow();
    void refreshDay(this);
    void navigator.storage?.persist?.().then((persisted) => this.store.set({ persisted }));
  }

  #startPrinter(remembered: unknown): Promise<void> {
    return this.printer.begin(
      this.api,
      {
        changed: (status) => this.printJobs.printerChanged(status),
        remember: (printer) => void this.attempt(() => this.database.setFacts({ printer })),
        printedLate: (jobId, attempt) => void this.attempt(() => reportPrinted(this, jobId, attempt)),
        stamp: () => this.clock.stamp(),
      },
      (remembered as RememberedPrinter | undefined) ?? null,
    );
  }

  async #load(facts: Partial<Facts>): Promise<void> {
    await loadDay(this, facts);
    this.#updates.resume(facts.feed);
  }

  #shown(): void {
    void this.#beginNewDay();
    this.outbox.sendNow();
    const read = Date.parse(this.store.state.route?.read_at ?? "1970-01-01T00:00:00Z");
    if (this.clock.now() - read > ROUTE_IS_OLD_MS) {
      void refreshDay(this);
    }
  }

  async #beginNewDay(): Promise<void> {
    if (this.clock.day() !== this.store.state.day && this.store.state.phase === "ready") {
      await beginDay(this).catch(ignoreNoAnswer);
      await this.#load(await this.database.facts());
      void refreshDay(this);
    }
  }

  #stop(): void {
    this.#use = null;
    this.#connection.stop();
    this.outbox.stop();
    this.printJobs.stop();
  }

  #tabLost(): void {
    if (this.store.state.phase !== "locked") {
      this.#stop();
      this.store.set({ phase: "elsewhere" });
    }
  }

  async #shutOut(): Promise<void> {
    if (this.#token === null) {
      return;
    }
    this.#token = null;
    this.#stop();
    const unsettled = unsettledMoney(this.store.state.commands);
    this.store.set({ ...initialState(this.store.state.language), phase: "locked", unsettled });
    this.#updates.forget();
    this.customers.forget();
    await this.database.wipe({ at: this.clock.stamp(), ...(unsettled.length > 0 ? { unsettled } : {}) });
  }

  async #streamEnded(code: number): Promise<void> {
    if (code === SHUT_OUT) {
      await this.#shutOut();
    } else if (code === REPLACED) {
      this.#stop();
      this.store.set({ phase: "elsewhere" });
    } else {
      this.store.set({ online: false, problem: "app-too-old" });
    }
  }
}

/** The screen has been drawn; or cannot be seen at all. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });
}
