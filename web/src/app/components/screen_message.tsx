/** A screen with nothing but a message. */
import { type ComponentChildren, h } from "preact";
import { Icon, type IconName } from "./icons.tsx";

/** One message in the middle, for when there is nothing else to show. */
export function Message({ title, children, icon }: { title: string; children: ComponentChildren; icon: IconName }) {
  return (
    <main class="message">
      <Icon name={icon} />
      <h1>{title}</h1>
      {children}
    </main>
  );
}
