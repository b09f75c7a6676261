import assert from "node:assert/strict";
import { test } from "node:test";
import { shownSummary, tidyLine } from "../../src/app/text.ts";

test("a print job's summary has no words of another language, and no line breaks its number or amount", () => {
  for (const [summary, shown] of [
    ["Thông báo TB26-0000012 · Trần Văn A · 85.709 ₫", "TB26-\u20600000012 · Trần Văn A · 85.709\u00a0đ"],
    ["Biên nhận BN26-AA 00000004 · Đỗ B · 1.000 ₫", "BN26-\u2060AA 00000004 · Đỗ B · 1.000\u00a0đ"],
    ["Biên nhận BN26-AA 00000004 – BẢN SAO lần 1 · 1.000 ₫", "BN26-\u2060AA 00000004 · 1.000\u00a0đ"],
    ["Phiếu kết ca TN1401001 29/11/2026 · 0 ₫", "TN1401001 29/11/2026 · 0\u00a0đ"],
    ["Đỗ Văn B", "Đỗ Văn B"],
  ] as const) {
    assert.equal(shownSummary(summary), shown);
  }
});

test("a line that is typed keeps at most three accents on a letter, and nothing that cannot be seen", () => {
  assert.equal(tidyLine(` a${"\u0301".repeat(30)}\u200b\n q`), "á\u0301\u0301\u0301 q");
});
