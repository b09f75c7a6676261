/** What a new version of the app waits for: loading it anew would disturb it. Pure. */
import { openPayments, openVisit } from "./procedure.ts";
import type { AppState } from "./state.ts";

export interface Unfinished {
  /** Customers whose visit goes on. */
  readonly visits: readonly { readonly customer_code: string; readonly name: string }[];
  /** Customers whose payment has no answer yet. */
  readonly payments: readonly { readonly customer_code: string | null; readonly name: string }[];
  readonly isPrinting: boolean;
}

type Known = Pick<AppState, "visits" | "day" | "files" | "stops" | "commands" | "printing">;

/** Null where nothing is unfinished. */
export function unfinished({ visits, day, files, stops, commands, printing }: Known): Unfinished | null {
  const nameOf = (code: string): string =>
    files[code]?.details?.facts.name ?? stops.find((one) => one.customer.customer_code === code)?.customer.name ?? code;
  const found: Unfinished = {
    visits: Object.values(visits)
      .filter((visit) => openVisit(visit, day) !== null)
      .map(({ customer_code }) => ({ customer_code, name: nameOf(customer_code) })),
    payments: openPayments(commands).map(({ customer_code, customer_name: name }) => ({ customer_code, name })),
    isPrinting: printing !== null,
  };
  return found.isPrinting || found.visits.length > 0 || found.payments.length > 0 ? found : null;
}
