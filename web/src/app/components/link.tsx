/** A link to another screen. */
import { type ComponentChildren, h } from "preact";
import { BASE, go } from "../router.ts";

interface LinkProps {
  to: string;
  class?: string;
  replace?: boolean;
  children: ComponentChildren;
  label?: string;
  current?: boolean;
}

export function Link({ to, class: name, replace = false, children, label, current = false }: LinkProps) {
  return (
    <a
      href={BASE + to}
      class={name}
      aria-label={label}
      aria-current={current ? "page" : undefined}
      onClick={(event: MouseEvent) => {
        if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
          event.preventDefault();
          go(to, replace);
        }
      }}
    >
      {children}
    </a>
  );
}
