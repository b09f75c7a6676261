/** The connection to the gateway: the stream, whether there is signal, and when to look again. */
import type { Hello } from "../api/types.ts";
import { Battery } from "../stream/battery.ts";
import { type FromGateway, Stream } from "../stream/stream.ts";
import type { AppState } from "./state.ts";
import type { Store } from "./store.ts";

/** A connection takes a moment to open: only what lasts longer is shown. */
const OFFLINE_AFTER_MS = 2_500;
const RENEW_MS = 3_000;
const SILENT_MS = 5 * 60_000;

export interface ConnectionHooks {
  hello(): Promise<Hello>;
  take(frame: FromGateway): Promise<void>;
  opened(): void;
  /** The phone has signal again. */
  signal(): void;
  /** A person looks at the app again. */
  shown(): void;
  /** Closed for good, with the code of the gateway. */
  ended(code: number): void;
}

export class Connection {
  readonly #store: Store<AppState>;
  readonly #hooks: ConnectionHooks;
  readonly #battery = new Battery({ send: (frame) => this.send(frame) });
  #stream: Stream | null = null;
  #offlineTimer: ReturnType<typeof setTimeout> | undefined;
  /** When a frame last came, and when the connection was last made anew because signal was back. */
  #lastFrameAt = 0;
  #renewedAt = 0;

  constructor(store: Store<AppState>, hooks: ConnectionHooks) {
    this.#store = store;
    this.#hooks = hooks;
  }

  start(): void {
    this.#stream = new Stream({
      address: `${location.origin.replace(/^http/, "ws")}/v1/stream`,
      hello: () => this.#hooks.hello(),
      take: (frame) => {
        this.#lastFrameAt = Date.now();
        if (frame.type === "welcome" && frame.battery) {
          void this.#battery.welcomed();
        }
        return this.#hooks.take(frame);
      },
      opened: () => {
        clearTimeout(this.#offlineTimer);
        this.#store.set({ online: true, offline: false });
        this.#hooks.opened();
      },
      lost: () => this.#lost(),
      ended: (code) => this.#hooks.ended(code),
    });
    this.#lost();
    this.#stream.start();
    addEventListener("online", this.#onOnline);
    addEventListener("offline", this.#onOffline);
    document.addEventListener("visibilitychange", this.#onFocus);
    addEventListener("focus", this.#onFocus);
  }

  stop(): void {
    clearTimeout(this.#offlineTimer);
    removeEventListener("online", this.#onOnline);
    removeEventListener("offline", this.#onOffline);
    document.removeEventListener("visibilitychange", this.#onFocus);
    removeEventListener("focus", this.#onFocus);
    this.#stream?.stop();
    this.#stream = null;
    this.#store.set({ online: false });
  }

  /** Send a frame, if the stream is open. */
  send(frame: object): void {
    this.#stream?.send(frame);
  }

  /** The gateway may be there again: do not wait for the end of a pause. */
  hurry(): void {
    this.#stream?.hurry();
  }

  #lost(): void {
    this.#store.set({ online: false, offline: this.#store.state.offline || !navigator.onLine });
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = setTimeout(() => this.#store.set({ offline: true }), OFFLINE_AFTER_MS);
  }

  readonly #onOffline = (): void => this.#store.set({ offline: true, online: false });

  readonly #onOnline = (): void => {
    // Phones fire the event several times while they change masts.
    if (Date.now() - this.#renewedAt > RENEW_MS) {
      this.#renewedAt = Date.now();
      this.#stream?.renew();
    } else {
      this.#stream?.hurry();
    }
    this.#hooks.signal();
  };

  readonly #onFocus = (): void => {
    if (document.visibilityState === "visible") {
      // A page in the background is frozen: the connection may be long dead.
      if (Date.now() - this.#lastFrameAt > SILENT_MS) {
        this.#stream?.renew();
      } else {
        this.#stream?.hurry();
      }
      this.#hooks.shown();
    }
  };
}
