/** A collector with a phone: presses what stands on the screen. */

import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { SimulatedPrinter } from "../../printers/simulated_printer.ts";
import { BluetoothPrinterEmulation } from "../bluetooth.ts";
import type { Faults } from "../device.ts";
import { launchPhone, type Phone } from "../launch.ts";
import { SerialPrinterEmulation } from "../serial.ts";
import { APP, COLLECTORS, codeFor, routeOf } from "./office.ts";

let made = 0;

/** How the printer is reached; a collector taps on the same words. */
const BUTTONS = { serial: /SPP/, bluetooth: "Bluetooth" } as const;

export class Collector {
  readonly phone: Phone;
  readonly printer: SimulatedPrinter;
  link: { readonly faults: Faults };
  readonly connection: keyof typeof BUTTONS;
  readonly name: string;
  readonly code: string;
  page: Page;
  /** Where the app is served: the gateway itself, or a link in front of it. */
  app = APP;

  private constructor(
    phone: Phone,
    printer: SimulatedPrinter,
    link: { readonly faults: Faults },
    connection: keyof typeof BUTTONS,
    name: string,
    code: string,
  ) {
    this.phone = phone;
    this.printer = printer;
    this.link = link;
    this.connection = connection;
    this.name = name;
    this.code = code;
    this.page = phone.page;
  }

  /** A new phone with a printer beside it, not enrolled yet. */
  static async start(
    code: string = COLLECTORS[0] as string,
    connection: keyof typeof BUTTONS = "serial",
  ): Promise<Collector> {
    const printer = new SimulatedPrinter(384);
    let link: { readonly faults: Faults } | null = null;
    const phone = await launchPhone({
      before: async (context) => {
        link = connection === "serial" ? await SerialPrinterEmulation.install(context, printer) : null;
      },
    });
    link ??= await BluetoothPrinterEmulation.start(phone, printer);
    phone.context.setDefaultTimeout(40_000);
    await phone.page.setViewportSize({ width: 390, height: 844 });
    made += 1;
    return new Collector(phone, printer, link, connection, `Máy thử ${process.pid}-${made}`, code);
  }

  /** Load the app anew. The browser's emulated Bluetooth is gone with the old page, and is switched on again. */
  async reload(): Promise<void> {
    await this.page.reload();
    if (this.link instanceof BluetoothPrinterEmulation) {
      await this.link.stop();
      this.link = await BluetoothPrinterEmulation.start(this.phone, this.printer);
    }
  }

  get context(): BrowserContext {
    return this.phone.context;
  }

  close(): Promise<void> {
    return this.phone.close();
  }

  // --- seeing and pressing

  async open(path = ""): Promise<void> {
    await this.page.goto(this.app + path);
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name }).or(this.page.getByRole("link", { name })).first().click();
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async reads(heading: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { level: 1, name: heading }).waitFor();
  }

  type(label: string | RegExp, text: string): Promise<void> {
    return this.page.getByLabel(label).first().fill(text);
  }

  // --- the procedure

  /** Enrol with a code that is drawn for it, or with one that the office shows. */
  async enrol(shown?: string): Promise<void> {
    const code = shown ?? (await codeFor(this.code));
    await this.open();
    await this.type("Mã đăng ký", code.toLowerCase());
    await this.type("Tên điện thoại", this.name);
    await this.press(/^Đăng ký$/);
    await this.sees(/Đã ghé/);
  }

  async openShift(float = "500.000"): Promise<void> {
    await this.open("shift");
    const opened = this.page.getByRole("link", { name: "Kết ca" });
    // Enabled: the phone is connected. Before, what it offers goes once more while the gateway is asked for the shift.
    await this.page.getByRole("button", { name: "Mở ca", disabled: false }).or(opened).first().waitFor();
    if (!(await opened.isVisible())) {
      await this.page.getByLabel("Tiền lẻ đầu ca").fill(float);
      await this.press("Mở ca");
      await opened.waitFor();
    }
    await this.page.getByRole("link", { name: "Hôm nay" }).click();
  }

  /** Connect the printer and go through the set-up, as a person who looks at the paper. */
  async connectPrinter(): Promise<void> {
    await this.page.getByRole("link", { name: "Phiếu in" }).click();
    await this.press(/Nối máy in/);
    await this.page.getByRole("button", { name: BUTTONS[this.connection], exact: true }).click();
    await this.press("Kiểm tra máy in");
    await this.press("Không: giấy 58 mm");
    await this.page.getByLabel(/Chữ Việt/).check();
    await this.page.getByLabel(/khoảng trắng/).check();
    await this.press("Lưu");
    await this.sees("Khổ giấy 58 mm");
    await this.page.getByRole("button", { name: "Quay lại" }).click();
  }

  /** Customers of the route who owe and were not visited, in order. */
  async owing(): Promise<CustomerSummary[]> {
    const { stops } = await routeOf(this.code);
    return stops.filter((stop) => stop.customer.debt > 0 && !stop.visited_today).map((stop) => stop.customer);
  }

  async goTo(customer: CustomerSummary, part = ""): Promise<void> {
    await this.open(`customers/${customer.customer_code}${part && `/${part}`}`);
    await this.sees(customer.name);
  }

  /** Find the customer as a person does: in the list of those who are due. */
  async goToByClick(customer: CustomerSummary): Promise<void> {
    await this.goHome();
    await this.page.getByRole("link", { name: "Tìm khách" }).click();
    await this.type(/Tìm theo/, customer.customer_code);
    await this.page.locator(`a[href$="customers/${customer.customer_code}"]`).click();
    await this.page.getByText(/Mã khách hàng/).waitFor();
  }

  /** To the main screens, by going back. */
  async goHome(): Promise<void> {
    for (let step = 0; step < 8 && !(await this.page.getByRole("navigation").isVisible()); step += 1) {
      const address = this.page.url();
      await this.page
        .getByRole("button", { name: /Quay lại|Back/ })
        .or(this.page.getByRole("link", { name: "Về danh sách" }))
        .first()
        .click();
      await this.page.waitForURL((url) => url.href !== address);
    }
    await this.page.getByRole("navigation").getByRole("link").first().click();
  }

  async meet(customer: CustomerSummary): Promise<void> {
    await this.goTo(customer);
    await this.press("Gặp khách");
    await this.sees(/Khách trả bằng cách nào/);
  }

  /** Nothing was logged on the console, and no rule of the page was broken. */
  hasNothingToComplain(): void {
    const real = this.phone.complaints.filter(
      (text) => !/Failed to load resource|WebSocket connection|ERR_INTERNET_DISCONNECTED/.test(text),
    );
    assert.deepEqual(real, []);
  }
}
