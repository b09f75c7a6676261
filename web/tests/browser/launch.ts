/** Chromium as a collector's phone has it: the machine's own, driven by playwright-core, nothing downloaded. */

import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** The address of the app, from whoever serves it for the tests. */
export const APP_URL = required("THUNGAN_APP_URL");

export interface Phone {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What went wrong in the page without being asked for: exceptions, refused by the Content-Security-Policy. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/**
 * A browser of its own (Bluetooth is emulated for a whole browser, so that two tests must not share one) with one page.
 * `before` is run before the first page is opened; `args` are further switches of the browser.
 */
export async function launchPhone({
  before,
  args = [],
  serviceWorkers = "allow",
  isDesk = false,
}: {
  before?: (context: BrowserContext) => Promise<void>;
  args?: readonly string[];
  serviceWorkers?: "allow" | "block";
  /** A screen with a mouse, instead of a phone. */
  isDesk?: boolean;
} = {}): Promise<Phone> {
  const browser = await chromium.launch({
    executablePath: process.env["THUNGAN_BROWSER"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Switched off on Linux; Android and Windows have them.
      "--enable-features=WebBluetooth,WebBluetoothNewPermissionsBackend",
      ...args,
    ],
  });
  const context = await browser.newContext({
    ...(isDesk
      ? { viewport: { width: 1440, height: 900 } }
      : { viewport: { width: 360, height: 720 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }),
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    serviceWorkers,
  });
  open.add(browser);
  await before?.(context);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  return { browser, context, page, complaints, close: () => closed(browser) };
}

const open = new Set<Browser>();

async function closed(browser: Browser): Promise<void> {
  open.delete(browser);
  await browser.close();
}

/** Close what failed tests have left open: to be called when all tests of a file are over. */
export async function closePhones(): Promise<void> {
  await Promise.all([...open].map(closed));
}

export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: these tests are started by pytest, see tests/e2e/browser`);
  }
  return value;
}
