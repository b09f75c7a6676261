/** Answers of printers, distinguished by the bits that ESC/POS fixes. Pure. */

import type { Cause } from "./printer.ts";

/** Asked at any time, also while the buffer is full: printer, why it is offline, paper. */
export const STATUS_QUESTIONS = [1, 2, 4] as const;
export type StatusQuestion = (typeof STATUS_QUESTIONS)[number];

export function statusRequest(question: StatusQuestion): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x10, 0x04, question);
}

export type Answer =
  /** To `DLE EOT`: about now. */
  | { readonly type: "status"; readonly value: number }
  /** To `GS r 1`: all before it was printed. */
  | { readonly type: "fence"; readonly value: number };

const OFFLINE = 0x08;
const COVER_OPEN = 0x04;
const STOPPED_BY_PAPER_END = 0x20;
const PAPER_END = 0x60;
const FENCE_PAPER_END = 0x0c;

/** Reads the printer's bytes as they come, in pieces of any size. */
export class AnswerReader {
  /** Bytes that still belong to an automatic status of four. */
  #skip = 0;

  read(bytes: Uint8Array): Answer[] {
    const answers: Answer[] = [];
    for (const byte of bytes) {
      if (this.#skip > 0 && (byte & 0x90) === 0) {
        this.#skip -= 1;
      } else if ((byte & 0x93) === 0x12) {
        this.#skip = 0;
        answers.push({ type: "status", value: byte });
      } else if ((byte & 0x93) === 0x10) {
        // Automatic status, sent without a request: three more bytes that look like answers to GS r.
        this.#skip = 3;
      } else if ((byte & 0x90) === 0) {
        answers.push({ type: "fence", value: byte });
      }
    }
    return answers;
  }
}

/** Why the printer cannot print, by its answer to one question; null where that answer has nothing against it. */
export function causeOf(question: StatusQuestion, value: number): Cause | null {
  switch (question) {
    case 1:
      // The answers to the other two questions give the reason; all are asked.
      return value & OFFLINE ? "no_printer" : null;
    case 2:
      if (value & COVER_OPEN) {
        return "cover_open";
      }
      return value & STOPPED_BY_PAPER_END ? "paper_out" : null;
    case 4:
      return value & PAPER_END ? "paper_out" : null;
  }
}

/** The most precise cause: an open cover also reads as paper out, and both as offline. */
export function worst(causes: readonly (Cause | null)[]): Cause | null {
  const order: Cause[] = ["cover_open", "paper_out", "battery_low", "no_printer"];
  return order.find((cause) => causes.includes(cause)) ?? null;
}

/** Whether the printer ran out of paper by the time it had processed everything. */
export function fenceSaysPaperEnd(value: number): boolean {
  return (value & FENCE_PAPER_END) !== 0;
}
