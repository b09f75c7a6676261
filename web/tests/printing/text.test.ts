import assert from "node:assert/strict";
import { test } from "node:test";
import { normalise, toAscii } from "../../src/printing/text.ts";
import { atlas } from "./atlas_file.ts";

const drawn = (text: string): string => normalise(text, atlas);

test("letters and marks that came apart join again, whatever stood between them", () => {
  assert.equal(drawn("Nguyễn".normalize("NFD")), "Nguyễn");
  assert.equal(drawn("e\u200b\u0302\u0301"), "ế");
});

test("no command to a printer gets through", () => {
  assert.equal(drawn("An\u001b@\u001dV\u0000\u0010\u0004\u0001"), "An@V");
});

test("something is seen where something was written that has no glyph", () => {
  assert.equal(drawn("😀 漢 \u0301\u0301x \ud800"), "□ Hán □x □");
});

test("every kind of line break is one, and a tab is four spaces", () => {
  assert.equal(drawn("a\r\nb\rc\u2028d\te"), "a\nb\nc\nd    e");
});

test("text without marks is ASCII", () => {
  assert.equal(toAscii("Đặng Thị Ước: 1.000 ₫ → 漢", atlas), "Dang Thi Uoc: 1.000 d -> Han");
});
