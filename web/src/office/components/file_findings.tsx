/** What was found in a file that somebody has chosen: lines with a reason, how it begins, and what is left out. */
import { h } from "preact";
import type { LineFinding } from "../../api/types.ts";
import { type FileKey, useFileWords } from "../file_words.ts";

/** Of a file of readings or a list. */
interface Looked {
  readonly columns: readonly string[];
  readonly ignored_columns: readonly string[];
  readonly first_rows: readonly (readonly string[])[];
}

/** What became of a file, as a note looks. */
const NOTES = { tried: "note", taken: "note done", repeated: "note", refused: "note bad" } as const;

export function Outcome({ of }: { of: keyof typeof NOTES }) {
  const say = useFileWords();
  return <p class={NOTES[of]}>{say(`outcome_${of}`)}</p>;
}

export function Findings({ title, found, count }: { title: FileKey; found: readonly LineFinding[]; count: number }) {
  const say = useFileWords();
  if (found.length === 0) {
    return null;
  }
  return (
    <section class="card">
      <h2>
        {say(title)} <span class="mark wait count-mark">{count}</span>
      </h2>
      <ul class="lines">
        {found.map((one) => (
          <li key={`${one.line} ${one.column} ${one.slug}`}>
            {`${say("line", { line: one.line })} · ${one.column} ${one.message}`}
          </li>
        ))}
      </ul>
      {count > found.length && <p class="hint">{say("more", { n: count - found.length })}</p>}
    </section>
  );
}

/** What is recognised: each column, those that are not read marked, and how the file begins. */
export function FirstRows({ of }: { of: Looked }) {
  const say = useFileWords();
  return (
    <section class="card">
      <h2>{say("first_rows")}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is wider than the screen is moved by the keyboard, too */}
      <section class="rows-room" tabIndex={0} aria-label={say("columns")}>
        <table class="rows">
          <caption class="hidden">{say("columns")}</caption>
          <thead>
            <tr>
              {of.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                  {of.ignored_columns.includes(column) && <span class="mark">{say("ignored")}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.first_rows.map((row) => (
              <tr key={row.join("|")}>
                {of.columns.map((column, at) => (
                  <td key={column} data-name={column}>
                    {row[at] ?? ""}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** With the mark by which spreadsheets recognise UTF-8. */
export function RejectFile({ text }: { text: string }) {
  const say = useFileWords();
  return (
    <a
      class="small-button"
      href={`data:text/csv;charset=utf-8,%EF%BB%BF${encodeURIComponent(text)}`}
      download="rejects.csv"
    >
      {say("reject_file")}
    </a>
  );
}
