import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isMobile, phoneProblem } from "../../src/app/phones.ts";

describe("a phone number that was typed", () => {
  for (const typed of [
    "0912345678",
    "0912 345 678",
    "0912.345.678",
    "(091) 234 5678",
    "84912345678",
    "+84 (0) 912 345 678",
    "0084 912345678",
    "912345678",
    "841234567",
    "０９１２３４５６７８",
    "0166 123 4567",
    "0290 3831 234",
    "0780 3831234",
  ]) {
    test(`is left to the service where it may be one: ${typed}`, () => assert.equal(phoneProblem(typed), null));
  }

  for (const [typed, problem] of [
    ["", "phone_short"],
    ["0912 345 67", "phone_short"],
    ["113", "phone_short"],
    ["0912 345 678 9 0", "phone_long"],
    ["0912345678 0987654321", "phone_long"],
    ["0912 34O 678", "phone_letters"],
    ["không có", "phone_letters"],
    ["+1 212 555 0100", "phone_abroad"],
    ["+84 (0) 012 345 678", "phone_unknown"],
  ] as const) {
    test(`is refused on the phone with its cause: “${typed}”`, () => assert.equal(phoneProblem(typed), problem));
  }
});

test("only mobile numbers receive SMS", () => {
  assert.deepEqual(["+84912345678", "+842903831234", null].map(isMobile), [true, false, false]);
});
