/**
 * A receipt printer: takes bytes in pieces of any size, draws them on its paper, answers questions, and runs
 * out of paper where a test wants it. Strict: bytes that are none of our commands are noted as unknown.
 */

const DLE = 0x10;
const ESC = 0x1b;
const GS = 0x1d;

export interface Code {
  readonly module: number;
  readonly level: string;
  readonly data: string;
}

export class SimulatedPrinter {
  readonly rowBytes: number;
  /** Everything on the paper, row by row. */
  readonly rows: Uint8Array[] = [];
  readonly codes: Code[] = [];
  readonly texts: string[] = [];
  readonly unknown: string[] = [];
  resets = 0;
  /** Rows until the paper ends. */
  paperLeft = Number.POSITIVE_INFINITY;
  isCoverOpen = false;
  /** Whether it answers `DLE EOT`, and `GS r 1`. */
  status = true;
  fence = true;
  /** Questions within a picture are taken for dots of it, as cheap printers do. */
  isDeafInPicture = false;
  /** Bytes that it holds while it cannot print; writes wait for room. */
  readonly capacity: number;

  #buffer: number[] = [];
  #line = "";
  readonly #code: { module: number; level: string; data: string } = { module: 0, level: "", data: "" };
  #answer: (bytes: Uint8Array) => void = () => undefined;
  readonly #waiting: (() => void)[] = [];

  constructor(widthDots: number, { capacity = 8192 } = {}) {
    this.rowBytes = widthDots / 8;
    this.capacity = capacity;
  }

  /** Where answers go. */
  onAnswer(answer: (bytes: Uint8Array) => void): void {
    this.#answer = answer;
  }

  get isPaperOut(): boolean {
    return this.paperLeft <= 0;
  }

  get data(): Buffer {
    return Buffer.concat(this.rows);
  }

  get buffered(): number {
    return this.#buffer.length;
  }

  /** Take bytes; done when there was room for them. */
  async take(bytes: Uint8Array): Promise<void> {
    const isInPicture = this.isDeafInPicture && this.#buffer.length > 0;
    if (bytes.length === 3 && bytes[0] === DLE && bytes[1] === 4 && !isInPicture) {
      // Asked in real time: answered before what lies in the buffer.
      if (this.status) {
        this.#answer(Uint8Array.of(this.#statusOf(bytes[2] as number)));
      }
      return;
    }
    while (this.#buffer.length + bytes.length > this.capacity) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#buffer.push(...bytes);
    this.work();
  }

  loadPaper(rows = Number.POSITIVE_INFINITY): void {
    this.paperLeft = rows;
    this.work();
  }

  closeCover(): void {
    this.isCoverOpen = false;
    this.work();
  }

  /** Switched off and on: what was not printed is gone. */
  powerCycle(): void {
    this.#buffer = [];
    this.#line = "";
  }

  /** Print what can be printed. */
  work(): void {
    while (this.#isReady && this.#buffer.length > 0) {
      const length = this.#command();
      if (length === 0) {
        break;
      }
      this.#buffer.splice(0, length);
    }
    for (const wake of this.#waiting.splice(0)) {
      wake();
    }
  }

  get #isReady(): boolean {
    return !this.isPaperOut && !this.isCoverOpen;
  }

  #statusOf(question: number): number {
    switch (question) {
      case 1:
        return this.#isReady ? 0x12 : 0x1a;
      case 2:
        return 0x12 | (this.isCoverOpen ? 0x04 : 0) | (this.isPaperOut ? 0x20 : 0);
      default:
        return this.isPaperOut ? 0x7e : 0x12;
    }
  }

  /** Carry out the first command; the bytes it took, or 0 where it is not complete. */
  #command(): number {
    const [first = 0, second = 0, third = 0] = this.#buffer;
    if (first === 0) {
      return 1;
    }
    if (first === 0x0a) {
      this.texts.push(this.#line);
      this.#line = "";
      return 1;
    }
    if (first >= 0x20 && first <= 0x7e) {
      this.#line += String.fromCharCode(first);
      return 1;
    }
    if (this.#buffer.length < 2) {
      return 0;
    }
    switch (nameOf(first, second)) {
      case "ESC @":
        this.resets += 1;
        return 2;
      case "ESC J":
        return this.#with(3, () => this.#feed(third));
      case "ESC a":
      case "ESC 3":
      case "ESC E":
      case "GS !":
      case "GS V":
        return this.#with(3, () => undefined);
      case "GS r":
        return this.#with(3, () => this.fence && this.#answer(Uint8Array.of(0)));
      case "GS v":
        return this.#band();
      case "GS (":
        return this.#qr();
      default:
        this.unknown.push(`${first.toString(16)} ${second.toString(16)}`);
        return 1;
    }
  }

  #with(length: number, action: () => void): number {
    if (this.#buffer.length < length) {
      return 0;
    }
    action();
    return length;
  }

  #feed(count: number): void {
    for (let row = 0; row < count; row += 1) {
      this.#print(new Uint8Array(this.rowBytes));
    }
  }

  /** Bands are printed row by row as they come, as small printers do. */
  #band(): number {
    if (this.#buffer.length < 8) {
      return 0;
    }
    const [, , , , xl = 0, xh = 0, yl = 0, yh = 0] = this.#buffer;
    const width = xl + 256 * xh;
    const height = yl + 256 * yh;
    if (this.#buffer.length < 8 + width) {
      return 0;
    }
    const row = new Uint8Array(Math.max(width, this.rowBytes));
    row.set(this.#buffer.slice(8, 8 + width));
    this.#print(row.subarray(0, this.rowBytes));
    if (height === 1) {
      return 8 + width;
    }
    // What is left is a band of one row less.
    this.#buffer.splice(8, width);
    this.#buffer[6] = (height - 1) & 0xff;
    this.#buffer[7] = (height - 1) >> 8;
    return this.#isReady ? this.#band() : 0;
  }

  #qr(): number {
    const [, , , low = 0, high = 0] = this.#buffer;
    const length = low + 256 * high;
    if (this.#buffer.length < 5 + length) {
      return 0;
    }
    const [, number, ...values] = this.#buffer.slice(5, 5 + length);
    switch (number) {
      case 67:
        this.#code.module = values[0] ?? 0;
        break;
      case 69:
        this.#code.level = "LMQH".charAt((values[0] ?? 0) - 0x30);
        break;
      case 80:
        this.#code.data = Buffer.from(values.slice(1)).toString("utf8");
        break;
      case 81:
        this.codes.push({ ...this.#code });
        break;
      default:
    }
    return 5 + length;
  }

  #print(row: Uint8Array): void {
    this.rows.push(row);
    this.paperLeft -= 1;
  }
}

/** The name of a command by its first two bytes; empty where there is none of the name. */
function nameOf(first: number | undefined, second = 0): string {
  switch (first) {
    case ESC:
      return `ESC ${String.fromCharCode(second)}`;
    case GS:
      return `GS ${String.fromCharCode(second)}`;
    default:
      return "";
  }
}
