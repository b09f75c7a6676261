/** Documents as they come from the server, refused where this version of the app cannot print all of them. */

import type { Document } from "./document.ts";
import { symbol } from "./qr_symbol.ts";
import { among, flag, list, matching, orNull, record, text, typed, whole } from "./shape.ts";

/** The document is not one that this version of the app can print. */
export class UnreadableDocument extends Error {
  override readonly name = "UnreadableDocument";
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

// The server's JSON schema in a tenth of its size; a test holds the two together.
const type = text(9);
const size = among(1, 2);
const align = among("left", "center", "right");
const weight = among("regular", "bold");
const cell = record(
  { text: text(1000) },
  { align, weight, width: orNull(whole(1, 48)), share: whole(1, 48), keep: flag },
);
const DOCUMENT = record(
  {
    version: among(1),
    kind: matching(/^[a-z][a-z0-9_]{0,31}$/),
    title: text(120, 1),
    blocks: list(
      400,
      typed({
        text: record({ type, text: text(4000) }, { align, weight, size }),
        columns: record({ type, cells: list(8, cell) }, { size }),
        rule: record({ type }, { style: among("single", "double", "dashed") }),
        feed: record({ type, rows: whole(1, 800) }),
        qr: record(
          { type, data: text(1000, 1) },
          { error_level: among("L", "M", "Q", "H"), caption: orNull(text(400)) },
        ),
      }),
    ),
  },
  { language: among("vi", "en") },
);

/** Check a document. Throws UnreadableDocument: it is printed as it was meant, or not at all. */
export function readDocument(value: unknown): Document {
  const wrong = DOCUMENT(value, "$");
  if (wrong !== null) {
    throw new UnreadableDocument(`not understood: ${wrong}`);
  }
  const document = value as Document;
  for (const block of document.blocks) {
    if (block.type === "qr") {
      if (CONTROL.test(block.data)) {
        throw new UnreadableDocument("the data of a QR code must not have control characters");
      }
      try {
        symbol(block.data, block.error_level ?? "M");
      } catch (error) {
        throw new UnreadableDocument(String(error), { cause: error });
      }
    }
  }
  return document;
}
