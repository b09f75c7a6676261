/** Today's route, in the order of walking. */
import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ignoreNoAnswer } from "../../api/problem.ts";
import type { RouteStop } from "../../api/types.ts";
import { dayOf, timeOf, weekdayOf, writtenDay } from "../clock.ts";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { RouteCause } from "../components/route_cause.tsx";
import { RouteOrder } from "../components/route_order.tsx";
import { Screen } from "../components/screen.tsx";
import { ordered } from "../day_plan.ts";
import { dong } from "../money.ts";
import { grouped, moneyInDoubt } from "../procedure.ts";
import { useApp, useAppState, useSelected, useTranslate } from "../use_app.ts";

const GROUPS = ["due", "promised", "done"] as const;
type Group = (typeof GROUPS)[number];

/** Rows that are drawn at first, and each time the end of the list comes near. */
const PAGE = 30;

/** Kept while a customer is looked at, so that one comes back to the same place. */
let chosen: Group = "due";

export function Today() {
  const t = useTranslate();
  const app = useApp();
  const state = useAppState();
  const { day, order, route, collector, downloaded, offline, update } = state;
  // In order before they are grouped: who was visited stays at the end of those who owe.
  const stops = ordered(state.stops, order);
  const [group, setGroup] = useState<Group>(chosen);
  const groups = grouped({ ...state, stops });
  // What customers owe whose payment has no answer is not known.
  const owing = groups.due.filter(({ customer }) => moneyInDoubt(state.commands, customer.customer_code) === null);
  const owed = owing.reduce((sum, { customer }) => sum + customer.debt, 0);
  const choose = (one: Group): void => {
    chosen = one;
    setGroup(one);
  };
  return (
    <Screen title={`${t(`weekday_${weekdayOf(day) as 0}`)}, ${writtenDay(day).slice(0, 5)}`}>
      <section class="card">
        <p class="who">{collector ? `${collector.name} · ${collector.collector_code}` : ""}</p>
        <label class="progress">
          <span>{t("today_done", { visited: groups.visited.length, paid: groups.done.length })}</span>
          <progress value={groups.done.length} max={Math.max(1, stops.length)} aria-label={t("today_progress")} />
        </label>
        <p class="hint">{t("today_owed", { n: owing.length, all: stops.length, amount: dong(owed) })}</p>
        <Cash />
        <Link to="day" class="small-button">
          <Icon name="calendar" />
          {t("day_title")}
        </Link>
      </section>
      {update && (
        <Link to="settings" class="small-button">
          {t("update_ready")}
        </Link>
      )}
      <RouteCause />
      {route === null && (
        <p class="empty">
          {t("route_none")}
          <button
            type="button"
            class="plain-button"
            onClick={() => void app.customers.refreshRoute().catch(ignoreNoAnswer)}
          >
            {t("reload")}
          </button>
        </p>
      )}
      <div class="tabs" role="group" aria-label={t("groups")}>
        {GROUPS.map((one) => (
          <button key={one} type="button" aria-pressed={group === one} onClick={() => choose(one)}>
            {t(`group_${one}`)} <b>{groups[one].length}</b>
          </button>
        ))}
      </div>
      {route !== null && stops.length > 0 && groups[group].length === 0 && (
        <p class="empty">{t(`route_empty_${group}`)}</p>
      )}
      {groups[group].length > 1 && <RouteOrder />}
      <StopList key={group} stops={groups[group]} />
      {route !== null && (
        <p class="hint">
          {t("route_stale", { time: timeOf(route.read_at) })} · {t("route_downloaded", { n: downloaded })}
          {offline && ` · ${t("offline_short")}`}
        </p>
      )}
    </Screen>
  );
}

function Cash() {
  const t = useTranslate();
  const { shift, shiftKnown } = useAppState();
  if (!shift) {
    return shiftKnown ? (
      <div class="row">
        <span>{t("shift_none")}</span>
        <Link to="shift" class="small-button">
          {t("open_shift")}
        </Link>
      </div>
    ) : null;
  }
  const isNear = shift.cash_in_hand > shift.cash_ceiling * 0.9;
  return (
    <div class="cash">
      <div class="row">
        <span>{t("cash_in_hand")}</span>
        <strong>{dong(shift.cash_in_hand)}</strong>
      </div>
      <meter
        value={shift.cash_in_hand}
        max={Math.max(1, shift.cash_ceiling)}
        high={shift.cash_ceiling * 0.9}
        aria-label={t("cash_in_hand")}
      />
      <p class="hint">
        {isNear ? t("cash_near_ceiling") : t("cash_of_ceiling", { ceiling: dong(shift.cash_ceiling) })}
      </p>
    </div>
  );
}

export function StopList({ stops }: { stops: readonly RouteStop[] }) {
  const [shown, setShown] = useState(PAGE);
  const end = useRef<HTMLLIElement>(null);
  const hasMore = stops.length > shown;
  useEffect(() => {
    if (!hasMore || !end.current) {
      return;
    }
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setShown((before) => before + PAGE),
      { rootMargin: "600px" },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [hasMore, shown]);
  return (
    <ol class="stops">
      {stops.slice(0, shown).map((stop) => (
        <StopRow key={stop.customer.customer_code} stop={stop} />
      ))}
      {hasMore && <li ref={end} class="more" aria-hidden="true" />}
    </ol>
  );
}

export function StopRow({ stop, hint }: { stop: RouteStop; hint?: string }) {
  const { customer } = stop;
  const inDoubt = useSelected(({ commands }) => moneyInDoubt(commands, customer.customer_code));
  return (
    <li>
      <Link to={`customers/${customer.customer_code}`} class="stop">
        <span class="place">{customer.place_in_route}</span>
        <span class="whom">
          <span class="name">{customer.name}</span>
          <span class="where">{customer.address}</span>
          <Marks stop={stop} />
          {hint ? <span class="where">{hint}</span> : null}
        </span>
        {inDoubt ? (
          <Icon name="wait" />
        ) : (
          <span class={customer.debt > 0 ? "owes" : "owes none"}>
            {customer.debt > 0 ? dong(customer.debt) : <Icon name="check" />}
          </span>
        )}
      </Link>
    </li>
  );
}

function Marks({ stop }: { stop: RouteStop }) {
  const t = useTranslate();
  const { commands, day, files } = useAppState();
  const { customer } = stop;
  const credit = files[customer.customer_code]?.account?.account.credit ?? 0;
  const marks: [string, string][] = [];
  const inDoubt = moneyInDoubt(commands, customer.customer_code);
  if (inDoubt) {
    const amount = dong(Number(inDoubt.body["amount"]));
    marks.push(["bad", t(inDoubt.state === "waiting" ? "stop_unanswered" : "stop_refused", { amount })]);
  } else if (commands.some((one) => one.state === "waiting" && one.customer_code === customer.customer_code)) {
    marks.push(["wait", t("stop_waiting")]);
  }
  if (inDoubt) {
    // What is owed is not known.
  } else if (customer.debt <= 0) {
    marks.push(["good", t("stop_paid")]);
    if (credit > 0) {
      marks.push(["info", t("stop_credit", { amount: dong(credit) })]);
    }
  } else {
    if (customer.step === "collection_point") {
      marks.push(["wait", t("stop_point")]);
    } else if (customer.appointment) {
      const isToday = dayOf(customer.appointment) === day;
      const time = isToday ? timeOf(customer.appointment) : writtenDay(customer.appointment).slice(0, 5);
      marks.push(["info", t("stop_promised", { time })]);
    }
    if (stop.last_outcome) {
      marks.push(["plain", t(`stop_${stop.last_outcome}`)]);
    }
  }
  return marks.length > 0 ? (
    <span class="marks">
      {marks.map(([kind, text]) => (
        <span key={text} class={`mark ${kind}`}>
          {text}
        </span>
      ))}
    </span>
  ) : null;
}
