/** Appointments that the phone keeps and an answer of the gateway may not know yet. Pure. */
import type { Command } from "../storage/schema.ts";

/** What was settled when a reading began: its answer knows of it. */
export type Settled = ReadonlySet<string>;

export function settledOf(commands: readonly Command[]): Settled {
  return new Set(commands.filter((one) => one.state !== "waiting").map((one) => one.id));
}

/**
 * The appointment of a customer that was made on this phone and was not settled when a reading began; null where the
 * last visit was without one, undefined where the answer knows best.
 */
export function unsettledAppointment(
  commands: readonly Command[],
  customerCode: string,
  settled: Settled,
): string | null | undefined {
  const last = commands.findLast(
    ({ customer_code: code, kind, body }) =>
      code === customerCode && (kind === "withdrawal" || (kind === "visit" && body["outcome"] === "cannot_pay")),
  );
  if (!last || last.kind === "withdrawal" || last.state === "refused" || settled.has(last.id)) {
    return undefined;
  }
  return (last.body["appointment"] as string | undefined) ?? null;
}
