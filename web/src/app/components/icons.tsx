/** Pictures of one colour, 24 × 24. */

import { h } from "preact";

const SHAPES = {
  back: "M15 4 7 12l8 8",
  today: "M4 6h16M4 12h16M4 18h10",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 21 21",
  paper: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  shift: "M3 7h18v12H3zM3 11h18M16 15h2",
  menu: "M5 11v2M12 11v2M19 11v2",
  call: "M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3Z",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  check: "m4 12 6 6L20 6",
  wait: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5l3 3",
  warn: "M12 3 2 20h20zM12 10v4M12 17h.01",
  next: "m9 4 8 8-8 8",
  cash: "M2 6h20v12H2zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM6 9.5v5M18 9.5v5",
  bank: "M3 10 12 4l9 6zM5 10v8M10 10v8M14 10v8M19 10v8M3 20h18",
  calendar: "M4 6h16v15H4zM4 11h16M8 3v5M16 3v5",
  door: "M6 3h12v18H6zM14.5 12h.01M3 21h18",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21a8 8 0 0 1 16 0",
  signal: "M4 18h.01M8 18v-4M12 18v-7M16 18V8M20 18V4",
  no_signal: "M4 18h.01M8 18v-4M12 18v-7M3 3l18 18",
  printer: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M7 12h10",
  bolt: "M13 2 5 14h6l-1 8 9-13h-6z",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}
