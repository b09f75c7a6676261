import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Bill, CustomerAccount } from "../../src/api/types.ts";
import { cashDue, transferDue } from "../../src/app/cash_due.ts";

const BILLS = [
  { bill_id: "september", open_principal: 92_000, open_vat: 8_000 },
  { bill_id: "october", open_principal: 185_001, open_vat: 15_000 },
] as Bill[];
const DEBT = 300_001;

function account(more: Partial<CustomerAccount> = {}): CustomerAccount {
  return { bills: BILLS, payments: [], ...more } as unknown as CustomerAccount;
}

const ids = (bills: readonly Bill[]): string[] => bills.map((bill) => bill.bill_id);

describe("what is asked for in cash", () => {
  test("is all that is owed, rounded up where the unit does", () => {
    const { amount, rounded, bills } = cashDue(account({ cash_step: 1_000 }), BILLS, DEBT, "all");
    assert.deepEqual([amount, rounded, ids(bills)], [301_000, 999, ["september", "october"]]);
  });

  test("is the oldest bills where those are chosen", () => {
    const { amount, bills } = cashDue(account(), BILLS, DEBT, { first: 1 });
    assert.deepEqual([amount, ids(bills)], [100_000, ["september"]]);
  });

  test("is a part of any amount where the unit allows it, of the oldest bills first", () => {
    const due = (part: string) => cashDue(account({ least_part: 50_000 }), BILLS, DEBT, { part });
    assert.deepEqual([due("100.000").left, ids(due("100.000").bills)], [200_001, ["september"]]);
    assert.deepEqual([due("150.000").amount, ids(due("150.000").bills)], [150_000, ["september", "october"]]);
    assert.deepEqual(
      ["", "49.999", "50.000", "300.000", "300.001"].map((typed) => due(typed).wrong),
      ["small", "small", null, null, "all"],
    );
  });

  test("is a part that the unit's rounding allows", () => {
    const due = (part: string) => cashDue(account({ least_part: 50_000, cash_step: 1_000 }), BILLS, DEBT, { part });
    assert.deepEqual([due("150.500").wrong, due("150.000").wrong], ["step", null]);
  });

  test("is whole bills where the unit allows no parts", () => {
    const { amount, wrong } = cashDue(account(), BILLS, DEBT, { part: "150.000" });
    assert.deepEqual([amount, wrong], [DEBT, null]);
  });
});

test("a transfer is never rounded, and may be a part where the unit allows it", () => {
  const rounding = account({ cash_step: 1_000, least_part: 50_000 });
  const due = (choice: Parameters<typeof transferDue>[3]) => transferDue(rounding, BILLS, DEBT, choice);
  assert.deepEqual([due("all").amount, due("all").rounded], [DEBT, 0]);
  assert.deepEqual([due({ part: "150.500" }).wrong, due({ part: "150.500" }).left], [null, 149_501]);
  assert.equal(transferDue(null, BILLS, DEBT, "all").amount, DEBT);
});
