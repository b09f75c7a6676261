/** Finding a customer as people type: without accents, with slips, by number. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CustomerMatch, RouteStop } from "../../api/types.ts";
import { Screen } from "../components/screen.tsx";
import { indexOf } from "../search/search.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { StopRow } from "./today.tsx";

/** As long as somebody types, the gateway is not asked. */
const PAUSE_MS = 250;

/** Kept while a customer is looked at. */
let lastTyped = "";

export function Search() {
  const t = useTranslate();
  const app = useApp();
  const { stops, route } = useAppState();
  const [typed, setTyped] = useState(lastTyped);
  const [found, setFound] = useState<readonly CustomerMatch[]>([]);
  const [offline, setOffline] = useState(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: searched anew with another route, not with every debt that changes
  useEffect(() => {
    lastTyped = typed;
    const query = typed.trim();
    setFound(indexOf(stops).search(query));
    if (query.length < 2) {
      setOffline(false);
      return;
    }
    let isCurrent = true;
    const timer = setTimeout(() => {
      app.api.call("GET /v1/customers", { query: { query: query.slice(0, 200), limit: 20 } }).then(
        ({ matches }) => {
          if (isCurrent) {
            setFound(matches);
            setOffline(false);
          }
        },
        () => isCurrent && setOffline(true),
      );
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [typed, route]);

  const isAsked = typed.trim().length >= 2;
  return (
    <Screen title={t("nav_search")}>
      <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("search_label")}
          <input
            type="search"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
            autocomplete="off"
            spellcheck={false}
            maxLength={200}
            enterKeyHint="search"
          />
        </label>
      </form>
      <p class="hint" role="status">
        {isAsked && found.length > 0 && t("search_found", { n: found.length })}
        {isAsked && found.length === 0 && t("search_none")}
        {!isAsked && t("search_hint")}
        {offline && ` ${t("search_offline")}`}
      </p>
      <ol class="stops">
        {found.map((match) => (
          <StopRow
            key={match.customer.customer_code}
            stop={stopOf(match, stops)}
            hint={`${match.customer.customer_code} · ${t(`matched_${match.matched_on}`)}`}
          />
        ))}
      </ol>
    </Screen>
  );
}

function stopOf({ customer }: CustomerMatch, stops: readonly RouteStop[]): RouteStop {
  const known = stops.find((stop) => stop.customer.customer_code === customer.customer_code);
  return known ?? { customer, done_today: customer.debt <= 0, promised_today: false, last_outcome: null };
}
