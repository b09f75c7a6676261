/** What has become of the paper of a visit, from the command on the phone to the printer. */
import { h } from "preact";
import type { CurrentVisit } from "../../storage/schema.ts";
import { paperOf, papersNow } from "../papers.ts";
import { useAppState, useTranslate } from "../use_app.ts";
import { Icon } from "./icons.tsx";
import { PaperLine } from "./paper_line.tsx";

export function VisitPaper({ visit, title }: { visit: CurrentVisit; title: string }) {
  const t = useTranslate();
  const { commands, papers, jobs, held } = useAppState();
  const command = commands.findLast((one) => one.kind === "visit" && one.id === visit.visit_id);
  const paper = paperOf(papersNow(papers, jobs, held), { visit_id: visit.visit_id, kind: "notice" });
  if (command?.state === "refused") {
    return (
      <p class="note bad" role="alert">
        {t("done_refused")}: {command.problem?.detail}
      </p>
    );
  }
  return (
    <section class="card">
      {paper ? <PaperLine paper={paper} /> : <Pending title={title} waiting={command?.state === "waiting"} />}
    </section>
  );
}

/** A paper that is not there yet. */
export function Pending({ title, waiting }: { title: string; waiting: boolean }) {
  const t = useTranslate();
  const { offline } = useAppState();
  return (
    <div class="paper">
      <div class="row">
        <Icon name="wait" />
        <span class="name">{title}</span>
        <span class="state">{t(waiting && offline ? "stop_waiting" : "state_none")}</span>
      </div>
      {waiting && offline && <p class="hint">{t("done_waiting")}</p>}
    </div>
  );
}
