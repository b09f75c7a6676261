/** What somebody is changing of a route, until it is saved all at once or dropped. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiProblem } from "../api/problem.ts";
import type { RoutePlan } from "../api/types.ts";
import { newId } from "../app/ids.ts";
import { forgetCollectors } from "./reads.ts";
import { asFurther, type Further, isWhole, NOWHERE } from "./route_arrangement.ts";
import { carriedOver, type Draft, type Move, movedTo, movesOf, toggled } from "./route_draft.ts";
import { type Read, useOffice } from "./use_office.ts";

export interface Arranged {
  readonly draft: Draft;
  readonly further: Further;
  /** Whose the route is to be. */
  readonly collector: string;
  readonly moves: readonly Move[];
  readonly isGiven: boolean;
  /** Whether there is anything to save. */
  readonly isAnything: boolean;
  readonly isReady: boolean;
  /** Somebody else has saved the route meanwhile. */
  readonly isChanged: boolean;
  /** How many have another place or route since it was saved here. */
  readonly saved: number | null;
  move(customer: string, place: number): void;
  /** Let a customer leave the route, or stay after all. */
  toggle(customer: string): void;
  send(further: Further): void;
  give(collector: string): void;
  drop(): void;
  save(): Promise<void>;
}

export function useArrangement(plan: RoutePlan, read: Read<RoutePlan>): Arranged {
  const { api } = useOffice();
  const planned = useMemo(() => plan.stops.map((stop) => stop.customer_code), [plan]);
  const [draft, setDraft] = useState<Draft>({ order: planned, leaving: [] });
  const [collector, setCollector] = useState(plan.collector_code);
  const [further, setFurther] = useState<Further>(NOWHERE);
  const [madeFrom, setMadeFrom] = useState(plan.version);
  const [isChanged, setIsChanged] = useState(false);
  const [saved, setSaved] = useState<number | null>(null);
  /** The same content has the same id: an answer that was lost is got again, and nothing is done twice. */
  const asked = useRef({ content: "", key: "" });
  // Another version was read: what is not saved is taken over to it.
  useEffect(() => {
    if (plan.version !== madeFrom) {
      setDraft((before) => carriedOver(before, planned));
      setMadeFrom(plan.version);
      setIsChanged(false);
    }
  }, [plan, planned, madeFrom]);
  const moves = useMemo(() => movesOf(draft, planned), [draft, planned]);
  const isGiven = collector !== plan.collector_code;
  const isAnything = moves.length > 0 || draft.leaving.length > 0 || isGiven;
  useWarning(isAnything);
  const save = async (): Promise<void> => {
    const body = {
      version: madeFrom,
      customers: [...draft.order],
      ...(isGiven ? { collector_code: collector } : {}),
      ...(draft.leaving.length > 0 ? { further: asFurther(further, draft.leaving) } : {}),
    };
    const content = JSON.stringify(body);
    if (asked.current.content !== content) {
      asked.current = { content, key: newId() };
    }
    try {
      const done = await api.call("POST /v1/routes/{route_code}/arrangements", {
        params: { route_code: plan.route_code },
        key: asked.current.key,
        body,
      });
      forgetCollectors();
      setSaved(done.moved);
      setDraft({ order: draft.order, leaving: [] });
      setFurther(NOWHERE);
      read.again();
    } catch (error) {
      if (!(error instanceof ApiProblem && error.slug === "route-changed")) {
        throw error;
      }
      setIsChanged(true);
    }
  };
  return {
    draft,
    further,
    collector,
    moves,
    isGiven,
    isAnything,
    isReady: isAnything && !isChanged && (draft.leaving.length === 0 || isWhole(further)),
    isChanged,
    saved: isAnything ? null : saved,
    move: (customer, place) => setDraft((before) => movedTo(before, customer, place)),
    toggle: (customer) => setDraft((before) => toggled(before, customer, planned)),
    send: setFurther,
    give: setCollector,
    drop: () => {
      setDraft({ order: planned, leaving: [] });
      setCollector(plan.collector_code);
      setFurther(NOWHERE);
    },
    save,
  };
}

/** The browser asks before a page is closed on which something is not saved. */
function useWarning(isAnything: boolean): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    if (isAnything) {
      addEventListener("beforeunload", warn);
    }
    return () => removeEventListener("beforeunload", warn);
  }, [isAnything]);
}
