/** Buttons that do something once, however often they are pressed. */
import { type ComponentChildren, h } from "preact";
import { useRef, useState } from "preact/hooks";
import type { MessageKey } from "../../i18n/vi.ts";
import { useShell } from "../use_shell.ts";

interface DoButtonProps {
  class?: string;
  disabled?: boolean;
  label?: string;
  act: () => Promise<unknown>;
  /** What is to be done where it fails, besides what the failure itself asks for. */
  failing?: MessageKey;
  children: ComponentChildren;
}

export function DoButton({
  class: name = "main-button",
  disabled = false,
  label,
  act,
  failing,
  children,
}: DoButtonProps) {
  const shell = useShell();
  const [busy, setBusy] = useState(false);
  // A second tap comes before the state is drawn.
  const under = useRef(false);
  return (
    <button
      type="button"
      class={name}
      disabled={disabled || busy}
      aria-label={label}
      onClick={() => {
        if (under.current) {
          return;
        }
        under.current = true;
        setBusy(true);
        void shell.attempt(act, failing).finally(() => {
          under.current = false;
          setBusy(false);
        });
      }}
    >
      {children}
    </button>
  );
}
