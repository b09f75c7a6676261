/** Transfers that customers were shown the code of. */
import type { CustomerAccount } from "../api/types.ts";
import type { Transfer } from "../storage/schema.ts";
import type { Core } from "./core.ts";
import { moneyInDoubt, transfersNow } from "./procedure.ts";

/** Keep a transfer whose code is shown; not where cash was taken and has no answer. */
export async function keepTransfer({ database, store }: Core, transfer: Transfer): Promise<void> {
  if (moneyInDoubt(store.state.commands, transfer.customer_code)) {
    return;
  }
  await database.putTransfer(transfer);
  store.set({ transfers: await database.transfers() });
}

/** Find the customer's transfers among the recorded credits of the account. */
export async function settleTransfers(core: Core, customerCode: string, account: CustomerAccount): Promise<void> {
  const { clock, database, store } = core;
  const transfers = store.state.transfers.filter((one) => one.customer_code === customerCode);
  for (const now of transfersNow(transfers, account, clock.stamp())) {
    if (!transfers.includes(now)) {
      await database.putTransfer(now);
    }
  }
  store.set({ transfers: await database.transfers() });
}
