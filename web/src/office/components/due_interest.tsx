/** Whose interest there is to charge; it is charged on the customer's card, or by the command line for all. */
import { h } from "preact";
import type { DueInterest, InterestState } from "../../api/types.ts";
import { writtenDay } from "../../app/clock.ts";
import { dong, plainDong } from "../../app/money.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";
import { Empty, Loaded } from "./loaded.tsx";
import { Rows } from "./rows.tsx";

const MOST_PAGES = 50;

export function DueInterestList() {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead("due interest", async () => {
    const found: InterestState[] = [];
    let after: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const next: DueInterest = await api.call("GET /v1/interest", { query: after ? { after } : {} });
      found.push(...next.customers);
      if (next.after === null || next.after === undefined) {
        break;
      }
      after = next.after;
    }
    return found;
  });
  return (
    <Loaded of={read} lines={8}>
      {(found) =>
        found.length === 0 ? (
          <Empty>{t("interest_none_due")}</Empty>
        ) : (
          <Rows
            caption={t("report_interest")}
            columns={[
              {
                name: t("customer"),
                cell: (one: InterestState) => <Link to={`customers/${one.customer_code}`}>{one.customer_code}</Link>,
              },
              { name: t("unit"), cell: (one) => one.unit_code },
              { name: t("interest_until"), cell: (one) => writtenDay(one.until) },
              { name: t("interest_bills"), isNumber: true, cell: (one) => plainDong(one.bills.length) },
              { name: t("interest_amount"), isNumber: true, cell: (one) => dong(one.total) },
            ]}
            rows={found}
            keyOf={(one) => one.customer_code}
          />
        )
      }
    </Loaded>
  );
}
