/** Those who leave a route, and where they go: to a route that is there, or to a new one. */
import { Fragment, h } from "preact";
import type { CollectorDetails, PlannedStop } from "../../api/types.ts";
import type { Further } from "../route_arrangement.ts";
import { useRouteWords } from "../route_words.ts";
import { useWords } from "../use_office.ts";

interface FurtherRouteProps {
  readonly further: Further;
  change(further: Further): void;
  readonly leaving: readonly PlannedStop[];
  stay(code: string): void;
  /** Those of the route's unit. */
  readonly collectors: readonly CollectorDetails[];
  /** The route that is arranged. */
  readonly besides: string;
}

export function FurtherRoute({ further, change, leaving, stay, collectors, besides }: FurtherRouteProps) {
  const t = useWords();
  const say = useRouteWords();
  const routes = collectors
    .flatMap((one) => one.routes.map((code) => ({ code, name: one.name })))
    .filter(({ code }) => code !== besides)
    .sort((one, other) => (one.code < other.code ? -1 : 1));
  return (
    <>
      <p>{say("split_where", { n: leaving.length })}</p>
      <ul class="lines">
        {leaving.map((stop) => (
          <li key={stop.customer_code}>
            {stop.name}{" "}
            <button
              type="button"
              class="small-button quiet"
              aria-label={say("stay_who", { name: stop.name })}
              onClick={() => stay(stop.customer_code)}
            >
              {say("stay")}
            </button>
          </li>
        ))}
      </ul>
      <label class="check">
        <input
          type="radio"
          name="further"
          checked={!further.isNew}
          onChange={() => change({ ...further, isNew: false })}
        />
        {say("split_there")}
      </label>
      <label class="check">
        <input
          type="radio"
          name="further"
          checked={further.isNew}
          onChange={() => change({ ...further, isNew: true })}
        />
        {say("split_new")}
      </label>
      {further.isNew ? (
        <>
          <label>
            {say("new_code")}
            <input
              value={further.newCode}
              maxLength={24}
              autocomplete="off"
              onInput={(event) => change({ ...further, newCode: event.currentTarget.value })}
            />
          </label>
          <label>
            {say("new_name")}
            <input
              value={further.newName}
              maxLength={100}
              autocomplete="off"
              onInput={(event) => change({ ...further, newName: event.currentTarget.value })}
            />
          </label>
          <label>
            {say("new_collector")}
            <select
              value={further.newCollector}
              onChange={(event) => change({ ...further, newCollector: event.currentTarget.value })}
            >
              <option value="">{t("choose")}</option>
              {collectors.map((one) => (
                <option key={one.collector_code} value={one.collector_code}>
                  {`${one.name} (${one.collector_code})`}
                </option>
              ))}
            </select>
          </label>
        </>
      ) : (
        <label>
          {say("to_route")}
          <select value={further.route} onChange={(event) => change({ ...further, route: event.currentTarget.value })}>
            <option value="">{t("choose")}</option>
            {routes.map(({ code, name }) => (
              <option key={code} value={code}>
                {`${code} · ${name}`}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}
