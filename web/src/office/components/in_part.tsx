/** What lies in a file of its own: room is kept while it comes, and it is said where it does not. */
import { type ComponentChildren, Fragment, h } from "preact";
import { useEffect } from "preact/hooks";
import { type Part, reloadPage } from "../../app/part.ts";
import { useExternal } from "../../app/use_external.ts";
import { useWords } from "../use_office.ts";

interface InPartProps<T> {
  readonly part: Part<T>;
  readonly children: (loaded: T) => ComponentChildren;
}

export function InPart<T>({ part, children }: InPartProps<T>) {
  const t = useWords();
  const loaded = useExternal(part.listen, () => part.loaded);
  const failed = useExternal(part.listen, () => part.failed);
  useEffect(() => void part.load(), [part]);
  if (loaded !== null) {
    return <>{children(loaded)}</>;
  }
  return failed ? (
    <div class="note bad" role="alert">
      <p>{t("no_answer")}</p>
      <button type="button" class="small-button" onClick={() => void reloadPage()}>
        {t("try_again")}
      </button>
    </div>
  ) : (
    <div class="reading-now" role="status" aria-busy="true">
      <span class="hidden">{t("reading_now")}</span>
      <span class="bars many" />
    </div>
  );
}
