/** The app and its state, for screens. */
import { type Translate, translator } from "../i18n/translate.ts";
import type { App } from "./app.ts";
import type { AppState } from "./state.ts";
import { useExternal } from "./use_external.ts";

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
  return useExternal(store.listen, () => select(store.state));
}

export function useAppState(): AppState {
  return useSelected((state) => state);
}

export function useTranslate(): Translate {
  return translator(useSelected((state) => state.language));
}
