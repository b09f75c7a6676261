/** Documents as they come from the server, refused where this version of the app cannot print all of them. */

import schema from "../../../shared/printing/document.schema.json" with { type: "json" };
import type { Document } from "./document.ts";
import { symbol } from "./qr_symbol.ts";
import { type Schema, violation } from "./schema.ts";

/** The document is not one that this version of the app can print. */
export class UnreadableDocument extends Error {
  override readonly name = "UnreadableDocument";
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Take in a document. Throws UnreadableDocument: a paper is printed as it was meant, or not at all. */
export function readDocument(value: unknown): Document {
  const problem = violation(value, schema as Schema);
  if (problem !== null) {
    throw new UnreadableDocument(problem);
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
        throw new UnreadableDocument(String(error));
      }
    }
  }
  return document;
}
