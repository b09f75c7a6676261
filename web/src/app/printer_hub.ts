/** The printer that this phone uses: chosen by a person, with the profile that the server keeps for it. */
import type { Api } from "../api/client.ts";
import { ApiProblem } from "../api/problem.ts";
import type { Job, PrinterView, PrinterProfile as StoredProfile } from "../api/types.ts";
import { chooseBluetoothPrinter, hasBluetooth } from "../printers/bluetooth.ts";
import { builtInPrinter, findBuiltInPrinter, hasBuiltIn } from "../printers/built_in.ts";
import { Driver } from "../printers/driver.ts";
import type { Connection, Printer } from "../printers/printer.ts";
import { chooseSerialPrinter, hasSerial, knownSerialPrinters } from "../printers/serial.ts";
import { type Answered, bytesOf, findOut, type Part, testPage } from "../printers/setup.ts";
import { keepAwake } from "../printers/wake_lock.ts";
import { DEFAULT_PROFILE, type PrinterProfile, type WidthDots } from "../printing/profile.ts";
import type { Matrix } from "../printing/qr_symbol.ts";
import type { Raster } from "../printing/raster.ts";
import { Renderer } from "../printing/renderer.ts";
import type { JobPrinter, PrintResult } from "../stream/print_queue.ts";
import type { PrinterStatus } from "./state.ts";

/** What the phone remembers of its printer. */
export interface RememberedPrinter {
  readonly id: string;
  readonly name: string;
  readonly connection: Connection;
  readonly profile: PrinterProfile;
  /** A person has seen a test page and found it right. */
  readonly confirmed: boolean;
  /** It may wait for the rest of a document that was broken off: by this run of the app, or by an earlier one. */
  readonly stuck?: boolean;
}

export interface PrinterHooks {
  changed(status: PrinterStatus): void;
  remember(printer: RememberedPrinter): void;
  /** A job that was unconfirmed has been printed after all. */
  printedLate(jobId: string, attempt: number): void;
  stamp(): string;
}

const NO_HOOKS: PrinterHooks = {
  changed: () => undefined,
  remember: () => undefined,
  printedLate: () => undefined,
  stamp: () => new Date().toISOString(),
};

export class PrinterHub implements JobPrinter {
  readonly #renderer = new Renderer();
  #driver: Driver | null = null;
  #remembered: RememberedPrinter | null = null;
  #mayBeStuck = false;
  #cause: PrinterStatus["cause"] = null;
  #checking: Promise<void> | null = null;
  #hooks: PrinterHooks = NO_HOOKS;
  #api: Api | null = null;

  get status(): PrinterStatus {
    return {
      name: this.#driver?.printer.name ?? this.#remembered?.name ?? null,
      chosen: this.#driver !== null,
      connected: this.#driver?.printer.isConnected ?? false,
      confirmed: this.#remembered?.confirmed ?? false,
      cause: this.#cause,
      bluetooth: hasBluetooth(),
      serial: hasSerial(),
      builtIn: hasBuiltIn(),
    };
  }

  get remembered(): RememberedPrinter | null {
    return this.#remembered;
  }

  /** Begin with what the phone remembers; a serial or built-in printer that was used before is used again at once. */
  async begin(api: Api, hooks: PrinterHooks, remembered: RememberedPrinter | null): Promise<void> {
    this.#api = api;
    this.#hooks = hooks;
    if (this.#remembered === null && remembered !== null) {
      this.#remembered = { ...remembered, stuck: remembered.stuck === true || this.#mayBeStuck };
      if (this.#mayBeStuck) {
        // Kept before anything else: the app may be killed again before the printer is set right.
        hooks.remember(this.#remembered);
      }
    }
    if (this.#driver === null && remembered?.connection === "other") {
      this.#use(builtInPrinter(remembered.id), this.#remembered ?? remembered);
    }
    if (this.#driver === null && remembered?.connection === "serial") {
      const known = await knownSerialPrinters().catch(() => []);
      const same = known.find((printer) => printer.id === remembered.id);
      if (same) {
        this.#use(same, this.#remembered ?? remembered);
      }
    }
    this.#changed();
  }

  /** The app was closed while it printed: the printer may wait for the rest of a picture. */
  mayBeStuck(): void {
    this.#mayBeStuck = true;
  }

  /** Let the person choose; only after a tap. Throws NothingChosen, NotAReceiptPrinter, or the browser's error. */
  async choose(connection: Connection, all = false): Promise<RememberedPrinter> {
    const printer = await chosen(connection, all);
    // At once, whatever the one before is doing: it may be dead, and what it had is then left to a person.
    await this.#driver?.abandon();
    await printer.connect();
    const stored = await this.#stored(printer.id);
    const remembered: RememberedPrinter = {
      id: printer.id,
      name: printer.name,
      connection,
      profile: stored?.profile ?? DEFAULT_PROFILE,
      confirmed: stored?.confirmed ?? false,
      stuck: this.#remembered?.id === printer.id ? this.#remembered.stuck === true : this.#mayBeStuck,
    };
    this.#use(printer, remembered);
    if (remembered.confirmed) {
      await this.#check();
    }
    if (this.#cause === "no_printer" && remembered.profile.status && printer.isConnected) {
      // Another printer under the same name, or one that was set up anew: what is known of it is not true.
      this.#remembered = { ...remembered, confirmed: false };
      this.#changed();
    }
    return this.#remembered ?? remembered;
  }

  /** Ask the printer whether it can print, so that a person knows before a document is wanted; soon, not at once. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    const driver = this.#driver;
    if (driver !== null) {
      const cause = await driver.look();
      if (driver === this.#driver) {
        this.#cause = cause;
        this.#changed();
      }
    }
  }

  /** What the server keeps for the printer; without signal, what the phone remembers of the same one. */
  async #stored(id: string): Promise<{ profile: PrinterProfile; confirmed: boolean } | null> {
    try {
      const found = await this.#api?.call("GET /v1/printers/{printer_id}", { params: { printer_id: id } });
      return found ? { profile: profileOf(found), confirmed: found.confirmed_at !== null } : null;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) {
        return null;
      }
      return this.#remembered?.id === id ? this.#remembered : null;
    }
  }

  #use(printer: Printer, remembered: RememberedPrinter): void {
    this.#remembered = remembered;
    this.#driver = new Driver(printer, remembered.profile, {
      resync: remembered.stuck === true,
      keepAwake,
      stuck: (stuck) => {
        if (this.#remembered?.id === remembered.id) {
          this.#remembered = { ...this.#remembered, stuck };
          this.#hooks.remember(this.#remembered);
        }
      },
      printedLate: (id) => {
        const [jobId = "", attempt] = id.split("/");
        this.#hooks.printedLate(jobId, Number(attempt));
      },
    });
    this.#mayBeStuck = false;
    this.#cause = null;
    printer.listen((event) => {
      if (event.type === "lost") {
        this.#cause = "link_lost";
        this.#changed();
      }
    });
    this.#hooks.remember(remembered);
    this.#changed();
  }

  #changed(): void {
    this.#hooks.changed(this.status);
  }

  // --- print jobs

  async look(): Promise<PrintResult["cause"]> {
    // The driver itself asks the printer right before the first byte.
    return this.#driver === null ? "no_printer" : null;
  }

  async print(job: Job, begin: () => Promise<boolean>): Promise<PrintResult> {
    const driver = this.#driver;
    if (driver === null) {
      return { state: "held", cause: "no_printer" };
    }
    const profile = this.#remembered?.profile ?? DEFAULT_PROFILE;
    const outcome = await driver.print({
      id: `${job.job_id}/${job.attempt}`,
      bytes: (resync) => this.#renderer.escpos(job.document, profile, resync),
      begun: begin,
    });
    this.#cause = outcome.state === "held" ? outcome.cause : null;
    this.#changed();
    switch (outcome.state) {
      case "printed":
        return { state: "printed", cause: null };
      case "withdrawn":
        return { state: "held", cause: null };
      default:
        return outcome;
    }
  }

  /** A document for the screen. */
  picture(document: unknown, width: WidthDots): Promise<Raster> {
    return this.#renderer.picture(document, width);
  }

  /** A QR code for the screen. */
  qr(data: string): Promise<Matrix> {
    return this.#renderer.qr(data);
  }

  // --- setting up

  /** Print a page of the set-up; returns whether it went out. */
  async printPage(parts: readonly Part[]): Promise<"out" | PrintResult["cause"]> {
    if (this.#driver === null) {
      return "no_printer";
    }
    const outcome = await this.#driver.print({
      id: "page",
      bytes: (resync) =>
        bytesOf(parts, (document, profile, stuck) => this.#renderer.escpos(document, profile, stuck), resync),
      begun: async () => true,
    });
    this.#changed();
    if (outcome.state === "held") {
      return outcome.cause;
    }
    // Without a fence nothing reports that it is out; the person looks at it anyway.
    return outcome.state === "unconfirmed" && outcome.cause !== "no_confirmation" ? outcome.cause : "out";
  }

  printTestPage(): Promise<"out" | PrintResult["cause"]> {
    return this.printPage(testPage(this.#remembered?.profile ?? DEFAULT_PROFILE, this.#remembered?.name ?? ""));
  }

  /** What the printer answers by itself. */
  async askPrinter(): Promise<Answered> {
    const driver = this.#driver;
    if (driver === null) {
      return { status: false, fence: false };
    }
    const answered = await findOut((request, milliseconds) => driver.ask(request, milliseconds));
    // Less than what is stored counts from now on: a printer that answers nothing any more would be waited for, and could not
    // be set up anew. More does not: documents are drawn by the stored profile, and have no fence to be answered.
    const { status = false, fence = false } = this.#remembered?.profile ?? {};
    driver.answering = { status: status && answered.status, fence: fence && answered.fence };
    return answered;
  }

  /** Keep what came of the set-up, on the server and here. Throws like any request. */
  async keep(profile: PrinterProfile): Promise<void> {
    const printer = this.#remembered;
    if (printer === null || this.#driver === null || this.#api === null) {
      return;
    }
    await this.#api.call("PUT /v1/printers/{printer_id}", {
      params: { printer_id: printer.id },
      body: {
        name: printer.name.slice(0, 80) || printer.id,
        connection: printer.connection,
        profile: profile satisfies StoredProfile,
        confirmed_at: this.#hooks.stamp(),
      },
    });
    this.#remembered = { ...printer, profile, confirmed: true };
    this.#driver.answering = profile;
    this.#hooks.remember(this.#remembered);
    this.#changed();
  }
}

function chosen(connection: Connection, all: boolean): Promise<Printer> {
  switch (connection) {
    case "bluetooth":
      return chooseBluetoothPrinter({ all });
    case "serial":
      return chooseSerialPrinter();
    case "other":
      return findBuiltInPrinter();
  }
}

/** A stored profile with what older servers leave out. */
function profileOf({ profile }: PrinterView): PrinterProfile {
  return { ...DEFAULT_PROFILE, ...profile };
}
