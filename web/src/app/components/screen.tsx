/** What every screen has: a heading, what waits, and the way to the others. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { needsPerson } from "../print_job_list.ts";
import { unsettled } from "../procedure.ts";
import { goBack, usePath } from "../router.ts";
import { useAppState, useTranslate } from "../use_app.ts";
import { Icon, type IconName } from "./icons.tsx";
import { Link } from "./link.tsx";

interface ScreenProps {
  title: string;
  /** Where the way back leads when there is no history; none for the main screens. */
  back?: string;
  /** What one thumb reaches. */
  actions?: ComponentChildren;
  children: ComponentChildren;
}

export function Screen({ title, back, actions, children }: ScreenProps) {
  const t = useTranslate();
  const heading = useRef<HTMLHeadingElement>(null);
  const address = usePath().join("/");
  useEffect(() => {
    document.title = `${title} · ${t("app")}`;
  }, [title, t]);
  useEffect(() => {
    // Screen readers announce the heading of the new screen.
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [address]);
  return (
    <div class="screen">
      <header class="top">
        {back !== undefined && (
          <button type="button" class="icon-button" aria-label={t("back")} onClick={() => goBack(back)}>
            <Icon name="back" />
          </button>
        )}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <Signal />
        <Link to="settings" class="icon-button" label={t("menu")}>
          <Icon name="menu" />
        </Link>
      </header>
      <Notes />
      <main>{children}</main>
      {actions ? <footer class="actions">{actions}</footer> : null}
      {back === undefined ? <Navigation /> : null}
    </div>
  );
}

function Signal() {
  const t = useTranslate();
  const { offline } = useAppState();
  return (
    <span
      class={offline ? "signal off" : "signal"}
      role="img"
      aria-label={t(offline ? "offline_short" : "online_short")}
    >
      <Icon name={offline ? "no_signal" : "signal"} />
    </span>
  );
}

/** What a collector must not overlook, on every screen. */
function Notes() {
  const t = useTranslate();
  const { offline, commands, clockWrong, held, printJobs, keptJobs, problem, unkept } = useAppState();
  const open = unsettled(commands);
  const waiting = open.filter((command) => command.state === "waiting").length;
  const refused = open.length - waiting;
  const asked = printJobs.filter((job) => needsPerson(job, keptJobs)).length;
  return (
    <aside class="notes" aria-live="polite" aria-label={t("notes")}>
      {unkept && (
        <p class="note bad" role="alert">
          {t(unkept.isFull ? "unkept_full" : "unkept")}
        </p>
      )}
      {offline && <p class="note">{t("offline")}</p>}
      {waiting > 0 && (
        <Link to="outbox" class="note wait">
          <Icon name="wait" />
          {t("waiting_count", { n: waiting })}
        </Link>
      )}
      {refused > 0 && (
        <Link to="outbox" class="note bad">
          <Icon name="warn" />
          {t("refused_count", { n: refused })}
        </Link>
      )}
      {held !== null && (
        <Link to="print-jobs" class="note wait">
          <Icon name="printer" />
          {t("printer")}: {t(`cause_${held}`)}
        </Link>
      )}
      {asked > 0 && (
        <Link to="print-jobs" class="note bad">
          <Icon name="paper" />
          {t("ask_out")}
        </Link>
      )}
      {clockWrong && <p class="note">{t("clock_wrong")}</p>}
      {problem === "app-too-old" && <p class="note bad">{t("app_too_old")}</p>}
    </aside>
  );
}

const PLACES: readonly {
  to: string;
  icon: IconName;
  key: "nav_today" | "nav_search" | "nav_print_jobs" | "nav_shift";
}[] = [
  { to: "", icon: "today", key: "nav_today" },
  { to: "search", icon: "search", key: "nav_search" },
  { to: "print-jobs", icon: "paper", key: "nav_print_jobs" },
  { to: "shift", icon: "shift", key: "nav_shift" },
];

function Navigation() {
  const t = useTranslate();
  const here = usePath()[0] ?? "";
  return (
    <nav class="places" aria-label={t("nav")}>
      {PLACES.map(({ to, icon, key }) => (
        <Link key={to} to={to} current={here === to} way="main">
          <Icon name={icon} />
          {t(key)}
        </Link>
      ))}
    </nav>
  );
}
