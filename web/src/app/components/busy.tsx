/** Buttons that do something once, however often they are pressed. */
import { type ComponentChildren, h } from "preact";
import { useRef, useState } from "preact/hooks";

interface DoButtonProps {
  class?: string;
  disabled?: boolean;
  label?: string;
  act: () => Promise<unknown>;
  children: ComponentChildren;
}

export function DoButton({ class: name = "main-button", disabled = false, label, act, children }: DoButtonProps) {
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
        void act().finally(() => {
          under.current = false;
          setBusy(false);
        });
      }}
    >
      {children}
    </button>
  );
}
