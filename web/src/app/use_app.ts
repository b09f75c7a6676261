/** The app and its state, for screens. */
import { useEffect, useState } from "preact/hooks";
import { type Translate, translator } from "../i18n/translate.ts";
import type { App } from "./app.ts";
import type { AppState } from "./state.ts";

let opened: App | null = null;

export function setApp(app: App): void {
  opened = app;
}

export function useApp(): App {
  if (opened === null) {
    throw new Error("the app has not been opened");
  }
  return opened;
}

/** What `select` takes from the state; drawn anew when that changes. */
export function useSelected<T>(select: (state: AppState) => T): T {
  const { store } = useApp();
  const [, draw] = useState({});
  const now = select(store.state);
  useEffect(() => {
    let shown = now;
    return store.listen(() => {
      const next = select(store.state);
      if (!Object.is(next, shown)) {
        shown = next;
        draw({});
      }
    });
  });
  return now;
}

export function useAppState(): AppState {
  return useSelected((state) => state);
}

export function useTranslate(): Translate {
  return translator(useSelected((state) => state.language));
}
