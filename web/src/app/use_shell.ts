/** What components of both apps work with: the phone app at `/app/` and the office at `/office/`. */
import type { Language } from "../i18n/language.ts";
import { type Translate, translator } from "../i18n/translate.ts";
import type { MessageKey } from "../i18n/vi.ts";
import type { WidthDots } from "../printing/profile.ts";
import type { Matrix } from "../printing/qr_symbol.ts";
import type { Raster } from "../printing/raster.ts";
import type { Failure } from "./failure.ts";
import { useExternal } from "./use_external.ts";

export interface ShellState {
  readonly language: Language;
  readonly failure: Failure | null;
}

export interface Shell {
  readonly store: {
    readonly state: ShellState;
    readonly listen: (listener: () => void) => () => void;
    set(change: Partial<ShellState>): void;
  };
  /** What draws codes and documents. */
  readonly printer: {
    qr(data: string): Promise<Matrix>;
    picture(document: unknown, width: WidthDots): Promise<Raster>;
  };
  /** Do what a button does; where that fails, the person is shown what to do. Never fails itself. */
  attempt(act: () => Promise<unknown>, besides?: MessageKey): Promise<void>;
}

let opened: Shell | null = null;

export function setShell(shell: Shell): void {
  opened = shell;
}

export function useShell(): Shell {
  if (opened === null) {
    throw new Error("the app has not been opened");
  }
  return opened;
}

/** What `select` takes from what both apps have; drawn anew when that changes. */
export function useShellState<T>(select: (state: ShellState) => T): T {
  const { store } = useShell();
  return useExternal(store.listen, () => select(store.state));
}

export function useTranslate(): Translate {
  return translator(useShellState((state) => state.language));
}
