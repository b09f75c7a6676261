import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { API_TYPES, apiTypes, STAFF_OF, staffOf } from "../../build/make_api_types.ts";

test("the types of the API are those of its description", () => {
  assert.equal(readFileSync(API_TYPES, "utf8"), apiTypes(), "run ./dev web node build/make_api_types.ts");
  assert.equal(readFileSync(STAFF_OF, "utf8"), staffOf(), "run ./dev web node build/make_api_types.ts");
});
