import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DOCUMENT_SCHEMA, DOCUMENT_TYPES, documentTypes } from "../../build/make_types.ts";
import { readDocument } from "../../src/printing/read_document.ts";
import { type Schema, violation } from "./schema.ts";

const SCHEMA = JSON.parse(readFileSync(DOCUMENT_SCHEMA, "utf8")) as Schema;
const VECTORS = new URL("../../../tests/unit/printing/golden/vectors.json", import.meta.url);
const DOCUMENTS = (JSON.parse(readFileSync(VECTORS, "utf8")) as { document: object }[]).map(({ document }) => document);

test("the types of documents are those of the server's schema", () => {
  assert.equal(readFileSync(DOCUMENT_TYPES, "utf8"), documentTypes(), "run `./dev web node build/make_types.ts`");
});

const FULL = {
  version: 1,
  kind: "receipt",
  title: "Biên nhận",
  language: "vi",
  blocks: [
    { type: "text", text: "Điện lực", align: "center", weight: "bold", size: 2 },
    {
      type: "columns",
      size: 1,
      cells: [{ text: "a", align: "left", weight: "regular", width: 3, share: 2, keep: true }],
    },
    { type: "rule", style: "double" },
    { type: "feed", rows: 800 },
    { type: "qr", data: "A", error_level: "M", caption: "Mã" },
  ],
};

/** What might stand in a field's place: every kind of value, and the lengths and numbers at the limits. */
const STRANGE: unknown[] = [
  ...[
    null,
    true,
    [],
    {},
    [{}],
    ["text"],
    "",
    "x",
    "A",
    "vi",
    "en",
    "fr",
    "text",
    "qr",
    "toString",
    "left",
    "bold",
    "single",
    "H",
  ],
  ...[-1, 0, 1, 1.5, 2, 3, 48, 49, 800, 801, "1"],
  ...[120, 121, 400, 401, 1000, 1001, 4000, 4001].map((length) => "Đ".repeat(length)),
  ...[1000, 1001].map((length) => "😀".repeat(length)),
  ...[8, 9].map((length) => Array.from({ length }, () => ({ text: "" }))),
  ...[400, 401].map((length) => Array.from({ length }, () => ({ type: "rule" }))),
  ...["a_1", "A", "1a", "a".repeat(32), "a".repeat(33)],
];

/** Each document that differs from `value` in one place. */
function* changed(value: unknown): Generator<unknown> {
  yield* STRANGE;
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) {
      for (const other of changed(one)) {
        yield value.with(index, other);
      }
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      const { [name as keyof typeof value]: _left, ...rest } = value;
      yield rest;
      for (const other of changed(one)) {
        yield { ...value, [name]: other };
      }
    }
    yield { ...value, bold: true };
    yield { ...value, toString: "x" };
  }
}

function isTaken(document: unknown): boolean {
  try {
    readDocument(document);
    return true;
  } catch (error) {
    // The schema does not know how much a QR code holds.
    assert.equal((error as Error).name, "UnreadableDocument");
    return /QR|RangeError/.test(String(error));
  }
}

test("a document is taken or refused by the server's schema, whatever one place of it holds", () => {
  let taken = 0;
  let refused = 0;
  for (const document of [...DOCUMENTS, ...changed(FULL)]) {
    const isRight = violation(document, SCHEMA) === null;
    assert.equal(isTaken(document), isRight, JSON.stringify(document)?.slice(0, 300));
    taken += Number(isRight);
    refused += Number(!isRight);
  }
  assert.ok(taken > 200 && refused > 500, `${taken} taken, ${refused} refused`);
});
