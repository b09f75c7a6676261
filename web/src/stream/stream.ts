/** The phone's side of the stream: hello, resume, and coming back after every loss. */
import type {
  Accepted,
  AccountUpdate,
  Acknowledged,
  Battery,
  Confirmed,
  CustomerUpdate,
  CutOrderUpdate,
  Heartbeat,
  Hello,
  Job,
  Printing,
  ProblemFrame,
  Refresh,
  Result,
  Revoked,
  Welcome,
  Withdrawn,
} from "../api/types.ts";
import { pauseAfter } from "../sync/backoff.ts";

/** Frames of the gateway carry their type, also where the description gives it a default. */
export type Typed<T extends { readonly type?: string }> = T & { readonly type: NonNullable<T["type"]> };

export type FromGateway =
  | Typed<Welcome>
  | Typed<Job>
  | Typed<Confirmed>
  | Typed<Withdrawn>
  | Typed<Acknowledged>
  | Typed<AccountUpdate>
  | Typed<CustomerUpdate>
  | Typed<CutOrderUpdate>
  | Typed<Refresh>
  | Typed<Revoked>
  | Typed<ProblemFrame>;

export type FromPhone = Hello | Accepted | Printing | Result | Battery;

export interface StreamParts {
  readonly address: string;
  /** Read afresh for each connection. */
  hello(): Promise<Hello>;
  /** Frames are taken one after the other, each to its end. */
  take(frame: FromGateway): Promise<void>;
  opened(): void;
  lost(): void;
  /** Closed for good: another tab or phone has taken over (4001), the app is too old (4002), shut out (4003). */
  ended(code: number): void;
  random?(): number;
  open?(address: string): WebSocket;
}

/** Without a welcome in this time a connection is closed. */
const WELCOME_MS = 15_000;
/** A connection that has been silent for so many heartbeats is dead, whether or not it was closed. */
const SILENT_HEARTBEATS = 2;
const REPLACED = 4001;
const OWN_REPLACEMENT_MS = 20_000;

export class Stream {
  readonly #parts: StreamParts;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** How long the gateway may be silent; null where it is too old to send heartbeats. */
  #longestSilence: number | null = null;
  #failures = 0;
  #stopped = true;
  #welcomed = false;
  #queue: Promise<void> = Promise.resolve();
  /** When a connection was last left for a new one. */
  #leftAt = Number.NEGATIVE_INFINITY;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#welcomed;
  }

  start(): void {
    if (this.#stopped) {
      this.#stopped = false;
      this.#connect();
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#leave();
  }

  /** Signal is back, or the app came to the front: do not wait for the end of the pause. */
  hurry(): void {
    if (!this.#stopped && this.#socket === null) {
      clearTimeout(this.#timer);
      this.#connect();
    }
  }

  /** The connection may be dead without anybody having noticed: make a new one. */
  renew(): void {
    if (!this.#stopped) {
      if (this.#socket !== null) {
        this.#leftAt = Date.now();
      }
      this.#leave();
      this.#failures = 0;
      this.#connect();
    }
  }

  /** Send a frame if there is a connection; what matters is sent again after the next welcome. */
  send(frame: object): void {
    if (this.#welcomed && this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(frame));
    }
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const socket = (this.#parts.open ?? ((address) => new WebSocket(address)))(this.#parts.address);
    this.#socket = socket;
    const isCurrent = (): boolean => this.#socket === socket;
    const impatience = setTimeout(() => isCurrent() && !this.#welcomed && this.#lose(socket), WELCOME_MS);
    socket.onopen = () => {
      void this.#parts.hello().then((hello) => {
        if (isCurrent() && socket.readyState === WebSocket.OPEN) {
          socket.send(JSON.stringify(hello));
        }
      });
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (!isCurrent() || typeof event.data !== "string") {
        return;
      }
      const frame = JSON.parse(event.data) as FromGateway | Typed<Heartbeat>;
      if (frame.type === "welcome") {
        clearTimeout(impatience);
        this.#failures = 0;
        this.#welcomed = true;
        this.#longestSilence = frame.heartbeat_frames ? SILENT_HEARTBEATS * frame.heartbeat * 1_000 : null;
        this.#parts.opened();
      }
      this.#heard(socket);
      if (frame.type === "heartbeat") {
        return;
      }
      this.#queue = this.#queue
        .then(() => this.#parts.take(frame))
        .catch((error: unknown) => console.error("a frame was not handled", error));
    };
    socket.onclose = (event) => {
      clearTimeout(impatience);
      if (isCurrent()) {
        this.#closed(event.code);
      }
    };
  }

  #closed(code: number): void {
    this.#leave();
    // The gateway may see our own two connections in the other order, and keep the older one.
    const isOurOwn = code === REPLACED && Date.now() - this.#leftAt < OWN_REPLACEMENT_MS;
    if (code >= 4000 && code < 4100 && !isOurOwn) {
      this.#stopped = true;
      this.#parts.ended(code);
      return;
    }
    if (!this.#stopped) {
      this.#failures += 1;
      const least = code >= 4100 && code < 4200 ? 1_000 : 0;
      this.#timer = setTimeout(() => this.#connect(), least + pauseAfter(this.#failures, this.#parts.random));
    }
  }

  /** The gateway lives. A page sees neither pings nor a link that swallows what is sent: only frames count. */
  #heard(socket: WebSocket): void {
    clearTimeout(this.#silence);
    if (this.#longestSilence !== null) {
      this.#silence = setTimeout(() => this.#socket === socket && this.#lose(socket), this.#longestSilence);
    }
  }

  #lose(socket: WebSocket): void {
    socket.close();
    this.#closed(1006);
  }

  #leave(): void {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#silence);
    this.#longestSilence = null;
    if (socket) {
      socket.onopen = null;
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
    if (this.#welcomed) {
      this.#welcomed = false;
      this.#parts.lost();
    }
  }
}
