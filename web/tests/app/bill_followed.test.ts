/** What both apps say of a bill that puts another right, or was put right. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Bill } from "../../src/api/types.ts";
import { correctsText, disputedText, followedText } from "../../src/app/components/bill_followed.ts";
import { fill } from "../../src/i18n/translate.ts";
import { usageVi } from "../../src/i18n/usage_vi.ts";

const t = (key: keyof typeof usageVi, values?: Parameters<typeof fill>[1]): string => fill(usageVi[key], values);
const link = { bill_id: "1", bill_number: "PB14010000106T102026K1" };

function bill(changes: Partial<Bill>): Bill {
  return { kind: "ordinary", corrects: null, ...changes } as Bill;
}

describe("a bill names the one that it puts right", () => {
  test("by the way in which it does that", () => {
    assert.match(correctsText(bill({ kind: "replacement", corrects: link }), t) ?? "", /^Thay thế .*K1\.$/);
    assert.match(correctsText(bill({ kind: "adjustment", corrects: link }), t) ?? "", /^Điều chỉnh tăng .*K1\.$/);
    assert.equal(correctsText(bill({}), t), null);
  });

  test("says that a complaint about it is open", () => {
    assert.match(disputedText(bill({ is_disputed: true }), t) ?? "", /khiếu nại/);
    assert.equal(disputedText(bill({}), t), null);
  });

  test("and what was done to it, with the day of Vietnam and the amount", () => {
    const at = { correction_id: "2", corrected_at: "2026-11-01T18:00:00Z" };
    assert.match(
      followedText({ ...at, kind: "replacement", new_bill: link }, t),
      /bằng hóa đơn .*K1 ngày 02\/11\/2026\.$/,
    );
    assert.match(followedText({ ...at, kind: "adjustment", new_bill: link }, t), /^Đã điều chỉnh tăng/);
    assert.match(
      followedText({ ...at, kind: "adjustment", new_bill: null, reduced_vat: 8_000, reduced_principal: 100_000 }, t),
      /^Đã điều chỉnh giảm 108\.000/,
    );
  });
});
