/** The phone's database: what may not be lost is written with strict durability. */

import type { RouteStop } from "../api/types.ts";
import { NotKept } from "./not_kept.ts";
import { answerTo, endOf, Rows } from "./rows.ts";
import {
  type Command,
  type CurrentVisit,
  type CustomerFile,
  DATABASE,
  type Facts,
  KEYS,
  type KeptJob,
  STORES,
  type Stores,
  type Transfer,
  VERSION,
} from "./schema.ts";

/** Nothing else is kept of a customer while a payment has no answer. */
export class PaymentUnanswered extends Error {
  override readonly name = "PaymentUnanswered";
}

/** Gives the stores of the transaction that is open. */
type Open = <N extends keyof Stores>(name: N) => Rows<N>;

export class Database {
  readonly #db: IDBDatabase;
  /** What could not be written to these stores the last time. */
  readonly #unkept = new Map<string, NotKept>();
  #watcher: (unkept: NotKept | null) => void = () => undefined;
  /** Everything was wiped: what is still under way writes nothing any more. */
  #sealed = false;

  private constructor(db: IDBDatabase) {
    this.#db = db;
  }

  /** Open the database. `onBlocked` is called when an older version of the app, in another tab, keeps it from changing. */
  static async open(onBlocked: () => void = () => undefined, name: string = DATABASE): Promise<Database> {
    const request = indexedDB.open(name, VERSION);
    request.onblocked = onBlocked;
    request.onupgradeneeded = () => {
      for (const [store, key] of Object.entries(KEYS)) {
        request.result.createObjectStore(store, { keyPath: key, autoIncrement: key === "seq" });
      }
    };
    const db = await answerTo(request);
    // A newer version wants to change the database: let it.
    db.onversionchange = () => db.close();
    return new Database(db);
  }

  close(): void {
    this.#db.close();
  }

  /** Call `watcher` when something could not be kept, and with null once that, or a command, was written. */
  watch(watcher: (unkept: NotKept | null) => void): void {
    this.#watcher = watcher;
  }

  async #all<N extends keyof Stores>(name: N): Promise<Stores[N]["value"][]> {
    try {
      return await new Rows(this.#db.transaction(name), name).all();
    } catch (error) {
      throw new NotKept("nothing was read", { cause: error });
    }
  }

  /** Write all of it or nothing. Throws `NotKept` where the phone has no room, or its storage fails. */
  async #write(stores: (keyof Stores)[], work: (open: Open) => Promise<unknown>): Promise<void> {
    if (this.#sealed) {
      return;
    }
    const key = stores.join();
    try {
      await this.#transact(stores, work);
    } catch (error) {
      if (error instanceof PaymentUnanswered) {
        throw error;
      }
      const unkept = new NotKept("nothing was kept", { cause: error });
      this.#unkept.set(key, unkept);
      this.#watcher(unkept);
      throw unkept;
    }
    const before = this.#unkept.size;
    if (stores.includes("commands")) {
      // What a collector does is kept: there is room again, and the rest is read anew.
      this.#unkept.clear();
    } else {
      this.#unkept.delete(key);
    }
    if (this.#unkept.size < before) {
      this.#watcher([...this.#unkept.values()].at(-1) ?? null);
    }
  }

  async #transact(stores: (keyof Stores)[], work: (open: Open) => Promise<unknown>): Promise<void> {
    const tx = this.#db.transaction(stores, "readwrite", { durability: "strict" });
    const end = endOf(tx);
    try {
      await work((name) => new Rows(tx, name));
    } catch (error) {
      end.catch(() => undefined); // It is thrown below.
      try {
        tx.abort();
      } catch {
        // It has ended by itself.
      }
      throw error;
    }
    await end;
  }

  // --- facts

  async facts(): Promise<Partial<Facts>> {
    const rows = await this.#all("facts");
    return Object.fromEntries(rows.map(({ name, value }) => [name, value])) as Partial<Facts>;
  }

  async setFacts(facts: Partial<Facts>): Promise<void> {
    await this.#write(["facts"], async (open) => {
      for (const [name, value] of Object.entries(facts)) {
        await open("facts").put({ name: name as keyof Facts, value });
      }
    });
  }

  async forgetFact(name: keyof Facts): Promise<void> {
    await this.#write(["facts"], (open) => open("facts").delete(name));
  }

  /** Delete everything on the phone but `locked`, for the next time the app is opened; nothing is kept until then. */
  async wipe(locked: Facts["locked"] | null): Promise<void> {
    this.#sealed = false;
    const wiped = this.#write(STORES, async (open) => {
      for (const store of STORES) {
        await open(store).clear();
      }
      if (locked !== null) {
        await open("facts").put({ name: "locked", value: locked });
      }
    });
    this.#sealed = locked !== null;
    await wiped;
  }

  // --- route and customers

  async stops(): Promise<RouteStop[]> {
    const rows = await this.#all("stops");
    return rows.sort((one, other) => one.place - other.place).map(({ stop }) => stop);
  }

  async replaceRoute(stops: readonly RouteStop[], route: Facts["route"]): Promise<void> {
    await this.#write(["stops", "facts"], async (open) => {
      const store = open("stops");
      await store.clear();
      for (const [place, stop] of stops.entries()) {
        void store.put({ customer_code: stop.customer.customer_code, place, stop });
      }
      await open("facts").put({ name: "route", value: route });
    });
  }

  async changeStop(customerCode: string, change: (stop: RouteStop) => RouteStop): Promise<void> {
    await this.#write(["stops"], async (open) => {
      const row = await open("stops").get(customerCode);
      if (row) {
        await open("stops").put({ ...row, stop: change(row.stop) });
      }
    });
  }

  customers(): Promise<CustomerFile[]> {
    return this.#all("customers");
  }

  async putCustomer(file: CustomerFile): Promise<void> {
    await this.#write(["customers"], (open) => open("customers").put(file));
  }

  async markOutdated(customerCode: string | null): Promise<void> {
    await this.#write(["customers"], async (open) => {
      const store = open("customers");
      const files = customerCode === null ? await store.all() : [await store.get(customerCode)];
      for (const file of files) {
        if (file) {
          await store.put({ ...file, outdated: true });
        }
      }
    });
  }

  /** Forget what belongs to another day: customers are kept no longer than they are needed. */
  async beginDay(day: string, isOld: (moment: string) => boolean): Promise<void> {
    await this.#write(["stops", "customers", "visits", "commands", "transfers", "facts"], async (open) => {
      await open("facts").put({ name: "day", value: day });
      const route = (await open("facts").get("route"))?.value as Facts["route"] | undefined;
      if (route && route.day !== day) {
        await open("facts").delete("route");
        await open("stops").clear();
        await open("customers").clear();
      }
      for (const visit of await open("visits").all()) {
        if (visit.day !== day) {
          await open("visits").delete(visit.customer_code);
        }
      }
      for (const command of await open("commands").all()) {
        const isOver = command.state === "sent" || (command.state === "refused" && command.seen);
        if (isOver && isOld(command.settled_at ?? command.made_at)) {
          await open("commands").delete(command.seq as number);
        }
      }
      for (const transfer of await open("transfers").all()) {
        if (transfer.state !== "waiting" && isOld(transfer.shown_at)) {
          await open("transfers").delete(transfer.transfer_id);
        }
      }
    });
  }

  // --- commands

  commands(): Promise<Command[]> {
    return this.#all("commands");
  }

  /**
   * Keep a command before it is sent, together with the visit that it belongs to.
   *
   * A command with the same id, kind and state of waiting is there already after a crash: then nothing is added, and the
   * one that is there is returned. Throws `PaymentUnanswered` for a visit or a payment of a customer whose earlier payment
   * waits: the transaction sees what another tab has kept as well.
   */
  async addCommand(command: Command, visit: CurrentVisit | null = null): Promise<Command> {
    let kept = command;
    await this.#write(["commands", "visits"], async (open) => {
      const store = open("commands");
      const all = await store.all();
      const same = all.find(
        (one) =>
          one.id === command.id &&
          one.kind === command.kind &&
          one.state !== "refused" &&
          one.body["outcome"] === command.body["outcome"],
      );
      if (same) {
        kept = same;
      } else if (all.some((one) => isHeldBack(command, one))) {
        throw new PaymentUnanswered(command.customer_code ?? "");
      } else {
        kept = { ...command, seq: Number(await store.put(command)) };
      }
      if (visit) {
        await open("visits").put(visit);
      }
    });
    return kept;
  }

  async putCommand(command: Command): Promise<void> {
    await this.#write(["commands"], (open) => open("commands").put(command));
  }

  // --- visits and transfers

  visits(): Promise<CurrentVisit[]> {
    return this.#all("visits");
  }

  async putVisit(visit: CurrentVisit): Promise<void> {
    await this.#write(["visits"], (open) => open("visits").put(visit));
  }

  transfers(): Promise<Transfer[]> {
    return this.#all("transfers");
  }

  async putTransfer(transfer: Transfer): Promise<void> {
    await this.#write(["transfers"], (open) => open("transfers").put(transfer));
  }

  // --- print jobs

  jobs(): Promise<KeptJob[]> {
    return this.#all("jobs");
  }

  /**
   * Change one print job in one transaction: `change` gets what is kept, and returns what is to be kept (null: nothing).
   *
   * Returns what is kept afterwards.
   */
  async changeJob(
    jobId: string,
    change: (kept: KeptJob | undefined) => KeptJob | null | undefined,
  ): Promise<KeptJob | null> {
    let after: KeptJob | null = null;
    await this.#write(["jobs"], async (open) => {
      const store = open("jobs");
      const before = await store.get(jobId);
      const changed = change(before);
      if (changed === undefined) {
        after = before ?? null;
      } else if (changed === null) {
        await store.delete(jobId);
      } else {
        await store.put(changed);
        after = changed;
      }
    });
    return after;
  }
}

function isHeldBack({ kind, customer_code: code }: Command, by: Command): boolean {
  const isOfVisit = kind === "visit" || kind === "payment";
  return isOfVisit && by.kind === "payment" && by.state === "waiting" && by.customer_code === code;
}
