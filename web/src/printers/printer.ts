/** A printer that bytes can be written to, whatever carries them. */

/** Why a document did not come out, or may not have: the gateway's words. */
export type Cause =
  | "no_printer"
  | "paper_out"
  | "cover_open"
  | "battery_low"
  | "link_lost"
  | "write_error"
  | "no_confirmation"
  | "user_cancelled"
  | "expired"
  | "app_closed";

/** `other`: an app on the same device, which has the printer that is built in. */
export type Connection = "bluetooth" | "serial" | "other";

export type PrinterEvent =
  /** The link is gone: the printer was switched off, or is too far away. Not emitted after `disconnect`. */
  | { readonly type: "lost" }
  /** Bytes that the printer has sent. */
  | { readonly type: "answer"; readonly bytes: Uint8Array };

export interface Printer {
  /** The phone's name for it on the server: the same printer has the same one after a reload. */
  readonly id: string;
  readonly name: string;
  readonly connection: Connection;
  readonly isConnected: boolean;
  /** The most bytes of one write. */
  readonly maxChunk: number;
  /** It takes whole documents and nothing else, and never answers: it is asked nothing. */
  readonly isOneWay?: boolean;

  /** Open the link where it is not. Throws NotAReceiptPrinter, or the browser's error. */
  connect(): Promise<void>;
  /** Write up to `maxChunk` bytes; done when the link has taken them. Never called while another write is under way. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Look for what the printer has answered, where the link does not report it. Answers come as events. */
  poll(): Promise<void>;
  /** Battery in percent; null where the printer does not report it. */
  battery(): Promise<number | null>;
  /** Close the link at once, whatever is under way; also one that has got stuck. */
  disconnect(): Promise<void>;
  /** Call `listener` with every event; returns what ends that. */
  listen(listener: (event: PrinterEvent) => void): () => void;
}

/** The device is something else. `kind` is `cat` for the small picture printers that do not speak ESC/POS. */
export class NotAReceiptPrinter extends Error {
  override readonly name = "NotAReceiptPrinter";
  readonly kind: "cat" | "unknown";

  constructor(kind: "cat" | "unknown") {
    super(kind);
    this.kind = kind;
  }
}

/** The person closed the browser's list without choosing a printer. */
export class NothingChosen extends Error {
  override readonly name = "NothingChosen";
}

/** Letters that the server allows in a printer's id. */
export function printerId(kind: string, name: string): string {
  return `${kind}.${name.replace(/[^A-Za-z0-9_.:-]+/g, "-")}`.slice(0, 64);
}

/** A list of listeners. */
export class Listeners {
  readonly #all = new Set<(event: PrinterEvent) => void>();

  add(listener: (event: PrinterEvent) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  emit(event: PrinterEvent): void {
    for (const listener of [...this.#all]) {
      listener(event);
    }
  }
}
