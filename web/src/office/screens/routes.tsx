/** All routes: whose they are, and where they are arranged. */
import { h } from "preact";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { Rows } from "../components/rows.tsx";
import { useCollectors } from "../reads.ts";
import { useRouteWords } from "../route_words.ts";
import { useWords } from "../use_office.ts";

interface Row {
  readonly code: string;
  readonly collector: string;
  readonly name: string;
  readonly unit: string;
}

export function RoutesPage() {
  const t = useWords();
  const say = useRouteWords();
  const collectors = useCollectors();
  return (
    <Page title={t("page_routes")} help="routes">
      <p class="lead">{say("intro")}</p>
      <Loaded of={collectors} lines={8}>
        {(found) => {
          const rows = [...found.values()]
            .flatMap((one): Row[] =>
              one.routes.map((code) => ({
                code,
                collector: one.collector_code,
                name: `${one.name} (${one.collector_code})`,
                unit: one.unit_code,
              })),
            )
            .sort((one, other) => (one.code < other.code ? -1 : 1));
          return rows.length === 0 ? (
            <Empty>{say("none")}</Empty>
          ) : (
            <Rows
              caption={t("page_routes")}
              columns={[
                {
                  name: say("name"),
                  cell: ({ code }) => <Link to={`routes/${encodeURIComponent(code)}`}>{code}</Link>,
                },
                { name: t("day_by_unit"), cell: ({ unit }) => unit },
                { name: t("day_by_collector"), cell: ({ name }) => name },
                {
                  name: t("page_today"),
                  cell: ({ collector, code }) => (
                    <Link to={`route/${encodeURIComponent(collector)}/${encodeURIComponent(code)}`}>
                      {say("today_list")}
                    </Link>
                  ),
                },
              ]}
              rows={rows}
              keyOf={({ code }) => code}
            />
          );
        }}
      </Loaded>
    </Page>
  );
}
