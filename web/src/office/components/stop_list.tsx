/** Stops in the order of walking: dragged by a pointer, moved by the arrow keys, or put at a place that is typed. */
import { h } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PlannedStop } from "../../api/types.ts";
import { Icon } from "../../app/components/icons.tsx";
import { useRouteWords } from "../route_words.ts";
import "./stop_list.css";

interface StopListProps {
  readonly stops: readonly PlannedStop[];
  readonly isFixed: boolean;
  move(code: string, place: number): void;
  leave(code: string): void;
}

/** So near to the edge of the window, in pixels, the page moves along. */
const EDGE = 70;
const STEP = 24;

export function StopList({ stops, isFixed, move, leave }: StopListProps) {
  const say = useRouteWords();
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [said, setSaid] = useState("");
  /** The handle that keeps the focus: a row that moves is taken out of the page for a moment. */
  const focused = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (focused.current !== null) {
      const handle = list.current?.querySelector<HTMLElement>(`[data-code="${CSS.escape(focused.current)}"] .handle`);
      handle?.focus();
      handle?.scrollIntoView({ block: "nearest" });
      focused.current = null;
    }
  });
  const put = (stop: PlannedStop, place: number): void => {
    const at = Math.max(0, Math.min(place, stops.length - 1));
    move(stop.customer_code, at);
    setSaid(say("now_at", { name: stop.name, place: at + 1, n: stops.length }));
  };
  const over = (event: PointerEvent, stop: PlannedStop): void => {
    const row = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>("li[data-place]");
    if (row && row.dataset["code"] !== stop.customer_code && list.current?.contains(row)) {
      put(stop, Number(row.dataset["place"]));
    }
    if (event.clientY < EDGE) {
      scrollBy(0, -STEP);
    } else if (event.clientY > innerHeight - EDGE) {
      scrollBy(0, STEP);
    }
  };
  return (
    <div>
      <p class="hidden" role="status">
        {said}
      </p>
      <ol ref={list} class="stop-list">
        {stops.map((stop, place) => (
          <li
            key={stop.customer_code}
            data-code={stop.customer_code}
            data-place={place}
            class={dragged === stop.customer_code ? "dragged" : undefined}
          >
            <button
              type="button"
              class="handle"
              disabled={isFixed}
              aria-label={say("drag", { name: stop.name })}
              onKeyDown={(event) => {
                const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: stops.length - 1 }[event.key];
                if (to !== undefined) {
                  event.preventDefault();
                  focused.current = stop.customer_code;
                  put(stop, to);
                }
              }}
              onPointerDown={(event) => {
                if (event.button === 0) {
                  event.currentTarget.setPointerCapture(event.pointerId);
                  setDragged(stop.customer_code);
                }
              }}
              onPointerMove={(event) => dragged === stop.customer_code && over(event, stop)}
              onPointerUp={() => setDragged(null)}
              onPointerCancel={() => setDragged(null)}
              onLostPointerCapture={() => setDragged(null)}
            >
              <Icon name="today" />
            </button>
            <input
              type="number"
              min={1}
              max={stops.length}
              value={place + 1}
              disabled={isFixed}
              aria-label={say("place_of", { name: stop.name })}
              onChange={(event) => {
                const typed = Number(event.currentTarget.value);
                if (Number.isInteger(typed) && typed >= 1) {
                  put(stop, typed - 1);
                }
                event.currentTarget.value = String(Math.min(Math.max(1, typed || place + 1), stops.length));
              }}
            />
            <span class="who">
              {stop.name}
              <span class="hint">{`${stop.customer_code} · ${stop.address}`}</span>
            </span>
            <button
              type="button"
              class="small-button quiet"
              disabled={isFixed}
              aria-label={say("leave_who", { name: stop.name })}
              onClick={() => leave(stop.customer_code)}
            >
              {say("leave")}
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
