/** What is read: its waiting, its failing, and what it holds. */
import { type ComponentChildren, Fragment, h } from "preact";
import { timeOf } from "../../app/clock.ts";
import { type Read, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

interface LoadedProps<T> {
  readonly of: Read<T>;
  /** Room that is kept while it is read, so that nothing jumps. */
  readonly lines?: number;
  readonly children: (data: T) => ComponentChildren;
}

export function Loaded<T>({ of, lines = 4, children }: LoadedProps<T>) {
  const t = useWords();
  const { data, failure, readAt, again } = of;
  if (data === null && failure === null) {
    return (
      <div class="reading-now" role="status" aria-busy="true">
        <span class="hidden">{t("reading_now")}</span>
        <span class={lines > 4 ? "bars many" : "bars"} />
      </div>
    );
  }
  return (
    <>
      {failure && (
        <div class="note bad" role="alert">
          <p>
            {failure.detail || t(failure.key)}
            {data !== null && readAt !== null && ` ${t("as_of", { time: timeOf(readAt) })}`}
          </p>
          <button type="button" class="small-button" onClick={again}>
            {t("try_again")}
          </button>
        </div>
      )}
      {data !== null && children(data)}
    </>
  );
}

/** Where there is nothing yet, the system may be new. */
export function FirstDayLink() {
  const t = useWords();
  return (
    <Link to="first_day" class="name">
      {t("first_day_begin")}
    </Link>
  );
}

/** There is nothing: why, and what to do. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="card empty">{children}</p>;
}
