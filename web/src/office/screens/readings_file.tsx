/** A file of readings is chosen, looked at as an import would, and imported. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { ReadingsFile } from "../../api/types.ts";
import { plainDong } from "../../app/money.ts";
import { Findings, FirstRows, Outcome, RejectFile } from "../components/file_findings.tsx";
import { FileForm } from "../components/file_form.tsx";
import { Link } from "../components/link.tsx";
import { Page } from "../components/page.tsx";
import { useFileWords } from "../file_words.ts";
import { useOffice, useWords } from "../use_office.ts";

export function ReadingsFilePage() {
  const t = useWords();
  const say = useFileWords();
  const { api } = useOffice();
  const [found, setFound] = useState<ReadingsFile | null>(null);
  return (
    <Page title={say("title")} above={["bill_runs", t("page_bill_runs")]} help="bill_runs">
      <p class="lead">{say("intro")}</p>
      <FileForm
        isTried={found?.outcome === "tried"}
        changed={() => setFound(null)}
        send={async (file, keepGood, trial) =>
          setFound(await api.call("POST /v1/readings-files", { body: { ...file, keep_good: keepGood, trial } }))
        }
      />
      {found !== null && <Found of={found} />}
    </Page>
  );
}

function Found({ of }: { of: ReadingsFile }) {
  const say = useFileWords();
  return (
    <>
      <section class="card" role="status">
        <Outcome of={of.outcome} />
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
