import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, AnswerReader, causeOf, worst } from "../../src/printers/answers.ts";

const read = (...pieces: number[][]): Answer[] => {
  const reader = new AnswerReader();
  return pieces.flatMap((piece) => reader.read(Uint8Array.from(piece)));
};

test("answers to DLE EOT and to GS r are distinguished by their fixed bits", () => {
  assert.deepEqual(read([0x12], [0x00], [0x7e]), [
    { type: "status", value: 0x12 },
    { type: "fence", value: 0x00 },
    { type: "status", value: 0x7e },
  ]);
});

test("an automatic status, also in pieces, is not taken for an answer", () => {
  assert.deepEqual(read([0x18, 0x00], [0x0f, 0x00], [0x00]), [{ type: "fence", value: 0 }]);
});

test("flow control and noise are passed over", () => {
  assert.deepEqual(read([0x11, 0x13, 0xff, 0x80]), []);
});

test("the cause is that which a person can do something about", () => {
  assert.equal(causeOf(1, 0x12), null);
  assert.equal(causeOf(1, 0x1a), "no_printer");
  assert.equal(causeOf(2, 0x16), "cover_open");
  assert.equal(causeOf(2, 0x32), "paper_out");
  assert.equal(causeOf(4, 0x1e), null, "paper that is only low");
  assert.equal(causeOf(4, 0x7e), "paper_out");
  assert.equal(worst(["no_printer", "cover_open", "paper_out"]), "cover_open");
  assert.equal(worst([null, null]), null);
});
