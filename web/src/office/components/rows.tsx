/** A table of things that are opened, with the arrow keys from row to row; on narrow screens each row is a card. */
import { type ComponentChildren, h, type TargetedKeyboardEvent } from "preact";

export interface Column<T> {
  readonly name: string;
  readonly isNumber?: boolean;
  readonly cell: (row: T) => ComponentChildren;
}

interface RowsProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
}

export function Rows<T>({ caption, columns, rows, keyOf }: RowsProps<T>) {
  return (
    <div class="rows-room">
      <table class="rows">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th key={name} scope="col" class={isNumber ? "number" : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        {/* biome-ignore lint/a11y/noNoninteractiveElementInteractions: the links in it are what is used; keys go from one to the next */}
        <tbody onKeyDown={step}>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, isNumber, cell }, at) =>
                at === 0 ? (
                  <th key={name} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={name} class={isNumber ? "number" : undefined} data-name={name}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Up, down, home and end go to the same link or button of another row. */
function step(event: TargetedKeyboardEvent<HTMLTableSectionElement>): void {
  const focused = document.activeElement;
  const row = focused?.closest("tr");
  if (!row || focused instanceof HTMLInputElement) {
    return;
  }
  const rows = [...event.currentTarget.rows];
  const at = rows.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  const other = to === undefined ? undefined : rows[to];
  if (!other) {
    return;
  }
  event.preventDefault();
  const place = reachable(row).indexOf(focused as HTMLElement);
  const targets = reachable(other);
  (targets[place] ?? targets[0])?.focus();
}

function reachable(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("a[href], button:not(:disabled), summary")];
}
