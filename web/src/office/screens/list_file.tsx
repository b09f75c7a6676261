/** A list is chosen, looked at as an import would, and imported. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { ListFile } from "../../api/types.ts";
import { plainDong } from "../../app/money.ts";
import { Findings, FirstRows, Outcome, RejectFile } from "../components/file_findings.tsx";
import { FileForm } from "../components/file_form.tsx";
import { Page } from "../components/page.tsx";
import { useFileWords } from "../file_words.ts";
import { usePlace } from "../router.ts";
import { useOffice, useStaff, useWords } from "../use_office.ts";

const OF_SOME_UNITS = ["customers", "meters"] as const;
/** In the order in which they are imported: each names those before it. */
const KINDS = ["units", "collectors", "routes", ...OF_SOME_UNITS] as const;

type Kind = (typeof KINDS)[number];

export function ListFilePage() {
  const t = useWords();
  const say = useFileWords();
  const { api } = useOffice();
  const { units } = useStaff();
  const kinds: readonly Kind[] = units.includes("*") ? KINDS : OF_SOME_UNITS;
  const asked = usePlace().query.get("kind");
  const [kind, setKind] = useState<Kind>(kinds.find((one) => one === asked) ?? "customers");
  const [found, setFound] = useState<ListFile | null>(null);
  return (
    <Page title={say("list_title")} above={["customers", t("page_customers")]} help="customers">
      <p class="lead">{say("list_intro")}</p>
      <FileForm
        isTried={found?.outcome === "tried"}
        changed={() => setFound(null)}
        send={async (file, keepGood, trial) =>
          setFound(await api.call("POST /v1/customer-lists", { body: { ...file, kind, keep_good: keepGood, trial } }))
        }
      >
        <fieldset>
          <legend>{say("list_kind")}</legend>
          {kinds.map((one) => (
            <label key={one} class="check">
              <input
                type="radio"
                name="kind"
                checked={one === kind}
                onChange={() => {
                  setKind(one);
                  setFound(null);
                }}
              />
              {say(`list_kind_${one}`)}
            </label>
          ))}
        </fieldset>
      </FileForm>
      {found !== null && <Found of={found} />}
    </Page>
  );
}

function Found({ of }: { of: ListFile }) {
  const say = useFileWords();
  return (
    <>
      <section class="card" role="status">
        <Outcome of={of.outcome} />
        {of.outcome !== "refused" && (
          <p>
            {say("list_counts", {
              lines: plainDong(of.lines),
              added: plainDong(of.added),
              changed: plainDong(of.changed),
              unchanged: plainDong(of.unchanged),
            })}
          </p>
        )}
        {of.announced > 0 && <p>{say("list_announced", { n: plainDong(of.announced) })}</p>}
        {of.reject_file !== null && <RejectFile text={of.reject_file} />}
      </section>
      <Changes of={of} />
      <Findings title="bad" found={of.bad} count={of.bad_count} />
      <Findings title="rejected" found={of.rejected} count={of.rejected_count} />
      <Findings title="remarks" found={of.remarks} count={of.remarks.length} />
      {of.columns.length > 0 && <FirstRows of={of} />}
    </>
  );
}

/** What a trial would change: how many lines in which column, and the first lines. */
function Changes({ of }: { of: ListFile }) {
  const say = useFileWords();
  const fields = Object.entries(of.changed_fields);
  if (fields.length === 0) {
    return null;
  }
  return (
    <section class="card">
      <h2>
        {say("list_changes")} <span class="mark wait count-mark">{of.changed}</span>
      </h2>
      <p>{fields.map(([field, rows]) => `${field}: ${plainDong(rows)}`).join(" · ")}</p>
      <ul class="lines">
        {of.changes.map((one) => (
          <li key={one.key}>{`${say("line", { line: one.line })} · ${one.key}: ${one.fields.join(", ")}`}</li>
        ))}
      </ul>
      {of.changed > of.changes.length && <p class="hint">{say("more", { n: of.changed - of.changes.length })}</p>}
    </section>
  );
}
