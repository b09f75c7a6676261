/** A link to another screen. */
import { type ComponentChildren, h } from "preact";
import { BASE, go, type Way } from "../router.ts";

interface LinkProps {
  to: string;
  class?: string;
  way?: Way;
  children: ComponentChildren;
  label?: string;
  current?: boolean;
}

export function Link({ to, class: name, way = "on", children, label, current = false }: LinkProps) {
  return (
    <a
      href={BASE + to}
      class={name}
      aria-label={label}
      aria-current={current ? "page" : undefined}
      onClick={(event: MouseEvent) => {
        if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
          event.preventDefault();
          go(to, way);
        }
      }}
    >
      {children}
    </a>
  );
}
