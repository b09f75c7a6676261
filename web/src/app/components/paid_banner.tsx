/** The bill turned paid, here or elsewhere. */
import { h } from "preact";
import { writtenMoment } from "../clock.ts";
import { dong } from "../money.ts";
import { useSelected, useTranslate } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";
import { Icon } from "./icons.tsx";

export function PaidBanner({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const collector = useSelected((state) => state.collector);
  const { paid } = customer;
  if (paid?.reversed !== undefined) {
    return (
      <section class="banner bad" role="alert">
        <Icon name="warn" />
        <div>
          <strong>{t("reversed_title", { amount: dong(paid.amount), time: writtenMoment(paid.at) })}</strong>
          {paid.reversed !== "" && <p>{t("reversed_reason", { reason: paid.reversed })}</p>}
          {(paid.toGiveBack ?? 0) > 0 && <p>{t("reversed_give_back", { amount: dong(paid.toGiveBack ?? 0) })}</p>}
          {paid.paperMissing && <p>{t("reversed_paper")}</p>}
        </div>
      </section>
    );
  }
  const isKnown = customer.account !== null || customer.stop !== undefined;
  if (customer.debt > 0 || !isKnown) {
    return null;
  }
  // It came when nothing was owed, such as a transfer after cash at the door.
  const isKept = paid !== null && (customer.account?.account.credit ?? 0) >= paid.amount;
  // The gateway names a collector by the code.
  const isOwn = collector !== null && paid?.where.endsWith(` ${collector.collector_code}`);
  return (
    <section class="banner good" role="alert">
      <Icon name="check" />
      <div>
        <strong>{t("paid_title")}</strong>
        <p>
          {paid
            ? t(`paid_by_${paid.method}`, {
                amount: dong(paid.amount),
                where: isOwn ? t("you") : paid.where,
                time: writtenMoment(paid.at),
              })
            : t("paid_here")}
        </p>
        {isKept && <p>{t("paid_twice", { amount: dong(paid.amount) })}</p>}
      </div>
    </section>
  );
}
