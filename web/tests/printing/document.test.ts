import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DOCUMENT_TYPES, documentTypes } from "../../build/make_types.ts";

test("the types of documents are those of the server's schema", () => {
  assert.equal(readFileSync(DOCUMENT_TYPES, "utf8"), documentTypes(), "run `./dev web node build/make_types.ts`");
});
