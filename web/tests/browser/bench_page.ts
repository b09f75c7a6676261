/** The printing of the app in a real page, from the tests' side. */

import type { Options, Progress } from "../../src/printers/driver.ts";
import type { Cause } from "../../src/printers/printer.ts";
import type { Outcome } from "../../src/printers/run.ts";
import type { Document } from "../../src/printing/document.ts";
import type { PrinterProfile } from "../../src/printing/profile.ts";
import { until } from "../until.ts";
import type { Bench, Chosen } from "./bench/bench.ts";
import { PROFILE } from "./documents.ts";
import { APP_URL, type Phone } from "./launch.ts";

declare global {
  interface Window {
    bench: Bench;
  }
}

/** Shorter than a person's, so that tests need not be waited for. */
export const QUICK: Options = {
  timings: { watchdog: 1_000, connecting: 3_000, status: 1_000, polling: 10, quiet: 200, draining: 3_000 },
  patience: { listen: 150, printer: 1_500, person: 3_000 },
};

export class BenchPage {
  readonly phone: Phone;

  constructor(phone: Phone) {
    this.phone = phone;
  }

  async open({
    profile = PROFILE,
    options = QUICK,
  }: {
    profile?: PrinterProfile;
    options?: Options;
  } = {}): Promise<void> {
    await this.phone.page.goto(APP_URL);
    await this.phone.page.waitForFunction(() => "bench" in window);
    await this.phone.page.evaluate((given) => window.bench.setUp(given), { profile, options });
  }

  /** Tap the button and choose from the browser's list. */
  async choose(connection: "bluetooth" | "serial"): Promise<Chosen> {
    await this.phone.page.click(`#${connection}`);
    return this.phone.page.evaluate(() => window.bench.chosen());
  }

  print(id: string, document: Document): Promise<Outcome> {
    return this.phone.page.evaluate(([name, drawn]) => window.bench.print(name, drawn), [id, document] as const);
  }

  look(): Promise<Cause | null> {
    return this.phone.page.evaluate(() => window.bench.look());
  }

  connect(): Promise<string> {
    return this.phone.page.evaluate(() => window.bench.connect());
  }

  close(): Promise<void> {
    return this.phone.page.evaluate(() => window.bench.close());
  }

  findOut(): Promise<{ status: boolean; fence: boolean }> {
    return this.phone.page.evaluate(() => window.bench.findOut());
  }

  late(): Promise<string[]> {
    return this.phone.page.evaluate(() => window.bench.late);
  }

  progress(): Promise<Progress[]> {
    return this.phone.page.evaluate(() => window.bench.progress);
  }

  /** Wait until the document that is being printed has come so far. */
  async until(isReached: (last: Progress) => boolean): Promise<void> {
    await until("that point of the document", async () => {
      const last = (await this.progress()).at(-1);
      return last !== undefined && isReached(last);
    });
  }
}
