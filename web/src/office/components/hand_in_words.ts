/** A hand-in in words. Pure. */
import type { HandIn } from "../../api/types.ts";
import { dong } from "../../app/money.ts";
import type { Words } from "../words.ts";

/** One hand-in in words: where, how much, who said it and who counted it. */
export function handInLine(one: HandIn, t: Words): string {
  const where = one.place === "bank" ? t("hand_in_at_bank", { slip: one.slip_number ?? "" }) : t("hand_in_to_cashier");
  const said = t("hand_in_said", { where, amount: dong(one.amount), who: loginOf(one.stated_by) });
  if (one.count) {
    const { counted_by: by, counted_cash: counted } = one.count;
    const who = by === "bank" ? t("hand_in_by_bank") : loginOf(by);
    return `${said}; ${t("hand_in_counted_by", { amount: dong(counted), who })}`;
  }
  const waits = one.place === "bank" ? "hand_in_unproven" : "hand_in_waits";
  return `${said}; ${t(one.state === "lapsed" ? "hand_in_lapsed" : waits)}`;
}

/** `collector:TN1401001` is kept, so that a collector and a person of the same name differ; people read the name. */
function loginOf(actor: string): string {
  return actor.replace(/^(staff|collector):/, "");
}
