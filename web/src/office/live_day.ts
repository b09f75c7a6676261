/**
 * The present day, as the gateway tells it while it goes.
 *
 * One window of the browser has the stream and tells the others: six streams would be all connections that a browser
 * makes to one server. Which window that is, a lock decides; when it is closed, another one goes on.
 */
import type { DayUpdate, DayView } from "../api/types.ts";
import { Store } from "../app/store.ts";
import { dayAfter } from "./day_update.ts";

const NAME = "thungan-day";
const ADDRESS = "/v1/day/events";
/** Longer than the gateway is ever silent: what has not been heard of for so long is gone, closed or not. */
const SILENT_MS = 75_000;
const AGAIN_MS = 5_000;
/** Another browser of the same session has the stream. */
const REPLACED_MS = 60_000;

export interface LiveState {
  readonly day: DayView | null;
  /** When the last event came, by the gateway's clock: epoch milliseconds. */
  readonly readAt: number;
  /** Whether changes are told: a page that is not told asks by itself. */
  readonly isLive: boolean;
}

interface LiveHooks {
  now(): number;
  /** Find out whether the session goes on; where it does not, the office asks for the password. */
  check(): Promise<boolean>;
}

/** What windows tell each other. */
type Word = { readonly day: DayView; readonly readAt: number } | "alive" | "lost" | "what?";

export class LiveDay {
  readonly store = new Store<LiveState>({ day: null, readAt: 0, isLive: false });
  readonly #hooks: LiveHooks;
  #pages = 0;
  #use: AbortController | null = null;
  #channel: BroadcastChannel | null = null;
  #source: EventSource | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(hooks: LiveHooks) {
    this.#hooks = hooks;
  }

  /** Listen while a page shows the day; returns what ends that. */
  watch(): () => void {
    this.#pages += 1;
    if (this.#pages === 1) {
      this.#begin();
    }
    return () => {
      this.#pages -= 1;
      if (this.#pages === 0) {
        this.#end();
      }
    };
  }

  #begin(): void {
    const use = new AbortController();
    this.#use = use;
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => this.#told(data);
    this.#tell("what?");
    const listen = (): Promise<void> =>
      new Promise((resolve) => {
        if (use.signal.aborted) {
          resolve();
          return;
        }
        use.signal.addEventListener("abort", () => resolve());
        this.#open();
      });
    if (navigator.locks) {
      navigator.locks.request(NAME, { signal: use.signal }, listen).catch(() => undefined);
    } else {
      void listen();
    }
  }

  #end(): void {
    this.#use?.abort();
    this.#use = null;
    clearTimeout(this.#again);
    clearTimeout(this.#silence);
    if (this.#source !== null) {
      this.#source.close();
      this.#source = null;
      this.#tell("lost");
    }
    this.#channel?.close();
    this.#channel = null;
    this.store.set({ day: null, isLive: false });
  }

  // --- the window that has the stream

  #open(): void {
    clearTimeout(this.#again);
    const source = new EventSource(ADDRESS);
    this.#source = source;
    source.addEventListener("day", ({ data }) => this.#take(JSON.parse(data) as DayUpdate));
    source.addEventListener("alive", () => {
      this.#heard();
      this.#tell("alive");
    });
    source.addEventListener("ended", ({ data }) => {
      const { because } = JSON.parse(data) as { because: string };
      this.#lost();
      this.#openAfter(because === "replaced" ? REPLACED_MS : AGAIN_MS);
    });
    source.onerror = () => {
      // The browser comes back by itself, but for a refusal: then it is over.
      if (source.readyState === EventSource.CLOSED) {
        this.#lost();
        this.#openAfter(AGAIN_MS);
      } else {
        this.#silent();
      }
    };
  }

  #openAfter(pause: number): void {
    clearTimeout(this.#again);
    const use = this.#use;
    this.#again = setTimeout(() => {
      void this.#hooks.check().then((goesOn) => {
        if (this.#use === use && use !== null) {
          if (goesOn) {
            this.#open();
          } else {
            this.#openAfter(pause);
          }
        }
      });
    }, pause);
  }

  #take(update: DayUpdate): void {
    const day = dayAfter(this.store.state.day, update);
    if (day === null) {
      // Cannot be: the first event of a stream has the whole day. Anew, without the id of the last one.
      this.#lost();
      this.#openAfter(0);
      return;
    }
    const readAt = this.#hooks.now();
    this.store.set({ day, readAt });
    this.#heard();
    this.#tell({ day, readAt });
  }

  /** The stream is over. */
  #lost(): void {
    this.#source?.close();
    this.#source = null;
    this.#silent();
  }

  /** Nothing is told at present. */
  #silent(): void {
    clearTimeout(this.#silence);
    this.store.set({ isLive: false });
    this.#tell("lost");
  }

  // --- all windows

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      if (this.#source === null) {
        this.store.set({ isLive: false });
      } else {
        this.#lost();
        this.#openAfter(0);
      }
    }, SILENT_MS);
    if (this.store.state.day !== null) {
      this.store.set({ isLive: true });
    }
  }

  /** Another window has said something. */
  #told(word: Word): void {
    if (word === "what?") {
      const { day, readAt, isLive } = this.store.state;
      if (this.#source !== null && day !== null && isLive) {
        this.#tell({ day, readAt });
      }
    } else if (this.#source === null) {
      if (word === "lost") {
        this.store.set({ isLive: false });
      } else if (word === "alive") {
        this.#heard();
      } else {
        this.store.set(word);
        this.#heard();
      }
    }
  }

  #tell(word: Word): void {
    this.#channel?.postMessage(word);
  }
}
