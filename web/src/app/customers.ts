/** The customers' details and bills on this phone. */
import { ApiProblem } from "../api/problem.ts";
import type { AccountState, AccountUpdate, Counting, CustomerAccount, CustomerDetails } from "../api/types.ts";
import type { CustomerFile } from "../storage/schema.ts";
import { settledOf, unsettledAppointment } from "./appointments.ts";
import { dayOf } from "./clock.ts";
import type { Core } from "./core.ts";
import { changeStop, refreshRoute } from "./route.ts";
import { settleTransfers } from "./transfers.ts";

/** How many customers are downloaded at once. */
const DOWNLOADS = 3;
const HISTORY = 5;

export class Customers {
  readonly #core: Core;
  readonly #wanted = new Set<string>();
  #downloading: Promise<void> | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Read a customer with bills; `isCounting`: to take money now, so that other phones are told. Throws like any request. */
  async read(customerCode: string, isCounting = false): Promise<CustomerFile> {
    const { api, clock, database, store } = this.#core;
    const params = { customer_code: customerCode };
    const settled = settledOf(store.state.commands);
    const [details, account] = await Promise.all([
      api.call("GET /v1/customers/{customer_code}", { params }),
      api.call("GET /v1/customers/{customer_code}/account", {
        params,
        query: { history: HISTORY, ...(isCounting ? { counting: "true" } : {}) },
      }),
    ]);
    if (isCounting) {
      this.#keepCounting(customerCode, account.counted_by ?? null);
    }
    const known = store.state.files[customerCode];
    const newer = known?.account && known.account.account.version > account.account.version ? known.account : account;
    const file: CustomerFile = {
      customer_code: customerCode,
      details,
      account: newer,
      read_at: clock.stamp(),
      outdated: newer !== account,
    };
    if (!this.#core.isEnrolled()) {
      return file;
    }
    if (this.#isNewer(known, details, newer)) {
      const { step } = details;
      const unsettled = unsettledAppointment(store.state.commands, customerCode, settled);
      const appointment = unsettled === undefined ? details.appointment : unsettled;
      await changeStop(this.#core, customerCode, { debt: newer.account.debt, appointment, step });
    }
    try {
      await database.putCustomer(file);
    } finally {
      show(this.#core, file); // True also where the phone has no room for it.
    }
    await settleTransfers(this.#core, customerCode, newer);
    return file;
  }

  /** Say again that money is being counted, and learn who else does so. Throws like any request. */
  async count(customerCode: string): Promise<void> {
    const { api, clock, store } = this.#core;
    const params = { customer_code: customerCode };
    try {
      const query = { counting: "true" };
      const account = await api.call("GET /v1/customers/{customer_code}/account", { params, query });
      this.#keepCounting(customerCode, account.counted_by ?? null);
    } catch (error) {
      // What is over keeps nobody waiting, whether the gateway answers or not.
      if (Date.parse(store.state.counted[customerCode]?.until ?? "") <= clock.now()) {
        this.#keepCounting(customerCode, null);
      }
      throw error;
    }
  }

  #keepCounting(customerCode: string, other: Counting | null): void {
    const { store } = this.#core;
    store.set({ counted: { ...store.state.counted, [customerCode]: other } });
  }

  #isNewer(known: CustomerFile | undefined, details: CustomerDetails, { account }: CustomerAccount): boolean {
    return (
      known?.account?.account.version !== account.version ||
      known.details?.facts.version !== details.facts.version ||
      !this.#core.store.state.stops.some(
        ({ customer }) =>
          customer.customer_code === account.customer_code &&
          customer.debt === account.debt &&
          (customer.appointment ?? null) === details.appointment &&
          customer.step === details.step,
      )
    );
  }

  /** Bring customers onto the phone for when there is no signal. */
  download(customerCodes: readonly string[]): void {
    for (const code of customerCodes) {
      this.#wanted.add(code);
    }
    this.#downloading ??= this.#download();
  }

  /** Read the route of the day, and the customers on it that are not on the phone as they are today. */
  async refreshRoute(): Promise<void> {
    await refreshRoute(this.#core);
    const { files, stops } = this.#core.store.state;
    const today = this.#core.clock.day();
    const isToBeRead = (file: CustomerFile | undefined): boolean =>
      !file?.account || file.outdated || dayOf(file.read_at) !== today;
    this.download(
      stops.map((stop) => stop.customer.customer_code).filter((customerCode) => isToBeRead(files[customerCode])),
    );
  }

  /** Until nothing is being downloaded any more. */
  async idle(): Promise<void> {
    await this.#downloading;
  }

  async #download(): Promise<void> {
    // Ends after `download` has kept this promise: with nothing to do it ended before, and nothing was downloaded any more.
    await Promise.resolve();
    try {
      while (this.#wanted.size > 0 && this.#core.isEnrolled()) {
        const ended = await Promise.allSettled(Array.from({ length: DOWNLOADS }, () => this.#downloadNext()));
        if (ended.some((one) => one.status === "rejected")) {
          // No signal: the rest is asked for with the next route.
          this.#wanted.clear();
        }
      }
    } finally {
      this.#downloading = null;
    }
  }

  async #downloadNext(): Promise<void> {
    for (let [code] = this.#wanted; code !== undefined && this.#core.isEnrolled(); [code] = this.#wanted) {
      this.#wanted.delete(code);
      try {
        await this.read(code);
      } catch (error) {
        // Refused, such as a customer who is not this collector's any more: the others are read all the same.
        if (!(error instanceof ApiProblem) || error.status >= 500) {
          throw error;
        }
      }
    }
  }

  /** Apply an update of the gateway. Returns whether it is newer than what the phone has. */
  async update(update: AccountUpdate): Promise<boolean> {
    const { store } = this.#core;
    const code = update.customer_code;
    // Shown also where the account itself was read before: only the update names the place of the payment.
    if (update.what === "payment.recorded" && update.payment) {
      const { where, amount, received_at: at, method } = update.payment;
      store.set({ paid: { ...store.state.paid, [code]: { where, amount, at, method } } });
    }
    if (update.what === "payment.reversed" && update.payment) {
      const { where, amount, received_at: at, method } = update.payment;
      const reversed = update.reason ?? "";
      const after = { toGiveBack: update.to_give_back ?? 0, paperMissing: update.paper_missing ?? false };
      store.set({ paid: { ...store.state.paid, [code]: { where, amount, at, method, reversed, ...after } } });
    }
    return keepAccount(this.#core, update);
  }

  /** The phone was shut out. */
  forget(): void {
    this.#wanted.clear();
  }
}

/** How many customers are there with their bills. */
export function downloadedOf(files: readonly CustomerFile[]): number {
  return files.filter((file) => file.account !== null).length;
}

/** What an update and the answer to a payment know of an account. */
type KnownAccount = Pick<AccountState, "customer_code" | "debt" | "credit" | "open_bills" | "version">;

/**
 * Keep an account as the gateway has just named it, before it is read with its bills: the reading may fail, and nobody may
 * be asked for money that was paid. Returns whether it is newer than what the phone has.
 */
export async function keepAccount(core: Core, known: KnownAccount): Promise<boolean> {
  const file = core.store.state.files[known.customer_code];
  if (file?.account && file.account.account.version >= known.version) {
    return false;
  }
  if (file) {
    const changed = { ...file, account: file.account && updated(file.account, known), outdated: true };
    show(core, changed); // At once: true also where the phone has no room for it.
    await core.database.putCustomer(changed);
  }
  await changeStop(core, known.customer_code, { debt: known.debt });
  return true;
}

function show(core: Core, file: CustomerFile): void {
  if (!core.isEnrolled()) {
    return;
  }
  const files = { ...core.store.state.files, [file.customer_code]: file };
  core.store.set({ files, downloaded: downloadedOf(Object.values(files)) });
}

/** What is known for certain; the bills themselves are read afresh. */
function updated(file: CustomerAccount, { debt, credit, open_bills, version }: KnownAccount): CustomerAccount {
  return { ...file, account: { ...file.account, debt, credit, open_bills, version } };
}
