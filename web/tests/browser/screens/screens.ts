/** The app's screens on a phone of any size, with a gateway that a test holds in its hand. */

import type { Page } from "playwright-core";
import { APP_URL, launchPhone, type Phone } from "../launch.ts";
import { FakeGateway } from "./gateway.ts";

export class Screens {
  readonly phone: Phone;
  readonly gateway: FakeGateway;

  private constructor(phone: Phone, gateway: FakeGateway) {
    this.phone = phone;
    this.gateway = gateway;
  }

  /** A new phone, not enrolled yet. */
  static async start(): Promise<Screens> {
    let gateway = new FakeGateway();
    const phone = await launchPhone({
      before: async (context) => {
        gateway = await FakeGateway.install(context);
      },
      // Requests of a page with a service worker cannot be answered by a test.
      serviceWorkers: "block",
    });
    phone.context.setDefaultTimeout(8_000);
    return new Screens(phone, gateway);
  }

  get page(): Page {
    return this.phone.page;
  }

  close(): Promise<void> {
    return this.phone.close();
  }

  async open(path = ""): Promise<void> {
    await this.page.goto(APP_URL + path);
  }

  async enrol(): Promise<void> {
    await this.open();
    await this.page.getByLabel("Mã đăng ký").fill("ABCD-EFGH");
    await this.press(/^Đăng ký$/);
    await this.page.locator("ol.stops a").first().waitFor();
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
}
