/** One route: its order of walking, looked at, arranged with a preview, and saved at once. */
import { Fragment, h } from "preact";
import { useMemo } from "preact/hooks";
import type { PlannedStop, RoutePlan } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { FurtherRoute } from "../components/further_route.tsx";
import { Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { StopList } from "../components/stop_list.tsx";
import { type Collectors, nameOf, useCollectors } from "../reads.ts";
import type { Move } from "../route_draft.ts";
import { type RouteWords, useRouteWords } from "../route_words.ts";
import { may } from "../session.ts";
import { useArrangement } from "../use_arrangement.ts";
import { type Read, useOffice, useRead, useStaff, useWords } from "../use_office.ts";

const MOST_LISTED = 30;

export function RoutePlanPage({ code }: { code: string }) {
  const t = useWords();
  const say = useRouteWords();
  const { api } = useOffice();
  const collectors = useCollectors();
  const plan = useRead(`plan of ${code}`, async (): Promise<RoutePlan> => {
    const ask = (skip: number): Promise<RoutePlan> =>
      api.call("GET /v1/routes/{route_code}/plan", { params: { route_code: code }, query: { skip } });
    const first = await ask(0);
    const stops = [...first.stops];
    while (stops.length < first.total_stops) {
      const next = await ask(stops.length);
      if (next.version !== first.version || next.stops.length === 0) {
        break; // Saved by somebody else meanwhile: what is shown here would be refused anyway.
      }
      stops.push(...next.stops);
    }
    return { ...first, stops };
  });
  return (
    <Page title={say("title", { code })} above={["routes", t("page_routes")]} help="routes">
      <Loaded of={plan} lines={10}>
        {(found) => <Arranging key={code} plan={found} read={plan} collectors={collectors.data} />}
      </Loaded>
    </Page>
  );
}

interface ArrangingProps {
  readonly plan: RoutePlan;
  readonly read: Read<RoutePlan>;
  readonly collectors: Collectors | null;
}

function Arranging({ plan, read, collectors }: ArrangingProps) {
  const say = useRouteWords();
  const isFixed = !may(useStaff(), "POST /v1/routes/{route_code}/arrangements");
  const stops = useMemo(() => new Map(plan.stops.map((stop) => [stop.customer_code, stop])), [plan]);
  const made = useArrangement(plan, read);
  const { draft, further, collector } = made;
  const found = (codes: readonly string[]): PlannedStop[] => codes.flatMap((one) => stops.get(one) ?? []);
  const own = [...(collectors?.values() ?? [])].filter((one) => one.unit_code === plan.unit_code && one.active);
  return (
    <>
      <p class="lead">
        {say("facts", {
          name: plan.name,
          n: plan.total_stops,
          collector: nameOf(collectors, plan.collector_code),
        })}
      </p>
      <p class={isFixed ? "note" : "lead"}>{say(isFixed ? "read_only" : "how")}</p>
      {made.saved !== null && (
        <p class="note good" role="status">
          {say("saved", { n: made.saved })}
        </p>
      )}
      {made.isChanged && (
        <div class="note bad" role="alert">
          <p>{say("changed")}</p>
          <button type="button" class="small-button" onClick={read.again}>
            {say("carry_over")}
          </button>
        </div>
      )}
      <div class="split">
        <section>
          <h2>{say("stops")}</h2>
          <StopList stops={found(draft.order)} isFixed={isFixed} move={made.move} leave={made.toggle} />
        </section>
        {!isFixed && (
          <div class="column">
            <section class="card">
              <h2>{say("split")}</h2>
              <p class="hint">{say("split_how")}</p>
              {draft.leaving.length > 0 && (
                <FurtherRoute
                  further={further}
                  change={made.send}
                  leaving={found(draft.leaving)}
                  stay={made.toggle}
                  collectors={own}
                  besides={plan.route_code}
                />
              )}
            </section>
            <section class="card">
              <h2>{say("give")}</h2>
              <label>
                {say("give_to")}
                <select value={collector} onChange={(event) => made.give(event.currentTarget.value)}>
                  {own.map((one) => (
                    <option key={one.collector_code} value={one.collector_code}>
                      {`${one.name} (${one.collector_code})`}
                    </option>
                  ))}
                </select>
              </label>
            </section>
            <section class="card">
              <h2>{say("preview")}</h2>
              <Preview
                say={say}
                moves={made.moves}
                stops={stops}
                leaves={draft.leaving.length === 0 ? null : [draft.leaving.length, further.route || further.newCode]}
                given={made.isGiven ? nameOf(collectors, collector) : null}
              />
              <div class="buttons">
                <DoButton disabled={!made.isReady} act={made.save}>
                  {say("save")}
                </DoButton>
                <button type="button" class="small-button quiet" disabled={!made.isAnything} onClick={made.drop}>
                  {say("drop")}
                </button>
              </div>
            </section>
          </div>
        )}
      </div>
    </>
  );
}

interface PreviewProps {
  readonly say: RouteWords;
  readonly moves: readonly Move[];
  readonly stops: ReadonlyMap<string, PlannedStop>;
  /** How many leave, and for which route. */
  readonly leaves: readonly [number, string] | null;
  readonly given: string | null;
}

function Preview({ say, moves, stops, leaves, given }: PreviewProps) {
  if (moves.length === 0 && leaves === null && given === null) {
    return <p class="hint">{say("no_change")}</p>;
  }
  return (
    <>
      {moves.length > 0 && (
        <>
          <p>{say("moves", { n: moves.length })}</p>
          <ul class="lines">
            {moves.slice(0, MOST_LISTED).map(({ code, from, to }) => (
              <li key={code}>{say("move", { name: stops.get(code)?.name ?? code, from, to })}</li>
            ))}
            {moves.length > MOST_LISTED && <li>{say("more", { n: moves.length - MOST_LISTED })}</li>}
          </ul>
        </>
      )}
      {leaves !== null && <p>{say("leaves", { n: leaves[0], route: leaves[1] || "…" })}</p>}
      {given !== null && <p>{say("given", { name: given })}</p>}
      <p class="hint">{say("phones")}</p>
    </>
  );
}
