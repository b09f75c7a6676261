/** The app behind the screens: what it knows, what it hears, and what it does. */
import { Api } from "../api/client.ts";
import { ApiProblem, NoAnswer } from "../api/problem.ts";
import type { AccountUpdate, CustomerAccount, PaymentReply, ShiftReply, VisitReply } from "../api/types.ts";
import { type Language, storedLanguage, storeLanguage } from "../i18n/language.ts";
import { loadLanguage } from "../i18n/translate.ts";
import { Database } from "../storage/database.ts";
import type { Command, CustomerFile, Facts, Transfer } from "../storage/schema.ts";
import { type FromGateway, Stream } from "../stream/stream.ts";
import { PrintQueue } from "../stream/print_queue.ts";
import { Syncer } from "../sync/syncer.ts";
import { Clock, dayOf } from "./clock.ts";
import { newDeviceKey, publicKeyOf } from "./device_key.ts";
import { newId } from "./ids.ts";
import { transfersNow } from "./procedure.ts";
import { RouteIndex } from "./search/search.ts";
import { sayPrinted } from "./commands.ts";
import type { PrinterHub, RememberedPrinter } from "./printing.ts";
import { initialState, type PrinterStatus } from "./state.ts";
import { Store } from "./store.ts";
import { alone, aloneOrNot, takeOver } from "./tabs.ts";
import { tidyLine } from "./text.ts";

/** The hash of what the app was built from, as its file is named; `dev` while it is developed. */
export const APP_VERSION = /app-([\w-]+)\.js/.exec(import.meta.url)?.[1] ?? "dev";

/** How many customers are downloaded at once. */
const DOWNLOADS = 3;
const HISTORY = 5;
const ROUTE_IS_OLD_MS = 5 * 60_000;
const FEED_SAVE_MS = 500;
const LOOK_AGAIN_MS = 8_000;
const RENEW_MS = 3_000;
/** A connection takes a moment to open: only what lasts longer is told. */
const OFFLINE_AFTER_MS = 2_500;

export class App {
  readonly store = new Store(initialState(storedLanguage()));
  readonly clock: Clock;
  readonly api: Api;
  readonly database: Database;
  readonly printer: PrinterHub;
  #token: string | null = null;
  #feed: { epoch: string; seq: number } | null = null;
  #feedTimer: ReturnType<typeof setTimeout> | undefined;
  #stream: Stream | null = null;
  #syncer: Syncer | null = null;
  #queue: PrintQueue | null = null;
  #downloading: Promise<void> | null = null;
  #wanted = new Set<string>();
  #index: RouteIndex | null = null;
  #heardAt = 0;
  #renewedAt = 0;
  #heldTimer: ReturnType<typeof setTimeout> | undefined;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;

  private constructor(database: Database, offset: number, printer: PrinterHub) {
    this.database = database;
    this.printer = printer;
    this.clock = new Clock(offset, (changed) => {
      void database.setFacts({ clock_offset: changed });
      this.store.set({ clockWrong: this.clock.isWrong, day: this.clock.day() });
    });
    this.api = new Api("", {
      token: () => this.#token,
      heardTime: (time) => this.clock.heard(time),
      reached: (reached) => reached && this.#reached(),
      shutOut: () => void this.#shutOut(),
    });
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

  // --- life

  async #begin(facts: Partial<Facts>): Promise<void> {
    this.store.set({ clockWrong: this.clock.isWrong, day: this.clock.day() });
    if (facts.token && facts.device) {
      this.#token = facts.token;
      await this.#ready(facts);
    } else {
      this.store.set({ phase: facts.locked ? "locked" : "enrol" });
    }
  }

  /** Use this tab again after another one had taken over. */
  async resumeHere(): Promise<void> {
    this.store.set({ phase: "starting" });
    await takeOver(() => this.#tabLost());
    await this.#begin(await this.database.facts());
  }

  async #ready(facts: Partial<Facts>): Promise<void> {
    if (facts.day !== this.clock.day()) {
      await this.#beginDay();
    }
    await this.#load(facts);
    const queue = new PrintQueue({
      store: this.database,
      printer: this.printer,
      say: (frame) => this.#stream?.say(frame),
      changed: () => void this.#jobsChanged(),
      now: () => this.clock.now(),
      alone: (work) => alone("printer", work),
    });
    this.#queue = queue;
    this.#syncer = new Syncer({
      outbox: this.database,
      send: (command) =>
        this.api.send(command.route, {
          params: command.params,
          body: command.body,
          ...(command.keyed ? { key: command.id } : {}),
        }),
      changed: (command) => void this.#commandChanged(command),
      stamp: () => this.clock.stamp(),
      clockOffset: () => this.clock.offset,
      alone: (work) => aloneOrNot("sync", work),
    });
    this.#stream = new Stream({
      address: `${location.origin.replace(/^http/, "ws")}/v1/stream`,
      hello: async () => ({
        type: "hello",
        token: this.#token ?? "",
        app_version: APP_VERSION.slice(0, 40),
        holding: (await this.database.jobs()).map((job) => job.job_id).slice(0, 500),
        ...(this.#feed ? { epoch: this.#feed.epoch, last_seq: this.#feed.seq } : {}),
      }),
      take: (frame) => this.#take(frame),
      opened: () => {
        clearTimeout(this.#offlineTimer);
        this.store.set({ online: true, offline: false });
        void this.#syncer?.kick();
      },
      lost: () => this.#isOffline(),
      ended: (code) => void this.#streamEnded(code),
    });
    this.store.set({ phase: "ready" });
    await shown(); // The screen first: what follows keeps a slow phone busy for a while.
    if (await queue.recover()) {
      this.printer.mayBeStuck();
    }
    await this.printer.begin(
      this.api,
      {
        changed: (status) => this.printerChanged(status),
        remember: (remembered) => void this.database.setFacts({ printer: remembered }),
        printedLate: (jobId, attempt) => void sayPrinted(this, jobId, attempt),
        stamp: () => this.clock.stamp(),
      },
      (facts.printer as RememberedPrinter | undefined) ?? null,
    );
    if (this.#queue !== queue) {
      return; // Another tab has taken over, or the phone was locked.
    }
    this.#isOffline();
    this.#stream.start();
    queue.kick();
    void this.#syncer.kick();
    this.#listen();
    void this.refresh();
    void navigator.storage?.persist?.().then((persisted) => this.store.set({ persisted }));
  }

  async #beginDay(): Promise<void> {
    const day = this.clock.day();
    await this.database.beginDay(day, (moment) => dayOf(moment) < day);
  }

  async #load(facts: Partial<Facts>): Promise<void> {
    const [stops, files, commands, visits, transfers, jobs] = await Promise.all([
      this.database.stops(),
      this.database.customers(),
      this.database.commands(),
      this.database.visits(),
      this.database.transfers(),
      this.database.jobs(),
    ]);
    this.#feed = facts.feed ?? null;
    this.#index = null;
    this.store.set({
      device: facts.device ?? null,
      collector: facts.collector ?? null,
      settings: facts.settings ?? null,
      points: facts.points ?? [],
      shift: facts.shift ?? null,
      shiftKnown: facts.shift !== undefined,
      day: this.clock.day(),
      route: facts.route ?? null,
      stops,
      files: Object.fromEntries(files.map((file) => [file.customer_code, file])),
      downloaded: files.filter((file) => file.account !== null).length,
      commands,
      visits: Object.fromEntries(visits.map((visit) => [visit.customer_code, visit])),
      transfers,
      jobs,
    });
    // Killed between an answer and what follows from it: it follows now.
    for (const visit of visits) {
      const paid = commands.find(
        (one) => one.kind === "payment" && one.id === visit.payment_id && one.state === "sent",
      );
      if (paid && !visit.over) {
        await this.#paid(visit.customer_code, visit.payment_id, (paid.answer as PaymentReply).account.debt);
      }
    }
  }

  readonly #onOnline = (): void => {
    // Phones say it several times while they change masts.
    if (Date.now() - this.#renewedAt > RENEW_MS) {
      this.#renewedAt = Date.now();
      this.#stream?.renew();
    } else {
      this.#stream?.hurry();
    }
    void this.#syncer?.kick();
    void this.refresh();
  };

  readonly #onFocus = (): void => {
    if (document.visibilityState === "visible") {
      void this.#dayBegins();
      // A page in the background is frozen: the connection may be long dead.
      if (Date.now() - this.#heardAt > ROUTE_IS_OLD_MS) {
        this.#stream?.renew();
      } else {
        this.#stream?.hurry();
      }
      void this.#syncer?.kick();
      const read = Date.parse(this.store.state.route?.read_at ?? "1970-01-01T00:00:00Z");
      if (this.clock.now() - read > ROUTE_IS_OLD_MS) {
        void this.refresh();
      }
    }
  };

  #listen(): void {
    addEventListener("online", this.#onOnline);
    addEventListener("offline", this.#onGone);
    document.addEventListener("visibilitychange", this.#onFocus);
    addEventListener("focus", this.#onFocus);
  }

  #isOffline(): void {
    this.store.set({ online: false, offline: this.store.state.offline || !navigator.onLine });
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = setTimeout(() => this.store.set({ offline: true }), OFFLINE_AFTER_MS);
  }

  readonly #onGone = (): void => this.store.set({ offline: true, online: false });

  #stop(): void {
    clearTimeout(this.#offlineTimer);
    removeEventListener("offline", this.#onGone);
    removeEventListener("online", this.#onOnline);
    document.removeEventListener("visibilitychange", this.#onFocus);
    removeEventListener("focus", this.#onFocus);
    this.#stream?.stop();
    this.#syncer?.stop();
    this.#queue?.stop();
    clearTimeout(this.#heldTimer);
    this.#stream = this.#syncer = this.#queue = null;
    this.store.set({ online: false });
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
    clearTimeout(this.#feedTimer);
    const { language } = this.store.state;
    this.store.set({ ...initialState(language), phase: "locked" });
    this.#index = null;
    this.#feed = null;
    this.#wanted.clear();
    await this.database.wipe({ at: this.clock.stamp() });
  }

  async #streamEnded(code: number): Promise<void> {
    if (code === 4003) {
      await this.#shutOut();
    } else if (code === 4001) {
      this.#stop();
      this.store.set({ phase: "elsewhere" });
    } else {
      this.store.set({ online: false, problem: "app-too-old" });
    }
  }

  #reached(): void {
    // The gateway answers, so that the stream has a chance as well.
    this.#stream?.hurry();
  }

  /** Throws where the words of a language cannot be loaded. */
  async setLanguage(language: Language): Promise<void> {
    await loadLanguage(language);
    storeLanguage(language);
    document.documentElement.lang = language;
    this.store.set({ language });
  }

  // --- enrolment

  /** Let this phone in. Throws `ApiProblem` where the code is not accepted, `NoAnswer` where nobody knows. */
  async enrol(code: string, deviceName: string): Promise<void> {
    const facts = await this.database.facts();
    const typed = code.trim().toUpperCase();
    const pair = facts.device_key ?? (await newDeviceKey());
    // After a lost answer the same code with the same id gives the same device; another code is another enrolment.
    const enrolling =
      facts.enrolling?.code === typed ? facts.enrolling : { device_id: newId(this.clock.now()), code: typed };
    await this.database.setFacts({ device_key: pair, enrolling });
    const answer = await this.api.call("POST /v1/enrolments", {
      key: enrolling.device_id,
      body: {
        code: typed,
        device_name: tidyLine(deviceName).slice(0, 80) || "Điện thoại",
        public_key: await publicKeyOf(pair),
      },
    });
    if (answer.device.role !== "collector") {
      throw new ApiProblem("not-a-collector", 403, "");
    }
    await this.database.setFacts({ token: answer.token, device: answer.device });
    await this.database.forgetFact("enrolling");
    await this.database.forgetFact("locked");
    this.#token = answer.token;
    await this.#ready(await this.database.facts());
  }

  /** Go from the lock to enrolling anew. */
  async enrolAgain(): Promise<void> {
    await this.database.wipe(null);
    this.store.set({ phase: "enrol" });
  }

  // --- reading

  /** Read everything that the day needs. */
  async refresh(): Promise<void> {
    await Promise.allSettled([this.refreshRoute(), this.refreshShift(), this.refreshPapers(), this.#refreshFacts()]);
  }

  async #dayBegins(): Promise<void> {
    if (this.clock.day() !== this.store.state.day && this.store.state.phase === "ready") {
      await this.#beginDay();
      await this.#load(await this.database.facts());
      void this.refresh();
    }
  }

  async refreshRoute(): Promise<void> {
    const day = this.clock.day();
    const { stops } = await this.api.call("GET /v1/route", { query: { day } });
    const route = { day, read_at: this.clock.stamp() };
    await this.database.replaceRoute(stops, route);
    this.#index = null;
    this.store.set({ stops, route, day });
    this.download(
      stops.filter((stop) => this.#isToBeRead(stop.customer.customer_code)).map((stop) => stop.customer.customer_code),
    );
  }

  #isToBeRead(customerCode: string): boolean {
    const file = this.store.state.files[customerCode];
    return !file?.account || file.outdated || dayOf(file.read_at) !== this.clock.day();
  }

  /** Bring customers onto the phone for when there is no signal. */
  download(customerCodes: readonly string[]): void {
    for (const code of customerCodes) {
      this.#wanted.add(code);
    }
    this.#downloading ??= this.#download().finally(() => {
      this.#downloading = null;
    });
  }

  async #download(): Promise<void> {
    const next = async (): Promise<void> => {
      for (let [code] = this.#wanted; code !== undefined && this.#token !== null; [code] = this.#wanted) {
        this.#wanted.delete(code);
        await this.readCustomer(code);
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: DOWNLOADS }, next));
    if (ended.some((one) => one.status === "rejected")) {
      // No signal: the rest is asked for with the next route.
      this.#wanted.clear();
    }
  }

  /** Read a customer with bills. Throws like any request. */
  async readCustomer(customerCode: string): Promise<CustomerFile> {
    const params = { customer_code: customerCode };
    const [details, account] = await Promise.all([
      this.api.call("GET /v1/customers/{customer_code}", { params }),
      this.api.call("GET /v1/customers/{customer_code}/account", { params, query: { history: HISTORY } }),
    ]);
    const known = this.store.state.files[customerCode];
    const newer = known?.account && known.account.account.version > account.account.version ? known.account : account;
    const file: CustomerFile = {
      customer_code: customerCode,
      details,
      account: newer,
      read_at: this.clock.stamp(),
      outdated: newer !== account,
    };
    if (this.#token === null) {
      return file; // Shut out meanwhile: nothing is kept any more.
    }
    if (
      known?.account?.account.version !== newer.account.version ||
      known.details?.facts.version !== details.facts.version ||
      !this.store.state.stops.some(
        (stop) => stop.customer.customer_code === customerCode && stop.customer.debt === newer.account.debt,
      )
    ) {
      await this.#debtIs(customerCode, newer.account.debt);
    }
    await this.database.putCustomer(file);
    this.#show(file);
    await this.#lookAtTransfers(customerCode, newer);
    return file;
  }

  #show(file: CustomerFile): void {
    if (this.#token === null) {
      return;
    }
    const files = { ...this.store.state.files, [file.customer_code]: file };
    this.store.set({ files, downloaded: Object.values(files).filter((one) => one.account !== null).length });
  }

  async #debtIs(customerCode: string, debt: number): Promise<void> {
    await this.#changeStop(customerCode, { debt });
  }

  async #changeStop(
    customerCode: string,
    change: { debt?: number; phone?: string; visited?: { outcome: "met" | "away" | "cannot_pay" } },
  ): Promise<void> {
    const { stops } = this.store.state;
    const place = stops.findIndex((stop) => stop.customer.customer_code === customerCode);
    const stop = stops[place];
    if (!stop) {
      return;
    }
    const { debt = stop.customer.debt, phone = stop.customer.phone } = change;
    const changed = {
      ...stop,
      customer: { ...stop.customer, debt, phone },
      done_today: stop.done_today || debt <= 0 || change.visited !== undefined,
      last_outcome: change.visited?.outcome ?? stop.last_outcome,
    };
    await this.database.changeStop(customerCode, () => changed);
    this.#index = null;
    this.store.set({ stops: this.store.state.stops.with(place, changed) });
  }

  async #lookAtTransfers(customerCode: string, account: CustomerAccount): Promise<void> {
    const transfers = this.store.state.transfers.filter((one) => one.customer_code === customerCode);
    for (const now of transfersNow(transfers, account, this.clock.stamp())) {
      if (!transfers.includes(now)) {
        await this.database.putTransfer(now);
      }
    }
    this.store.set({ transfers: await this.database.transfers() });
  }

  async refreshShift(): Promise<void> {
    try {
      const { shift } = await this.api.call("GET /v1/shifts/current");
      await this.#keepShift(shift);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 404) {
        throw error;
      }
      await this.#keepShift(null);
    }
  }

  async #keepShift(shift: ShiftReply["shift"] | null): Promise<void> {
    if (this.#token !== null) {
      await this.database.setFacts({ shift });
      this.store.set({ shift, shiftKnown: true });
    }
  }

  async refreshPapers(): Promise<void> {
    const { print_jobs: papers } = await this.api.call("GET /v1/print-jobs", { query: { limit: 60 } });
    this.store.set({ papers });
  }

  async #refreshFacts(): Promise<void> {
    const [collector, settings] = await Promise.all([
      this.api.call("GET /v1/me/collector"),
      this.api.call("GET /v1/app-settings"),
    ]);
    const { collection_points: points } = await this.api.call("GET /v1/collection-points", {
      query: { unit_code: collector.unit_code, limit: 10 },
    });
    if (this.#token !== null) {
      await this.database.setFacts({ collector, settings, points });
      this.store.set({ collector, settings, points });
    }
  }

  /** The route's customers under their search keys. */
  get index(): RouteIndex {
    this.#index ??= new RouteIndex(this.store.state.stops);
    return this.#index;
  }

  // --- what the gateway says

  async #take(frame: FromGateway): Promise<void> {
    this.#heardAt = Date.now();
    const queue = this.#queue;
    switch (frame.type) {
      case "welcome":
        this.clock.heard(Date.parse(frame.now));
        if (frame.refresh || this.#feed === null) {
          await this.database.markOutdated(null);
          this.#feed = { epoch: frame.epoch, seq: frame.seq };
          void this.refresh();
        }
        this.#feed = { ...this.#feed, epoch: frame.epoch };
        this.#saveFeed();
        await queue?.welcomed();
        return;
      case "job":
        await queue?.offered(frame);
        return;
      case "confirmed":
        await queue?.confirmed(frame.job_id, frame.attempt);
        return;
      case "withdrawn":
        await queue?.withdrawn(frame.job_id);
        void this.refreshPapers().catch(ignoreNoAnswer);
        return;
      case "acknowledged":
        if (frame.state !== "held" && frame.state !== "printing") {
          await queue?.acknowledged(frame.job_id, frame.attempt);
        }
        void this.refreshPapers().catch(ignoreNoAnswer);
        return;
      case "account":
        await this.#accountChanged(frame);
        this.#heardUpTo(frame.seq);
        return;
      case "customer":
        this.#heardUpTo(frame.seq);
        if (!frame.on_route || !this.store.state.files[frame.customer_code]) {
          void this.refreshRoute().catch(ignoreNoAnswer);
        } else {
          await this.database.markOutdated(frame.customer_code);
          this.download([frame.customer_code]);
        }
        return;
      case "refresh":
        await this.database.markOutdated(null);
        this.#heardUpTo(frame.seq);
        void this.refresh();
        return;
      case "revoked":
        await this.#shutOut();
        return;
      case "problem":
        console.error("the gateway refused a frame", frame.slug);
        if (frame.job_id) {
          await queue?.refused(frame.job_id);
        }
        return;
    }
  }

  #heardUpTo(seq: number): void {
    if (this.#feed) {
      this.#feed = { ...this.#feed, seq };
      this.#saveFeed();
    }
  }

  #saveFeed(): void {
    // Many updates may come at once; the last position counts, and an older one only means to hear them again.
    clearTimeout(this.#feedTimer);
    this.#feedTimer = setTimeout(() => {
      if (this.#feed && this.#token !== null) {
        void this.database.setFacts({ feed: this.#feed });
      }
    }, FEED_SAVE_MS);
  }

  async #accountChanged(update: AccountUpdate): Promise<void> {
    const code = update.customer_code;
    const file = this.store.state.files[code];
    // Told also where the account itself was read before the news came: it says where the money was paid.
    if (update.what === "payment.recorded" && update.payment) {
      const { where, amount, received_at: at, method } = update.payment;
      this.store.set({ paid: { ...this.store.state.paid, [code]: { where, amount, at, method } } });
    }
    if (file?.account && file.account.account.version >= update.version) {
      return;
    }
    if (file) {
      // What is known for certain now; the bills themselves are read afresh.
      const account = file.account && {
        ...file.account,
        account: {
          ...file.account.account,
          debt: update.debt,
          credit: update.credit,
          open_bills: update.open_bills,
          version: update.version,
        },
      };
      const changed = { ...file, account, outdated: true };
      await this.database.putCustomer(changed);
      this.#show(changed);
    }
    await this.#debtIs(code, update.debt);
    if (this.store.state.stops.some((stop) => stop.customer.customer_code === code)) {
      this.download([code]);
    } else {
      void this.refreshRoute().catch(ignoreNoAnswer);
    }
    if (update.payment?.method === "cash") {
      void this.refreshShift().catch(ignoreNoAnswer);
    }
  }

  async #jobsChanged(): Promise<void> {
    const jobs = await this.database.jobs();
    const isOffered = jobs.length > this.store.state.jobs.length;
    this.store.set({ jobs, held: this.#queue?.held ?? null, printing: this.#queue?.printing ?? null });
    this.#lookAgainWhileHeld();
    if (isOffered) {
      void this.refreshPapers().catch(ignoreNoAnswer);
    }
  }

  // --- doing

  /** Keep a command and send it. Returns what is kept: the same one where it was there already. */
  async submit(
    command: Omit<Command, "seq" | "state" | "tries" | "made_at" | "clock_offset">,
    visit: Parameters<Database["addCommand"]>[1] = null,
  ): Promise<Command> {
    const kept = await this.database.addCommand(
      { ...command, state: "waiting", tries: 0, made_at: this.clock.stamp(), clock_offset: this.clock.offset },
      visit,
    );
    this.store.set({
      commands: await this.database.commands(),
      ...(visit ? { visits: { ...this.store.state.visits, [visit.customer_code]: visit } } : {}),
    });
    void this.#syncer?.kick();
    return kept;
  }

  /** Try at once what waits. */
  syncNow(): void {
    this.#stream?.hurry();
    void this.#syncer?.kick();
  }

  /** The printer is there, has paper, or its cover is closed: go on. */
  printNow(): void {
    this.#queue?.kick();
  }

  /** Give up a paper that lies on this phone and has not begun. */
  async giveUpPaper(jobId: string): Promise<void> {
    const kept = await this.database.changeJob(jobId, (job) =>
      job?.phase === "ready" || job?.phase === "stored"
        ? { ...job, phase: "done", state: "cancelled", cause: "user_cancelled" }
        : undefined,
    );
    if (kept?.phase === "done") {
      this.#stream?.say({
        type: "result",
        job_id: jobId,
        attempt: kept.attempt,
        state: "cancelled",
        cause: "user_cancelled",
      });
      await this.#jobsChanged();
      this.printNow();
    } else if (kept === null) {
      await this.api.call("POST /v1/print-jobs/{job_id}/cancellation", { params: { job_id: jobId } });
    }
    await this.refreshPapers().catch(ignoreNoAnswer);
  }

  printerChanged(printer: PrinterStatus): void {
    const { chosen, connected } = this.store.state.printer;
    this.store.set({ printer });
    if ((printer.chosen && !chosen) || (printer.connected && !connected)) {
      this.printNow();
    }
  }

  /** Somebody loads paper or closes the cover: the printer is asked again now and then, so that nobody has to press. */
  #lookAgainWhileHeld(): void {
    clearTimeout(this.#heldTimer);
    if (this.#queue?.held && this.store.state.printer.chosen) {
      this.#heldTimer = setTimeout(() => this.printNow(), LOOK_AGAIN_MS);
    }
  }

  async keepTransfer(transfer: Transfer): Promise<void> {
    await this.database.putTransfer(transfer);
    this.store.set({ transfers: await this.database.transfers() });
  }

  async markSeen(command: Command): Promise<void> {
    await this.database.putCommand({ ...command, seen: true });
    this.store.set({ commands: await this.database.commands() });
  }

  async #commandChanged(command: Command): Promise<void> {
    if (this.#token === null) {
      return;
    }
    this.store.set({ commands: await this.database.commands() });
    if (command.state === "sent") {
      await this.#applied(command);
    } else if (command.state === "refused" && (command.kind === "shift_open" || command.kind === "shift_close")) {
      // Opened or closed by another phone, or at the desk: show how it is.
      await this.refreshShift().catch(ignoreNoAnswer);
    } else if (command.state === "refused" && command.customer_code) {
      // What the phone believed was wrong: read what is true.
      await this.readCustomer(command.customer_code).catch(ignoreNoAnswer);
      if (command.kind === "payment") {
        await this.refreshShift().catch(ignoreNoAnswer);
      }
    }
  }

  async #applied(command: Command): Promise<void> {
    const code = command.customer_code;
    try {
      switch (command.kind) {
        case "visit": {
          const { visit } = command.answer as VisitReply;
          await this.#changeStop(visit.customer_code, { visited: { outcome: visit.outcome } });
          await this.readCustomer(visit.customer_code);
          return;
        }
        case "payment": {
          const { payment, account } = command.answer as PaymentReply;
          await this.#paid(payment.customer_code, command.id, account.debt);
          await Promise.all([this.readCustomer(payment.customer_code), this.refreshShift()]);
          return;
        }
        case "phone":
          if (code) {
            await this.readCustomer(code);
            const phone = this.store.state.files[code]?.details?.facts.phone;
            await this.#changeStop(code, phone ? { phone } : {});
          }
          return;
        case "shift_open":
          await this.#keepShift((command.answer as ShiftReply).shift);
          return;
        case "shift_close":
          this.store.set({ closedShift: (command.answer as ShiftReply).shift });
          await this.#keepShift(null);
          return;
        default:
          await this.refreshPapers();
      }
    } catch (error) {
      ignoreNoAnswer(error);
    }
  }

  /** The visit is over when nothing is owed any more; else the next money of it is another payment. */
  async #paid(customerCode: string, paymentId: string, debt: number): Promise<void> {
    const visit = this.store.state.visits[customerCode];
    if (visit?.payment_id === paymentId) {
      const after = debt > 0 ? { ...visit, payment_id: newId(this.clock.now()) } : { ...visit, over: true };
      await this.database.putVisit(after);
      this.store.set({ visits: { ...this.store.state.visits, [customerCode]: after } });
    }
    await this.#debtIs(customerCode, debt);
  }
}

/** The screen has been drawn; or cannot be seen at all. */
function shown(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200);
  });
}

/** Without signal what is on the phone stays as it is. */
export function ignoreNoAnswer(error: unknown): void {
  if (!(error instanceof NoAnswer) && !(error instanceof ApiProblem)) {
    throw error;
  }
}
