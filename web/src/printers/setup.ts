/**
 * Finding out what a printer can do: questions that it answers itself, and test pages that a person looks at. Pure, but
 * for what it is given; nothing is switched on that was not seen to work.
 */

import type { Document } from "../printing/document.ts";
import { DEFAULT_PROFILE, type PrinterProfile, type WidthDots } from "../printing/profile.ts";
import type { Answer } from "./answers.ts";
import { statusRequest } from "./answers.ts";

/** A part of a test page: what is printed, and how. */
export interface Part {
  readonly document: Document;
  readonly profile: PrinterProfile;
}

type Block = Document["blocks"][number];

/** What the person found on the test pages. Left out: not seen, or not right. */
export interface Seen {
  /** The first page reaches the arrow at the right edge. */
  readonly isWide?: boolean;
  /** Vietnamese letters are right. Without that, this is not a printer for us. */
  readonly areLettersRight?: boolean;
  /** The phone's camera reads the printer's own code. */
  readonly isCodeRead?: boolean;
  /** The line in the printer's own letters is as wide as the one above it. */
  readonly areOwnLettersEven?: boolean;
  /** The two gaps between the lines are equal. */
  readonly areGapsEqual?: boolean;
}

/** What the printer answered itself. */
export interface Answered {
  readonly status: boolean;
  readonly fence: boolean;
}

export const QUESTIONS = {
  status: statusRequest(1),
  fence: Uint8Array.of(0x1d, 0x72, 1),
} as const;

/** How long a printer may think. */
export const ANSWER_MS = 2_000;

/** Ask the printer what it answers; `ask` is the driver's. */
export async function findOut(
  ask: (request: Uint8Array<ArrayBuffer>, milliseconds: number) => Promise<readonly Answer[]>,
): Promise<Answered> {
  const status = await ask(QUESTIONS.status, ANSWER_MS);
  const fence = await ask(QUESTIONS.fence, ANSWER_MS);
  return {
    status: status.some((answer) => answer.type === "status"),
    fence: fence.some((answer) => answer.type === "fence"),
  };
}

const NOTHING_SPECIAL: PrinterProfile = { ...DEFAULT_PROFILE, feed_command: false, tail_rows: 0 };
const TEAR_OFF = 96;

/** The first page: a ruler for 80 mm paper. On 58 mm paper its right end is missing or on a line of its own. */
export function widthPage(): Part[] {
  const blocks: Block[] = [
    { type: "text", text: "THU NGÂN", weight: "bold", size: 2 },
    {
      type: "columns",
      cells: [
        { text: "|<", width: 2 },
        { text: "58 mm >|", width: 29, align: "right" }, // up to the 32nd letter, where 58 mm paper ends
        { text: "80 mm >|", width: 15, align: "right" },
      ],
    },
    { type: "rule" },
  ];
  return [{ document: page(blocks), profile: { ...NOTHING_SPECIAL, width_dots: 576, tail_rows: TEAR_OFF } }];
}

/** The second page: letters, the printer's own code, its own letters, and its paper feed. */
export function featuresPage(width: WidthDots): Part[] {
  const plain: PrinterProfile = { ...NOTHING_SPECIAL, width_dots: width };
  const line = "0123456789 ABCDEFGHIJ KLMNOPQRST"; // 32 letters: the whole of a 58 mm line
  const rule: Block = { type: "rule" };
  return [
    part(plain, [
      { type: "text", text: "1. Chữ Việt", weight: "bold" },
      { type: "text", text: "ẮẰẲẴẶ ẾỀỂỄỆ ỐỒỔỖỘ ỚỜỞỠỢ ỨỪỬỮỰ Đđ ₫" },
      { type: "text", text: "Nguyễn Thị Tuyết Ánh Nguyệt, ấp Kênh Hãng, xã Khánh Bình Tây Bắc: 1.113.426 ₫" },
      rule,
      { type: "text", text: "2. Mã QR của máy in", weight: "bold" },
    ]),
    part({ ...plain, native_qr: true }, [{ type: "qr", data: "HTTPS://THUNGAN/TEST/0123456789", caption: "Quét thử" }]),
    part(plain, [rule, { type: "text", text: "3. Chữ của máy in", weight: "bold" }, { type: "text", text: line }]),
    part({ ...plain, text_mode: "ascii_lines" }, [{ type: "text", text: line }]),
    part(plain, [rule, { type: "text", text: "4. Đẩy giấy: hai khoảng bằng nhau", weight: "bold" }, rule, gap, rule]),
    part({ ...plain, feed_command: true }, [gap, rule]),
    part({ ...plain, tail_rows: TEAR_OFF }, [{ type: "text", text: "--- hết ---", align: "center" }]),
  ];
}

const gap: Block = { type: "feed", rows: 60 };

/** A page that shows the profile at work, to be printed at any time. */
export function testPage(profile: PrinterProfile, printerName: string): Part[] {
  return [
    {
      profile,
      document: page([
        { type: "text", text: "IN THỬ", align: "center", weight: "bold", size: 2 },
        { type: "text", text: printerName, align: "center" },
        { type: "rule", style: "double" },
        { type: "text", text: "Nguyễn Thị Tuyết Ánh Nguyệt, ấp Kênh Hãng, xã Khánh Bình Tây Bắc" },
        {
          type: "columns",
          cells: [{ text: "Tổng cộng" }, { text: "1.113.426 ₫", keep: true, align: "right", weight: "bold" }],
        },
        { type: "qr", data: "HTTPS://THUNGAN/TEST/0123456789" },
      ]),
    },
  ];
}

/** The profile that comes of it; `before` is what a person had set by hand. */
export function profileFrom(seen: Seen, answered: Answered, before: PrinterProfile = DEFAULT_PROFILE): PrinterProfile {
  return {
    width_dots: seen.isWide ? 576 : 384,
    native_qr: seen.isCodeRead === true,
    text_mode: seen.areOwnLettersEven ? "ascii_lines" : "none",
    cut: before.cut,
    fence: answered.fence,
    status: answered.status,
    feed_command: seen.areGapsEqual === true,
    tail_rows: before.tail_rows,
  };
}

function part(profile: PrinterProfile, blocks: Block[]): Part {
  return { profile, document: page(blocks) };
}

function page(blocks: Block[]): Document {
  return { version: 1, kind: "test_page", title: "Giấy in thử", blocks };
}

/** The bytes of all parts as one document; `draw` is the renderer's. */
export async function bytesOf(
  parts: readonly Part[],
  draw: (document: Document, profile: PrinterProfile, resync: boolean) => Promise<Uint8Array>,
  resync = false,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces = await Promise.all(
    parts.map(({ document, profile }, index) =>
      // One fence at most, after the last part.
      draw(document, { ...profile, fence: profile.fence && index === parts.length - 1 }, resync && index === 0),
    ),
  );
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
