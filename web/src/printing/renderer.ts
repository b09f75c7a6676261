/** Documents drawn in a worker: the page's side of it. */

import type { DrawingAnswer, DrawingJob, DrawingRequest, Drawn } from "./jobs.ts";
import type { PrinterProfile, WidthDots } from "./profile.ts";
import type { Matrix } from "./qr_symbol.ts";
import type { Raster } from "./raster.ts";

/** A document could not be drawn. `name` is UnreadableDocument where the document is not for this version of the app. */
export class DrawingFailed extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

interface Waiting {
  resolve(result: Drawn): void;
  reject(error: Error): void;
}

export class Renderer {
  #worker: Worker | null = null;
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();

  /** The bytes that print `document` (as it came from the server). `resync` is for the first job after a broken one. */
  async escpos(document: unknown, profile: PrinterProfile, resync = false): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#draw({ kind: "escpos", document, profile, resync })) as Uint8Array<ArrayBuffer>;
  }

  /** The dots of `document` (as it came from the server), for the screen. */
  async picture(document: unknown, width: WidthDots): Promise<Raster> {
    return (await this.#draw({ kind: "picture", document, width })) as Raster;
  }

  /** The QR code for `data`, without quiet zone. */
  async qr(data: string): Promise<Matrix> {
    return (await this.#draw({ kind: "qr", data })) as Matrix;
  }

  #draw(job: DrawingJob): Promise<Drawn> {
    return new Promise((resolve, reject) => {
      const request: DrawingRequest = { id: this.#next, job };
      this.#next += 1;
      this.#waiting.set(request.id, { resolve, reject });
      this.#open().postMessage(request);
    });
  }

  #open(): Worker {
    if (this.#worker === null) {
      this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "documents" });
      this.#worker.addEventListener("message", ({ data }: MessageEvent<DrawingAnswer>) => this.#answered(data));
      this.#worker.addEventListener("error", (event) => this.#broken(event.message));
    }
    return this.#worker;
  }

  #answered(answer: DrawingAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("problem" in answer) {
      waiting?.reject(new DrawingFailed(answer.problem.name, answer.problem.message));
    } else {
      waiting?.resolve(answer.result);
    }
  }

  /** The worker itself failed, for instance because it could not be loaded: requests that wait fail, the next one tries anew. */
  #broken(message: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) {
      one.reject(new DrawingFailed("WorkerFailed", message));
    }
  }
}
