/** The phone app and its state, for screens. */
import type { App } from "./app.ts";
import type { AppState } from "./state.ts";
import { useExternal } from "./use_external.ts";
import { setShell, useTranslate as translate, useShell } from "./use_shell.ts";

export const setApp: (app: App) => void = setShell;
export const useApp = useShell as () => App;
export const useTranslate = translate;

/** What `select` takes from the state; drawn anew when that changes. */
export function useSelected<T>(select: (state: AppState) => T): T {
  const { store } = useApp();
  return useExternal(store.listen, () => select(store.state));
}

export function useAppState(): AppState {
  return useSelected((state) => state);
}
