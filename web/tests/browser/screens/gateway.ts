/**
 * A gateway as the screens see it: it answers at once, late, never, or with a refusal, as a test wants. What the real one
 * does is tested with all services in `../app/`.
 */

import { randomUUID } from "node:crypto";
import type { BrowserContext, Route, WebSocketRoute } from "playwright-core";
import type {
  AccountState,
  Bill,
  CustomerAccount,
  CustomerDetails,
  CustomerSummary,
  NextShift,
  Payment,
  PrintJobView,
  RouteStop,
  Shift,
  SmsLanguage,
  Visit,
} from "../../../src/api/types.ts";
import { billOf } from "./bills.ts";
import { usageOf } from "./usage.ts";

const COLLECTOR = { collector_code: "TN1401001", name: "Nguyễn Thị Ánh Tuyết", phone: "+84912345678" };
const UNIT = {
  unit_code: "PB1401",
  name: "Điện lực Đầm Dơi",
  address: "Khóm 1, thị trấn Đầm Dơi",
  phone: "",
  tax_code: "",
};

interface Customer {
  stop: RouteStop;
  readonly bills: Bill[];
  readonly payments: Payment[];
  readonly visits: Visit[];
  version: number;
  credit: number;
  smsLanguage: SmsLanguage | null;
}

/** What is asked for, as `GET /v1/route`, with the body. */
export interface Asked {
  readonly what: string;
  readonly body: Record<string, unknown>;
}

export type Answer = "reply" | "nothing" | { readonly status: number; readonly slug: string; readonly detail: string };

export class FakeGateway {
  readonly asked: Asked[] = [];
  readonly customers = new Map<string, Customer>();
  readonly printJobs: PrintJobView[] = [];
  shift: Shift | null = null;
  nextShift: NextShift = {
    refusal: null,
    detail: "",
    cash_ceiling: 500_000_000,
    largest_float: 5_000_000,
    unsettled: [],
  };
  /** The smallest part of what is owed that the unit allows; null for whole bills only. */
  leastPart: number | null = null;
  /** To what the unit rounds cash. */
  cashStep = 1;
  /** How a request is answered: all are, where a test does not say otherwise. `nothing`: done, but without a reply. */
  answerTo: (what: string) => Answer = () => "reply";
  /** What a request waits for before it is answered. */
  waitFor: (what: string) => Promise<void> | null = () => null;
  #printedReceipts = 0;
  #socket: WebSocketRoute | null = null;

  static async install(context: BrowserContext): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    await context.route("**/v1/**", (route) => gateway.#answer(route));
    await context.routeWebSocket("**/v1/stream", (socket) => gateway.#stream(socket));
    return gateway;
  }

  /** Put a customer on the route who owes bills of these amounts. */
  owes(name: string, ...amounts: number[]): string {
    const place = this.customers.size + 1;
    const code = `PB1401${String(place).padStart(7, "0")}`;
    const debt = amounts.reduce((sum, amount) => sum + amount, 0);
    this.customers.set(code, {
      stop: {
        customer: {
          customer_code: code,
          name,
          address: `Số ${place * 7}, đường Nguyễn Thị Minh Khai, khóm ${place}, thị trấn Đầm Dơi`,
          phone: "+84918000111",
          meter_number: `2100${place}4455`,
          debt,
          place_in_route: place,
          route_code: "PB1401-001",
          step: "due",
          appointment: null,
        },
        done_today: false,
        promised_today: false,
        last_outcome: null,
      },
      bills: amounts.map((amount, index) => billOf(code, amount, index)),
      payments: [],
      visits: [],
      version: 1,
      credit: 0,
      smsLanguage: null,
    });
    return code;
  }

  /** The customer's meter has three registers of time of use. */
  hasTimeOfUse(code: string): void {
    const { bills } = this.#customer(code);
    for (const [index, bill] of bills.entries()) {
      const readings = bill.readings.flatMap((reading) =>
        ["BT", "CD", "TD"].map((meterRegister) => ({ ...reading, meter_register: meterRegister })),
      );
      bills[index] = { ...bill, readings };
    }
  }

  openShift(): void {
    this.shift = {
      shift_id: randomUUID(),
      collector_code: COLLECTOR.collector_code,
      opened_at: new Date().toISOString(),
      closed_at: null,
      opening_float: 500_000,
      cash_in_hand: 500_000,
      cash_ceiling: 500_000_000,
      counted_cash: null,
      difference: null,
      totals: { cash: 0, payments: 0, reversals: 0, reversed_cash: 0 },
    };
  }

  debtOf(code: string): number {
    return this.#customer(code).bills.reduce((sum, bill) => sum + bill.open_principal + bill.open_vat, 0);
  }

  /** The requests that change something, in their order. */
  get changes(): Asked[] {
    return this.asked.filter(({ what }) => !what.startsWith("GET"));
  }

  /** The receipt of a payment is there, as a print job of the phone; returns what stands in its QR code. */
  issueReceipt(code: string): string {
    const payment = this.#customer(code).payments.at(-1);
    const link = `HTTPS://TN.EXAMPLE/R/${"ABCDEFGH23".repeat(20)}`;
    const document = {
      version: 1,
      kind: "receipt",
      title: "Biên nhận BN26-AA 0000001",
      blocks: [
        { type: "text", text: "BIÊN NHẬN THANH TOÁN", weight: "bold", align: "center" },
        { type: "columns", cells: [{ text: "Đã thu" }, { text: String(payment?.amount), align: "right", keep: true }] },
        { type: "qr", data: link, caption: "Quét để kiểm tra" },
      ],
    };
    this.send({
      type: "job",
      seq: 1,
      job_id: randomUUID(),
      attempt: 1,
      kind: "receipt",
      priority: 0,
      summary: "",
      copy_number: 0,
      customer_code: code,
      receipt_id: randomUUID(),
      payment_id: payment?.payment_id,
      document,
    });
    return link;
  }

  /** A bank has posted a transfer whose code no phone has shown; nobody has printed its receipt. */
  transfers(code: string, amount: number): void {
    const id = randomUUID();
    const bills = [...this.#customer(code).bills];
    this.#payment(id, { customer_code: code, amount, received_at: new Date().toISOString() });
    this.#customer(code).bills.splice(0, bills.length, ...bills); // Kept as credit: nothing else changes on the screens.
    const { payments } = this.#customer(code);
    const payment = payments.pop();
    if (payment) {
      const receipt = { receipt_id: randomUUID(), receipt_number: "BN26-AA 00000001" };
      payments.push({ ...payment, ...receipt, method: "transfer", collector_code: null, shift_id: null });
    }
  }

  /** The office reverses the customer's last payment, and the phone is sent an update. */
  reverseLastPayment(code: string): void {
    const customer = this.#customer(code);
    const payment = customer.payments.at(-1);
    if (!payment) {
      throw new Error(`${code} has paid nothing`);
    }
    customer.payments.splice(-1, 1, { ...payment, reversed_at: new Date().toISOString() });
    for (const [index, bill] of customer.bills.entries()) {
      customer.bills[index] = { ...bill, open_principal: bill.pre_vat, open_vat: bill.vat, state: "open" };
    }
    customer.version += 1;
    this.send({ type: "account", seq: 1, what: "payment.reversed", ...this.#state(code) });
  }

  /** A bank tells of money when nothing is owed, and the phone is sent an update. */
  transfersTwice(code: string, amount: number): void {
    const customer = this.#customer(code);
    customer.credit += amount;
    customer.version += 1;
    const payment = { payment_id: randomUUID(), amount, method: "transfer", received_at: new Date().toISOString() };
    const where = { where: "Chuyển khoản", collector_code: null, collection_point_code: null };
    const update = { type: "account", seq: 1, what: "payment.recorded", ...this.#state(code) };
    this.send({ ...update, payment: { ...payment, ...where } });
  }

  /** Send a frame to the phone. */
  send(frame: object): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #customer(code: string): Customer {
    const customer = this.customers.get(code);
    if (!customer) {
      throw new Error(`nobody has the code ${code}`);
    }
    return customer;
  }

  #stream(socket: WebSocketRoute): void {
    this.#socket = socket;
    socket.onMessage((message) => {
      const frame = JSON.parse(String(message)) as { type: string };
      if (frame.type === "hello") {
        this.send({
          type: "welcome",
          device_id: randomUUID(),
          epoch: "1",
          seq: 0,
          refresh: false,
          heartbeat: 20,
          max_inflight: 1,
          now: new Date().toISOString(),
        });
      }
    });
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const { pathname } = new URL(request.url());
    const what = `${request.method()} ${pathname}`;
    const body = (request.postDataJSON() ?? {}) as Record<string, unknown>;
    this.asked.push({ what, body });
    await this.waitFor(what);
    const answer = this.answerTo(what);
    if (typeof answer === "object") {
      await route.fulfill({
        status: answer.status,
        contentType: "application/problem+json",
        body: JSON.stringify({ type: `urn:thungan:problem:${answer.slug}`, title: answer.slug, detail: answer.detail }),
      });
      return;
    }
    const reply = this.#reply(
      request.method(),
      pathname.split("/").slice(2),
      body,
      request.headers()["idempotency-key"],
    );
    if (answer === "nothing") {
      await route.abort("timedout");
    } else if (reply === null) {
      await route.fulfill({
        status: 404,
        contentType: "application/problem+json",
        body: '{"type":"urn:thungan:problem:not-found"}',
      });
    } else {
      await route.fulfill({ status: 200, json: reply });
    }
  }

  #reply(method: string, path: string[], body: Record<string, unknown>, key = ""): object | null {
    const [place, id = "", part] = path;
    switch (`${method} ${place}`) {
      case "POST enrolments":
        return {
          token: "tn_test",
          device: { device_id: key, role: "collector", collector_code: COLLECTOR.collector_code },
        };
      case "GET route":
        return { stops: [...this.customers.values()].map((one) => this.#stop(one)) };
      case "GET me":
        return { ...COLLECTOR, unit_code: UNIT.unit_code, active: true, routes: [] };
      case "GET app-settings":
        return { bank_account: { bank_bin: "970415", account: "113366668888", name: "CÔNG TY ĐIỆN LỰC CÀ MAU" } };
      case "GET collection-points":
        return { collection_points: [] };
      case "GET shifts":
        if (id === "next") {
          return this.nextShift;
        }
        if (part === "hand-ins") {
          return { hand_ins: [] };
        }
        return this.shift && { shift: this.shift };
      case "GET print-jobs":
        return { print_jobs: this.printJobs };
      case "GET customers":
        if (part === "usage") {
          return usageOf(id);
        }
        return part === "account" ? this.#account(id) : this.#details(id);
      case "PUT visits":
        return { visit: this.#visit(id, body) };
      case "POST visits":
        return { visit: this.#note(id, String(body["note"])) };
      case "POST customers":
        if (part === "sms-language") {
          this.#customer(id).smsLanguage = body["language"] as SmsLanguage | null;
          return { choice_id: key, customer_code: id, language: body["language"] };
        }
        return { complaint_id: key, recorded_at: new Date().toISOString(), has_photo: body["photo"] !== "" };
      case "PUT transfer-codes":
        return { transfer_id: id };
      case "GET receipts":
        return { awaits_first_print: this.#printedReceipts === 0 };
      case "POST receipts":
        this.#printedReceipts += 1;
        return { copy_number: this.#printedReceipts - 1 };
      case "POST payments":
        return this.#payment(key, body);
      default:
        return null;
    }
  }

  #stop({ stop, bills }: Customer): RouteStop {
    const debt = bills.reduce((sum, bill) => sum + bill.open_principal + bill.open_vat, 0);
    return { ...stop, customer: { ...stop.customer, debt } };
  }

  #details(code: string): CustomerDetails | null {
    const customer = this.customers.get(code);
    if (!customer) {
      return null;
    }
    const {
      name,
      address,
      phone,
      place_in_route,
      route_code,
      step,
      appointment = null,
    }: CustomerSummary = customer.stop.customer;
    return {
      appointment,
      debt: this.debtOf(code),
      misses: 0,
      step,
      visits: [...customer.visits].reverse(),
      facts: {
        customer_code: code,
        name,
        address,
        phone,
        place_in_route,
        route_code,
        price_group: "residential",
        sms_language: customer.smsLanguage,
        version: 1,
        unit: UNIT,
        collector: COLLECTOR,
        meter: { meter_number: customer.stop.customer.meter_number ?? "" },
      },
    };
  }

  #account(code: string): CustomerAccount | null {
    const customer = this.customers.get(code);
    return customer
      ? {
          account: this.#state(code),
          bills: customer.bills,
          payments: [...customer.payments].reverse(),
          least_part: this.leastPart,
          cash_step: this.cashStep,
        }
      : null;
  }

  #state(code: string): AccountState {
    const { bills, credit, version } = this.#customer(code);
    const openBills = bills.filter((bill) => bill.state === "open").length;
    return { customer_code: code, debt: this.debtOf(code), credit, open_bills: openBills, version };
  }

  #visit(id: string, body: Record<string, unknown>): Visit {
    const code = String(body["customer_code"]);
    const customer = this.#customer(code);
    const outcome = body["outcome"] as Visit["outcome"];
    const visit: Visit = {
      visit_id: id,
      customer_code: code,
      collector_code: COLLECTOR.collector_code,
      visited_at: String(body["visited_at"]),
      outcome,
      note: String(body["note"] ?? ""),
      appointment: (body["appointment"] as string | undefined) ?? null,
      misses: 0,
      next_step: outcome === "cannot_pay" ? "revisit" : "due",
    };
    customer.visits.push(visit);
    const summary = { ...customer.stop.customer, appointment: visit.appointment };
    customer.stop = { ...customer.stop, customer: summary, visited_today: true, last_outcome: outcome };
    return visit;
  }

  /** A note of a visit that was recorded before. */
  #note(id: string, note: string): Visit | undefined {
    for (const { visits } of this.customers.values()) {
      const place = visits.findIndex((one) => one.visit_id === id);
      const visit = visits[place];
      if (visit) {
        visits[place] = { ...visit, later_notes: [...(visit.later_notes ?? []), note] };
        return visits[place];
      }
    }
    return undefined;
  }

  /** A payment with its id, once, however often it is asked for. */
  #payment(id: string, body: Record<string, unknown>): object {
    const code = String(body["customer_code"]);
    const customer = this.#customer(code);
    let payment = customer.payments.find((one) => one.payment_id === id);
    if (!payment) {
      let left = Number(body["amount"]);
      for (const [index, bill] of customer.bills.entries()) {
        const vat = Math.min(left, bill.open_vat);
        const principal = Math.min(left - vat, bill.open_principal);
        left -= vat + principal;
        const after = { ...bill, open_principal: bill.open_principal - principal, open_vat: bill.open_vat - vat };
        customer.bills[index] = { ...after, state: after.open_principal + after.open_vat === 0 ? "paid" : "open" };
      }
      customer.version += 1;
      payment = {
        payment_id: id,
        customer_code: code,
        amount: Number(body["amount"]),
        method: "cash",
        received_at: String(body["received_at"]),
        allocations: [],
        credit: 0,
        collector_code: COLLECTOR.collector_code,
        collection_point_code: null,
        reference: "",
        shift_id: this.shift?.shift_id ?? null,
      };
      customer.payments.push(payment);
      if (this.shift) {
        this.shift = { ...this.shift, cash_in_hand: this.shift.cash_in_hand + payment.amount };
      }
    }
    return { payment, account: this.#state(code) };
  }
}
