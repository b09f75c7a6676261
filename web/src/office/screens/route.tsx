/** A collector's customers of today: who owes, who was visited, who has paid. */
import { Fragment, h } from "preact";
import type { RouteStop } from "../../api/types.ts";
import { dayOf, writtenDay } from "../../app/clock.ts";
import { dong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { nameOf, useCollectors } from "../reads.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

export function RoutePage({ collector, route }: { collector: string; route: string | undefined }) {
  const t = useWords();
  const office = useOffice();
  const collectors = useCollectors();
  const day = dayOf(office.now());
  const read = useRead(`route ${collector} ${day}`, () =>
    office.api.call("GET /v1/collectors/{collector_code}/route", {
      params: { collector_code: collector },
      query: { day },
    }),
  );
  return (
    <Page
      title={t("route_of", { name: nameOf(collectors.data, collector) })}
      above={["today", t("page_today")]}
      help="today"
      actions={
        <button type="button" class="small-button" onClick={() => print()}>
          {t("route_print")}
        </button>
      }
    >
      <Loaded of={read} lines={10}>
        {({ stops }) => {
          const shown = stops.filter(({ customer }) => route === undefined || customer.route_code === route);
          return shown.length === 0 ? (
            <Empty>{t("route_empty")}</Empty>
          ) : (
            <>
              <div class="screen-only">
                <Rows
                  caption={t("route")}
                  columns={columnsOf(t)}
                  rows={shown}
                  keyOf={({ customer }) => customer.customer_code}
                />
              </div>
              <PaperList stops={shown.filter((stop) => !stop.done_today)} day={day} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** The list on paper, for a day without electricity: who owes, with room for what was taken and for signatures. */
function PaperList({ stops, day }: { stops: readonly RouteStop[]; day: string }) {
  const t = useWords();
  return (
    <div class="paper-only">
      <p>{t("paper_list", { day: writtenDay(day), n: stops.length })}</p>
      <table class="paper-list">
        <thead>
          <tr>
            <th scope="col">{t("paper_number")}</th>
            <th scope="col">{t("customer")}</th>
            <th scope="col">{t("paper_meter")}</th>
            <th scope="col" class="number">
              {t("owes")}
            </th>
            <th scope="col">{t("paper_taken")}</th>
            <th scope="col">{t("paper_signed")}</th>
          </tr>
        </thead>
        <tbody>
          {stops.map(({ customer }, place) => (
            <tr key={customer.customer_code}>
              <td>{place + 1}</td>
              <td>
                <strong>{customer.name}</strong>
                <br />
                {[customer.customer_code, customer.address, customer.phone].filter(Boolean).join(" · ")}
              </td>
              <td>{customer.meter_number ?? ""}</td>
              <td class="number">{dong(customer.debt)}</td>
              <td />
              <td />
            </tr>
          ))}
        </tbody>
      </table>
      <p>{t("paper_afterwards")}</p>
    </div>
  );
}

function columnsOf(t: Words): Column<RouteStop>[] {
  return [
    {
      name: t("customer"),
      cell: ({ customer }) => <Link to={`customers/${customer.customer_code}`}>{customer.name}</Link>,
    },
    { name: t("customer_code"), cell: ({ customer }) => customer.customer_code },
    { name: t("address"), cell: ({ customer }) => customer.address },
    { name: t("route"), cell: ({ customer }) => `${customer.route_code} · ${customer.place_in_route}` },
    {
      name: t("next_step"),
      cell: (stop) => (
        <span class="marks">
          {stop.done_today && <span class="mark good">{t("stop_paid")}</span>}
          {!stop.done_today && stop.last_outcome && <span class="mark wait">{t(`outcome_${stop.last_outcome}`)}</span>}
          {stop.customer.step === "collection_point" && <span class="mark bad">{t("stop_point")}</span>}
        </span>
      ),
    },
    { name: t("owes"), isNumber: true, cell: ({ customer }) => dong(customer.debt) },
  ];
}
