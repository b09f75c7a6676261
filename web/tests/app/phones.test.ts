import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { isMobile, phoneProblem } from "../../src/app/phones.ts";

interface Case {
  readonly typed: string;
  /** What the service makes of it; null where it refuses. */
  readonly phone: string | null;
  /** What the phone refuses it for; null where it leaves that to the service. */
  readonly problem: string | null;
}

const CASES: readonly Case[] = JSON.parse(
  readFileSync(new URL("../../../tests/data/phones.json", import.meta.url), "utf8"),
);

describe("a phone number that was typed", () => {
  for (const { typed, phone, problem } of CASES) {
    test(`is refused on the phone for ${problem ?? "nothing"}: ${JSON.stringify(typed)}`, () => {
      assert.equal(phoneProblem(typed), problem);
      assert.ok(phone === null || problem === null, "the phone refuses nothing that the service takes");
    });
  }
});

test("only mobile numbers receive SMS", () => {
  for (const { phone } of CASES) {
    assert.equal(isMobile(phone), phone !== null && !phone.startsWith("+842"));
  }
});
