/** What every page has: a heading, what can be done, and help. */
import { type ComponentChildren, h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { usePlace } from "../router.ts";
import { useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

interface PageProps {
  readonly title: string;
  /** The page above: its address and name. */
  readonly above?: readonly [to: string, name: string];
  readonly actions?: ComponentChildren;
  /** Which help page explains this one. */
  readonly help?: string;
  readonly children: ComponentChildren;
}

let opened = "";

export function Page({ title, above, actions, help, children }: PageProps) {
  const t = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  const address = usePlace().path.join("/");
  useEffect(() => {
    document.title = `${title} · ${t("app")}`;
  }, [title, t]);
  useEffect(() => {
    // Screen readers announce the heading of another page; the search keeps the focus while somebody types.
    if (opened !== address && document.activeElement?.id !== "search") {
      heading.current?.focus({ preventScroll: true });
    }
    opened = address;
  }, [address]);
  return (
    <main class="page">
      <header class="page-top">
        <div>
          {above && (
            <Link to={above[0]} class="above">
              {above[1]}
            </Link>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </div>
        <div class="page-actions">
          {actions}
          {help && (
            <Link to={`help/${help}`} class="small-button quiet">
              {t("help")}
            </Link>
          )}
        </div>
      </header>
      {children}
    </main>
  );
}
