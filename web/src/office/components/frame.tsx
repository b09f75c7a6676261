/** What stands around every page: the pages, the search, the language, and who is signed in. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { DoButton } from "../../app/components/busy.tsx";
import { Icon, type IconName } from "../../app/components/icons.tsx";
import { isFirstDay } from "../first_day_mark.ts";
import { go, usePlace } from "../router.ts";
import { type PageName, pageOf, pagesOf } from "../session.ts";
import { useOffice, useOfficeState, useStaff, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

const ICONS: Readonly<Record<PageName, IconName>> = {
  today: "today",
  customers: "search",
  routes: "door",
  shifts: "cash",
  transfers: "bank",
  mistakes: "warn",
  approvals: "check",
  devices: "scan",
  held: "wait",
  bill_runs: "paper",
  cut_offs: "bolt",
  reports: "signal",
  people: "person",
  log: "calendar",
};

export function Frame({ children }: { children: ComponentChildren }) {
  const t = useWords();
  const pages = pagesOf(useStaff());
  const { path } = usePlace();
  const current = pageOf(path[0] ?? pages[0] ?? "help");
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    // On narrow screens the pages stand in one line that moves: the present one is in sight.
    const link = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current && link) {
      nav.current.scrollLeft = link.offsetLeft - (nav.current.clientWidth - link.offsetWidth) / 2;
    }
  }, [path[0] ?? current]);
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t("skip")}
      </a>
      <header class="bar-top">
        <p class="brand">
          <Icon name="bolt" />
          {t("app")}
        </p>
        {pages.includes("customers") ? <Search /> : <span class="search-everywhere" />}
        <Person />
      </header>
      <nav ref={nav} class="pages" aria-label={t("nav")}>
        {pages.map((page) => (
          <Link key={page} to={page} current={page === current}>
            <Icon name={ICONS[page]} />
            {t(`page_${page}`)}
          </Link>
        ))}
        {(path[0] === "first_day" || isFirstDay()) && (
          <Link to="first_day" current={path[0] === "first_day"}>
            <Icon name="check" />
            {t("first_day")}
          </Link>
        )}
        <Link to="help" current={path[0] === "help"}>
          <Icon name="paper" />
          {t("help")}
        </Link>
      </nav>
      <div id="content" class="content">
        {pages.length === 0 && <p class="note">{t("no_role")}</p>}
        {children}
      </div>
    </div>
  );
}

/** Finds customers from everywhere; `/` goes to it. */
function Search() {
  const t = useWords();
  const { path, query } = usePlace();
  const isResult = path[0] === "customers" && path.length === 1;
  const asked = isResult ? (query.get("q") ?? "") : "";
  const [typed, setTyped] = useState(asked);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(asked), [asked]);
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      const { target } = event;
      const isTyping = target instanceof HTMLElement && target.matches("input, textarea, select");
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        input.current?.focus();
        input.current?.select();
      }
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <form
      class="search-everywhere"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go(`customers?q=${encodeURIComponent(typed.trim())}`, isResult);
      }}
    >
      <input
        id="search"
        ref={input}
        type="search"
        value={typed}
        placeholder={t("search_placeholder")}
        aria-label={t("search_label")}
        aria-keyshortcuts="/"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        enterKeyHint="search"
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
    </form>
  );
}

function Person() {
  const t = useWords();
  const office = useOffice();
  const staff = useStaff();
  const language = useOfficeState((state) => state.language);
  return (
    <div class="person">
      <p>
        <strong>
          <Link to="account">{staff.full_name || staff.login_name}</Link>
        </strong>
        <span class="hint">{staff.roles.map((role) => t(`role_${role}`)).join(", ")}</span>
      </p>
      <LanguageSwitch language={language} />
      <DoButton class="small-button quiet" act={() => office.signOut()}>
        {t("sign_out")}
      </DoButton>
    </div>
  );
}

export function LanguageSwitch({ language }: { language: "vi" | "en" }) {
  const t = useWords();
  const office = useOffice();
  const other = language === "vi" ? "en" : "vi";
  return (
    <button
      type="button"
      class="small-button quiet"
      lang={other}
      onClick={() => void office.attempt(() => office.speak(other))}
    >
      {t(`language_${other}`)}
    </button>
  );
}
