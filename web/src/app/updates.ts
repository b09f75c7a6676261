/** Updates of the gateway over the stream, and the position in them. */
import { ignoreNoAnswer } from "../api/problem.ts";
import type { AccountUpdate, CustomerUpdate, Hello, Welcome } from "../api/types.ts";
import type { Facts } from "../storage/schema.ts";
import type { FromGateway, Typed } from "../stream/stream.ts";
import { refreshCutTasks } from "./cut_tasks.ts";
import { type DayParts, refreshDay } from "./day.ts";
import { isOnRoute } from "./route.ts";
import { refreshShift } from "./shift.ts";

const SAVE_MS = 500;

export class Updates {
  readonly #parts: DayParts;
  readonly #shutOut: () => Promise<void>;
  #feed: Facts["feed"] | null = null;
  /** An update of this connection could not be kept: the position stays, so that the next connection brings it again. */
  #hasMissed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: DayParts, shutOut: () => Promise<void>) {
    this.#parts = parts;
    this.#shutOut = shutOut;
  }

  /** Go on from the position that the phone holds. */
  resume(feed: Facts["feed"] | undefined): void {
    this.#feed = feed ?? null;
  }

  /** The phone was shut out. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#feed = null;
  }

  /** The position, as the gateway is asked to go on from it. */
  get position(): Pick<Hello, "epoch" | "last_seq"> {
    return this.#feed ? { epoch: this.#feed.epoch, last_seq: this.#feed.seq } : {};
  }

  /** Take a frame to its end. Fails where it could not be kept, such as with a full disk. */
  async take(frame: FromGateway): Promise<void> {
    try {
      await this.#take(frame);
    } catch (error) {
      this.#hasMissed = true;
      if (frame.type === "account" || frame.type === "customer") {
        this.#parts.customers.download([frame.customer_code]);
      }
      throw error;
    }
  }

  async #take(frame: FromGateway): Promise<void> {
    switch (frame.type) {
      case "welcome":
        await this.#welcomed(frame);
        await this.#parts.printJobs.take(frame);
        return;
      case "account":
        await this.#accountChanged(frame);
        return;
      case "customer":
        await this.#customerChanged(frame);
        return;
      case "cut_order":
        void refreshCutTasks(this.#parts).catch(ignoreNoAnswer);
        this.#advanceTo(frame.seq);
        return;
      case "refresh":
        await this.#parts.database.markOutdated(null);
        this.#advanceTo(frame.seq);
        void refreshDay(this.#parts);
        return;
      case "revoked":
        await this.#shutOut();
        return;
      case "problem":
        console.error("the gateway refused a frame", frame.slug);
        await this.#parts.printJobs.take(frame);
        return;
      default:
        await this.#parts.printJobs.take(frame);
    }
  }

  async #welcomed(frame: Typed<Welcome>): Promise<void> {
    this.#hasMissed = false;
    this.#parts.clock.correct(Date.parse(frame.now));
    if (frame.refresh || this.#feed === null) {
      await this.#parts.database.markOutdated(null);
      this.#feed = { epoch: frame.epoch, seq: frame.seq };
      void refreshDay(this.#parts);
    }
    this.#feed = { ...this.#feed, epoch: frame.epoch };
    this.#saveFeed();
  }

  async #accountChanged(update: AccountUpdate): Promise<void> {
    const { customers } = this.#parts;
    if (await customers.update(update)) {
      if (isOnRoute(this.#parts, update.customer_code)) {
        customers.download([update.customer_code]);
      } else {
        void customers.refreshRoute().catch(ignoreNoAnswer);
      }
      if (update.payment?.method === "cash") {
        void refreshShift(this.#parts).catch(ignoreNoAnswer);
      }
    }
    this.#advanceTo(update.seq);
  }

  async #customerChanged({ customer_code, on_route, seq }: CustomerUpdate): Promise<void> {
    const { customers, database, store } = this.#parts;
    if (!on_route || !store.state.files[customer_code]) {
      void customers.refreshRoute().catch(ignoreNoAnswer);
    } else {
      await database.markOutdated(customer_code);
      customers.download([customer_code]);
    }
    this.#advanceTo(seq);
  }

  #advanceTo(seq: number): void {
    if (this.#feed && !this.#hasMissed) {
      this.#feed = { ...this.#feed, seq };
      this.#saveFeed();
    }
  }

  #saveFeed(): void {
    // Many updates may come at once; the last position counts, and an older one only means that they come again.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#feed && this.#parts.isEnrolled()) {
        void this.#parts.database.setFacts({ feed: this.#feed }).catch(ignoreNoAnswer);
      }
    }, SAVE_MS);
  }
}
