/** What is asked for in cash or by transfer: all that is owed, the oldest bills, or a part of any amount where the unit allows it. Pure. */
import type { Bill, CustomerAccount } from "../api/types.ts";
import { readDong, roundedUp } from "./money.ts";

/** `first`: so many of the oldest bills. `part`: what was typed as the amount. */
export type CashChoice = "all" | { readonly first: number } | { readonly part: string };

export interface CashDue {
  readonly amount: number;
  /** To which whole amount the unit rounds. */
  readonly step: number;
  /** What `amount` is rounded up by. */
  readonly rounded: number;
  /** What is owed afterwards; of a part only, for whole bills name themselves. */
  readonly left: number;
  /** The bills that are cleared, wholly or in part: the oldest first. */
  readonly bills: readonly Bill[];
  /** Why this part cannot be taken. */
  readonly wrong: "small" | "all" | "step" | null;
}

export function cashDue(
  account: CustomerAccount | null,
  openBills: readonly Bill[],
  debt: number,
  choice: CashChoice,
): CashDue {
  const least = account?.least_part ?? null;
  const step = account?.cash_step ?? 1;
  if (typeof choice === "object" && "part" in choice && least !== null) {
    const amount = readDong(choice.part) ?? 0;
    const wrong = wrongPart(amount, least, debt, step);
    const bills = openBills.filter((_, place) => openOf(openBills.slice(0, place)) < amount);
    return { amount, step, rounded: 0, left: debt - amount, bills, wrong };
  }
  const first = typeof choice === "object" && "first" in choice ? choice.first : null;
  const bills = openBills.slice(0, first ?? openBills.length);
  const exact = first === null ? debt : openOf(bills);
  const amount = roundedUp(exact, step);
  return { amount, step, rounded: amount - exact, left: 0, bills, wrong: null };
}

/** What is asked for by transfer: as in cash, and never rounded. */
export function transferDue(
  account: CustomerAccount | null,
  openBills: readonly Bill[],
  debt: number,
  choice: CashChoice,
): CashDue {
  return cashDue(account && { ...account, cash_step: 1 }, openBills, debt, choice);
}

function wrongPart(amount: number, least: number, debt: number, step: number): CashDue["wrong"] {
  if (amount < least) {
    return "small";
  }
  if (amount >= debt) {
    return "all";
  }
  return amount % step === 0 ? null : "step";
}

export function openOf(bills: readonly Bill[]): number {
  return bills.reduce((sum, bill) => sum + bill.open_principal + bill.open_vat, 0);
}
