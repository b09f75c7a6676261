/** Writes the types that are made from the server's schemas. */
import { readFileSync, writeFileSync } from "node:fs";
import { type Schema, typesOf } from "./schema_types.ts";

export const DOCUMENT_SCHEMA = new URL("../../shared/printing/document.schema.json", import.meta.url);
export const DOCUMENT_TYPES = new URL("../src/printing/document.ts", import.meta.url);

export function documentTypes(): string {
  return typesOf(JSON.parse(readFileSync(DOCUMENT_SCHEMA, "utf8")) as Schema, "shared/printing/document.schema.json");
}

if (import.meta.main) {
  writeFileSync(DOCUMENT_TYPES, documentTypes());
}
