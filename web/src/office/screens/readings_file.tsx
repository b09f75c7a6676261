/** A file of readings is chosen, looked at as an import would, and imported. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { LineFinding, ReadingsFile } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { plainDong } from "../../app/money.ts";
import { type ChosenFile, chosenFile, LARGEST_FILE } from "../chosen_file.ts";
import { Link } from "../components/link.tsx";
import { Page } from "../components/page.tsx";
import { type FileKey, useFileWords } from "../file_words.ts";
import { useOffice, useWords } from "../use_office.ts";

export function ReadingsFilePage() {
  const t = useWords();
  const say = useFileWords();
  const { api } = useOffice();
  const [file, setFile] = useState<ChosenFile | null>(null);
  const [keepGood, setKeepGood] = useState(false);
  const [wrong, setWrong] = useState<FileKey | null>(null);
  const [found, setFound] = useState<ReadingsFile | null>(null);
  const choose = async (chosen: File | undefined): Promise<void> => {
    setFound(null);
    setFile(null);
    setWrong(null);
    if (chosen === undefined) {
      return;
    }
    if (chosen.size > LARGEST_FILE) {
      setWrong("too_large");
      return;
    }
    try {
      setFile(await chosenFile(chosen));
    } catch {
      setWrong("unreadable");
    }
  };
  const send = async (trial: boolean): Promise<void> => {
    if (file !== null) {
      setFound(await api.call("POST /v1/readings-files", { body: { ...file, keep_good: keepGood, trial } }));
    }
  };
  return (
    <Page title={say("title")} above={["bill_runs", t("page_bill_runs")]} help="bill_runs">
      <p class="lead">{say("intro")}</p>
      <section class="card">
        <label>
          {say("file")}
          <input
            type="file"
            accept=".csv,.parquet,.xlsx,.ods,.xls"
            onChange={(event) => void choose(event.currentTarget.files?.[0])}
          />
        </label>
        {wrong !== null && (
          <p class="note bad" role="alert">
            {say(wrong)}
          </p>
        )}
        <label class="check">
          <input
            type="checkbox"
            checked={keepGood}
            onChange={(event) => {
              setKeepGood(event.currentTarget.checked);
              setFound(null);
            }}
          />
          {say("keep_good")}
        </label>
        <div class="buttons">
          <DoButton disabled={file === null} act={() => send(true)}>
            {say("preview")}
          </DoButton>
          <DoButton disabled={found?.outcome !== "tried"} act={() => send(false)}>
            {say("do_import")}
          </DoButton>
        </div>
      </section>
      {found !== null && <Found of={found} />}
    </Page>
  );
}

function Found({ of }: { of: ReadingsFile }) {
  const say = useFileWords();
  return (
    <>
      <section class="card" role="status">
        <p class={of.outcome === "refused" ? "note bad" : "note"}>{say(`outcome_${of.outcome}`)}</p>
        {of.outcome !== "refused" && (
          <p>
            {say("counts", {
              lines: plainDong(of.lines),
              added: plainDong(of.added),
              unchanged: plainDong(of.unchanged),
              held: plainDong(of.held),
            })}
          </p>
        )}
        {of.settled > 0 && <p>{say("settled", { n: of.settled })}</p>}
        {of.outcome === "taken" && of.held > 0 && <Link to="held">{say("see_held")}</Link>}
        {of.reject_file !== null && <RejectFile text={of.reject_file} />}
      </section>
      <Findings title="bad" found={of.bad} count={of.bad_count} />
      <Findings title="rejected" found={of.rejected} count={of.rejected_count} />
      <Findings title="held" found={of.held_lines} count={of.held} />
      <Findings title="remarks" found={of.remarks} count={of.remarks.length} />
      {of.columns.length > 0 && <FirstRows of={of} />}
    </>
  );
}

function Findings({ title, found, count }: { title: FileKey; found: readonly LineFinding[]; count: number }) {
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
function FirstRows({ of }: { of: ReadingsFile }) {
  const say = useFileWords();
  return (
    <section class="card">
      <h2>{say("first_rows")}</h2>
      <div class="rows-room">
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
                  <td key={column}>{row[at] ?? ""}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** With the mark by which spreadsheets recognise UTF-8. */
function RejectFile({ text }: { text: string }) {
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
