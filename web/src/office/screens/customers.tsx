/** Customers that were searched for, as on the phone: no accents, typos, any order, the last digits of a phone. */
import { Fragment, h } from "preact";
import type { CustomerMatch } from "../../api/types.ts";
import { dong } from "../../app/money.ts";
import { dialled } from "../../app/text.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { usePlace } from "../router.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const MOST = 50;

export function CustomersPage() {
  const t = useWords();
  const { query } = usePlace();
  const asked = (query.get("q") ?? "").trim().slice(0, 200);
  return (
    <Page
      title={t("page_customers")}
      help="customers"
      actions={
        may(useStaff(), "POST /v1/customer-lists") && (
          <Link to="customers/file" class="small-button">
            {t("list_import")}
          </Link>
        )
      }
    >
      {asked === "" ? <Empty>{t("customers_ask")}</Empty> : <Found asked={asked} />}
    </Page>
  );
}

function Found({ asked }: { asked: string }) {
  const t = useWords();
  const { api } = useOffice();
  const found = useRead(`search ${asked}`, () =>
    api.call("GET /v1/customers", { query: { query: asked, limit: MOST } }),
  );
  return (
    <Loaded of={found}>
      {({ matches }) =>
        matches.length === 0 ? (
          <Empty>{t("customers_none", { query: asked })}</Empty>
        ) : (
          <>
            <p class="hint" role="status">
              {t(matches.length === MOST ? "customers_most" : "search_found", { n: matches.length })}
            </p>
            <Rows
              caption={t("page_customers")}
              columns={columnsOf(t)}
              rows={matches}
              keyOf={({ customer }) => customer.customer_code}
            />
          </>
        )
      }
    </Loaded>
  );
}

function columnsOf(t: Words): Column<CustomerMatch>[] {
  return [
    {
      name: t("customer"),
      cell: ({ customer }) => <Link to={`customers/${customer.customer_code}`}>{customer.name}</Link>,
    },
    { name: t("customer_code"), cell: ({ customer }) => customer.customer_code },
    { name: t("address"), cell: ({ customer }) => customer.address },
    { name: t("phone"), cell: ({ customer }) => (customer.phone ? dialled(customer.phone) : "–") },
    { name: t("route"), cell: ({ customer }) => customer.route_code },
    { name: t("owes"), isNumber: true, cell: ({ customer }) => dong(customer.debt) },
    { name: t("matched"), cell: (match) => t(`matched_${match.matched_on}`) },
  ];
}
