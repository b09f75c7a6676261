/** The documents of the tests, whose dots the server's own renderer has drawn and hashed. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Document } from "../../src/printing/document.ts";
import { layOut } from "../../src/printing/layout.ts";
import { DEFAULT_PROFILE, type PrinterProfile } from "../../src/printing/profile.ts";
import { draw } from "../../src/printing/raster.ts";
import { atlas } from "../printing/atlas_file.ts";

interface Vector {
  readonly document: Document;
  readonly rasters: Readonly<Record<string, { readonly height: number; readonly sha256: string }>>;
}

const VECTORS = JSON.parse(
  readFileSync(new URL("../../../tests/unit/printing/golden/vectors.json", import.meta.url), "utf8"),
) as Vector[];

export const PROFILE: PrinterProfile = { ...DEFAULT_PROFILE, fence: true, status: true, tail_rows: 24 };

/** A receipt and a notice as the services make them. */
export const [RECEIPT, NOTICE] = VECTORS.map(({ document }) => document) as [Document, Document];

/** The dots as the server has drawn them. */
export function serverSays(document: Document, width: number): { height: number; sha256: string } {
  const found = VECTORS.find((vector) => vector.document === document)?.rasters[String(width)];
  if (!found) {
    throw new Error("the server has not drawn this document");
  }
  return found;
}

export function sha256(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The rows of a document with those up to where it is torn off. */
export function picture(document: Document, profile: PrinterProfile): Buffer {
  const { data } = draw(layOut(document, profile.width_dots, atlas), atlas);
  return Buffer.concat([data, Buffer.alloc(profile.tail_rows * (profile.width_dots / 8))]);
}
