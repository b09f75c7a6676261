/** The visits that the collector is in, or was in today. */
import type { AccountState } from "../api/types.ts";
import type { CurrentVisit } from "../storage/schema.ts";
import type { Core } from "./core.ts";
import { keepAccount } from "./customers.ts";
import { newId } from "./ids.ts";
import { changeStop } from "./route.ts";

/** Show a visit that is kept already. */
export function showVisit({ store }: Core, visit: CurrentVisit): void {
  store.set({ visits: { ...store.state.visits, [visit.customer_code]: visit } });
}

/** A payment is recorded: the visit is over when nothing is owed any more; else its next money is another payment. */
export async function notePaid(core: Core, paymentId: string, account: AccountState): Promise<void> {
  const { customer_code: customerCode, debt } = account;
  await keepAccount(core, account);
  const visit = core.store.state.visits[customerCode];
  if (visit?.payment_id === paymentId) {
    const after = debt > 0 ? { ...visit, payment_id: newId(core.clock.now()) } : { ...visit, over: true };
    try {
      await core.database.putVisit(after);
    } finally {
      showVisit(core, after);
    }
  }
  await changeStop(core, customerCode, { debt });
}
