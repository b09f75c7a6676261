/** The phone's database: what may not be lost is written with strict durability. */
import { type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import {
  type Command,
  type CurrentVisit,
  type CustomerFile,
  DATABASE,
  type Facts,
  type KeptJob,
  type Stores,
  STORES,
  type Transfer,
  VERSION,
} from "./schema.ts";
import type { RouteStop } from "../api/types.ts";

type Writing<N extends StoreNames<Stores>> = IDBPTransaction<Stores, N[], "readwrite">;

export class Database {
  readonly #db: IDBPDatabase<Stores>;
  /** Everything was wiped: what is still under way writes nothing any more. */
  #sealed = false;

  private constructor(db: IDBPDatabase<Stores>) {
    this.#db = db;
  }

  /** Open the database. `onBlocked` is told when an older version of the app, in another tab, keeps it from changing. */
  static async open(onBlocked: () => void = () => undefined, name: string = DATABASE): Promise<Database> {
    const db = await openDB<Stores>(name, VERSION, {
      upgrade(made) {
        made.createObjectStore("facts", { keyPath: "name" });
        made.createObjectStore("stops", { keyPath: "customer_code" });
        made.createObjectStore("customers", { keyPath: "customer_code" });
        made.createObjectStore("commands", { keyPath: "seq", autoIncrement: true });
        made.createObjectStore("visits", { keyPath: "customer_code" });
        made.createObjectStore("transfers", { keyPath: "transfer_id" });
        made.createObjectStore("jobs", { keyPath: "job_id" });
      },
      blocked: onBlocked,
      // A newer version wants to change the database: let it.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new Database(db);
  }

  close(): void {
    this.#db.close();
  }

  async #write<N extends StoreNames<Stores>>(stores: N[], work: (tx: Writing<N>) => Promise<unknown>): Promise<void> {
    if (this.#sealed) {
      return;
    }
    const tx = this.#db.transaction(stores, "readwrite", { durability: "strict" });
    try {
      await work(tx);
    } catch (error) {
      tx.done.catch(() => undefined); // Said already.
      try {
        tx.abort();
      } catch {
        // It has ended by itself.
      }
      throw error;
    }
    await tx.done;
  }

  // --- facts

  async facts(): Promise<Partial<Facts>> {
    const rows = await this.#db.getAll("facts");
    return Object.fromEntries(rows.map(({ name, value }) => [name, value])) as Partial<Facts>;
  }

  async setFacts(facts: Partial<Facts>): Promise<void> {
    await this.#write(["facts"], async (tx) => {
      for (const [name, value] of Object.entries(facts)) {
        await tx.objectStore("facts").put({ name: name as keyof Facts, value });
      }
    });
  }

  async forgetFact(name: keyof Facts): Promise<void> {
    await this.#write(["facts"], (tx) => tx.objectStore("facts").delete(name));
  }

  /** Wipe everything that the phone holds; `locked` says so the next time the app is opened, and nothing is kept until then. */
  async wipe(locked: Facts["locked"] | null): Promise<void> {
    this.#sealed = false;
    const wiped = this.#write([...STORES], async (tx) => {
      for (const store of STORES) {
        await tx.objectStore(store).clear();
      }
      if (locked !== null) {
        await tx.objectStore("facts").put({ name: "locked", value: locked });
      }
    });
    this.#sealed = locked !== null;
    await wiped;
  }

  // --- route and customers

  async stops(): Promise<RouteStop[]> {
    const rows = await this.#db.getAll("stops");
    return rows.sort((one, other) => one.place - other.place).map(({ stop }) => stop);
  }

  async replaceRoute(stops: readonly RouteStop[], route: Facts["route"]): Promise<void> {
    await this.#write(["stops", "facts"], async (tx) => {
      const store = tx.objectStore("stops");
      await store.clear();
      for (const [place, stop] of stops.entries()) {
        void store.put({ customer_code: stop.customer.customer_code, place, stop });
      }
      await tx.objectStore("facts").put({ name: "route", value: route });
    });
  }

  async changeStop(customerCode: string, change: (stop: RouteStop) => RouteStop): Promise<void> {
    await this.#write(["stops"], async (tx) => {
      const row = await tx.objectStore("stops").get(customerCode);
      if (row) {
        await tx.objectStore("stops").put({ ...row, stop: change(row.stop) });
      }
    });
  }

  customer(customerCode: string): Promise<CustomerFile | undefined> {
    return this.#db.get("customers", customerCode);
  }

  customers(): Promise<CustomerFile[]> {
    return this.#db.getAll("customers");
  }

  async putCustomer(file: CustomerFile): Promise<void> {
    await this.#write(["customers"], (tx) => tx.objectStore("customers").put(file));
  }

  async markOutdated(customerCode: string | null): Promise<void> {
    await this.#write(["customers"], async (tx) => {
      const store = tx.objectStore("customers");
      const files = customerCode === null ? await store.getAll() : [await store.get(customerCode)];
      for (const file of files) {
        if (file) {
          await store.put({ ...file, outdated: true });
        }
      }
    });
  }

  /** Forget what belongs to another day: customers are kept no longer than they are needed. */
  async beginDay(day: string, isOld: (moment: string) => boolean): Promise<void> {
    await this.#write(["stops", "customers", "visits", "commands", "transfers", "facts"], async (tx) => {
      const route = (await tx.objectStore("facts").get("route"))?.value as Facts["route"] | undefined;
      if (route && route.day !== day) {
        await tx.objectStore("facts").delete("route");
        await tx.objectStore("stops").clear();
        await tx.objectStore("customers").clear();
      }
      for (const visit of await tx.objectStore("visits").getAll()) {
        if (visit.day !== day) {
          await tx.objectStore("visits").delete(visit.customer_code);
        }
      }
      for (const command of await tx.objectStore("commands").getAll()) {
        const isOver = command.state === "sent" || (command.state === "refused" && command.seen);
        if (isOver && isOld(command.settled_at ?? command.made_at)) {
          await tx.objectStore("commands").delete(command.seq as number);
        }
      }
      for (const transfer of await tx.objectStore("transfers").getAll()) {
        if (transfer.state !== "waiting" && isOld(transfer.shown_at)) {
          await tx.objectStore("transfers").delete(transfer.transfer_id);
        }
      }
    });
  }

  // --- commands

  commands(): Promise<Command[]> {
    return this.#db.getAll("commands");
  }

  /**
   * Keep a command before it is sent, together with what it says about the visit.
   *
   * A command with the same id, kind and state of waiting is there already after a crash: then nothing is added, and the
   * one that is there is returned.
   */
  async addCommand(command: Command, visit: CurrentVisit | null = null): Promise<Command> {
    let kept = command;
    await this.#write(["commands", "visits"], async (tx) => {
      const store = tx.objectStore("commands");
      const same = (await store.getAll()).find(
        (one) =>
          one.id === command.id &&
          one.kind === command.kind &&
          one.state !== "refused" &&
          one.body["outcome"] === command.body["outcome"],
      );
      if (same) {
        kept = same;
      } else {
        const seq = await store.add(command);
        kept = { ...command, seq };
      }
      if (visit) {
        await tx.objectStore("visits").put(visit);
      }
    });
    return kept;
  }

  async putCommand(command: Command): Promise<void> {
    await this.#write(["commands"], (tx) => tx.objectStore("commands").put(command));
  }

  // --- visits and transfers

  visits(): Promise<CurrentVisit[]> {
    return this.#db.getAll("visits");
  }

  async putVisit(visit: CurrentVisit): Promise<void> {
    await this.#write(["visits"], (tx) => tx.objectStore("visits").put(visit));
  }

  transfers(): Promise<Transfer[]> {
    return this.#db.getAll("transfers");
  }

  async putTransfer(transfer: Transfer): Promise<void> {
    await this.#write(["transfers"], (tx) => tx.objectStore("transfers").put(transfer));
  }

  // --- papers

  jobs(): Promise<KeptJob[]> {
    return this.#db.getAll("jobs");
  }

  /**
   * Change one paper in one transaction: `change` gets what is kept, and returns what is to be kept (null: nothing).
   *
   * Returns what is kept afterwards.
   */
  async changeJob(jobId: string, change: (kept: KeptJob | undefined) => KeptJob | null | undefined): Promise<KeptJob | null> {
    let after: KeptJob | null = null;
    await this.#write(["jobs"], async (tx) => {
      const store = tx.objectStore("jobs");
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
