/** A link to another page of the office. */
import { type ComponentChildren, h } from "preact";
import { BASE, go } from "../router.ts";

interface LinkProps {
  to: string;
  class?: string;
  current?: boolean;
  children: ComponentChildren;
}

export function Link({ to, class: name, current = false, children }: LinkProps) {
  return (
    <a
      href={BASE + to}
      class={name}
      aria-current={current ? "page" : undefined}
      onClick={(event: MouseEvent) => {
        if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
          event.preventDefault();
          go(to);
        }
      }}
    >
      {children}
    </a>
  );
}
