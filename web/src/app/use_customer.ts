/** One customer for a screen: what the phone holds at once, and what is true as soon as it is there. */
import { useEffect, useState } from "preact/hooks";
import { ApiProblem } from "../api/problem.ts";
import type { Bill, CustomerAccount, CustomerDetails, RouteStop } from "../api/types.ts";
import type { Command, CurrentVisit } from "../storage/schema.ts";
import { debtOf, latestOf, openVisit } from "./procedure.ts";
import type { PaidNote } from "./state.ts";
import { useApp, useAppState } from "./use_app.ts";

export interface CustomerView {
  readonly code: string;
  readonly name: string;
  /** As it is stored: `+84912345678`. */
  readonly phone: string | null;
  readonly stop: RouteStop | undefined;
  readonly details: CustomerDetails | null;
  readonly account: CustomerAccount | null;
  readonly openBills: readonly Bill[];
  readonly readAt: string | null;
  readonly outdated: boolean;
  readonly debt: number;
  readonly paid: PaidNote | null;
  /** The visit that goes on. */
  readonly visit: CurrentVisit | null;
  /** The visit that goes on or was the last today. */
  readonly lastVisit: CurrentVisit | undefined;
  readonly payment: Command | null;
  readonly unknown: boolean;
  readonly reading: boolean;
}

/** `isCounting`: to take money now, so that other phones are told. */
export function useCustomer(code: string, isCounting = false): CustomerView {
  const app = useApp();
  const { files, stops, paid, visits, commands, day, online } = useAppState();
  const [unknown, setUnknown] = useState(false);
  const [reading, setReading] = useState(true);
  const file = files[code];
  const stop = stops.find((one) => one.customer.customer_code === code);
  useEffect(() => {
    let isCurrent = true;
    setReading(true);
    app.customers
      .read(code, isCounting)
      .catch((error: unknown) => {
        if (
          isCurrent &&
          error instanceof ApiProblem &&
          (error.status === 404 || error.status === 403 || error.status === 422)
        ) {
          setUnknown(true);
        }
      })
      .finally(() => isCurrent && setReading(false));
    return () => {
      isCurrent = false;
    };
  }, [code, online, isCounting]);
  const account = file?.account ?? null;
  const lastVisit = visits[code];
  return {
    code,
    name: file?.details?.facts.name ?? stop?.customer.name ?? code,
    phone: file?.details?.facts.phone ?? stop?.customer.phone ?? null,
    stop,
    details: file?.details ?? null,
    account,
    openBills: (account?.bills ?? []).filter((bill) => bill.state === "open"),
    readAt: file?.read_at ?? null,
    outdated: file?.outdated ?? false,
    debt: debtOf(file, stop),
    paid: paid[code] ?? null,
    visit: openVisit(lastVisit, day),
    lastVisit: lastVisit?.day === day && !lastVisit.withdrawn ? lastVisit : undefined,
    payment: lastVisit ? latestOf(commands, "payment", lastVisit.payment_id) : null,
    unknown,
    reading,
  };
}
