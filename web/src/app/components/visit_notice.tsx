/** The notice of a visit, from the command on the phone to the printer. */
import { h } from "preact";
import type { CurrentVisit } from "../../storage/schema.ts";
import { printFromPhone } from "../commands.ts";
import { printJobOf, printJobsNow } from "../print_job_list.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { DoButton } from "./busy.tsx";
import { Icon } from "./icons.tsx";
import { PrintJobLine } from "./print_job_line.tsx";

export function VisitNotice({ visit, title }: { visit: CurrentVisit; title: string }) {
  const t = useTranslate();
  const app = useApp();
  const { commands, files, printJobs, keptJobs, held, online } = useAppState();
  const command = commands.findLast((one) => one.kind === "visit" && one.id === visit.visit_id);
  const job = printJobOf(printJobsNow(printJobs, keptJobs, held), { visit_id: visit.visit_id, kind: "notice" });
  const account = files[visit.customer_code]?.account?.account;
  // Who pays before the notice is written gets none: there is nothing to wait for.
  const isPaid = account !== undefined && account.debt <= 0 && command?.state !== "waiting";
  if (command?.state === "refused") {
    return (
      <p class="note bad" role="alert">
        {t("done_refused")}: {command.problem?.detail}
      </p>
    );
  }
  return (
    <section class="card">
      {job ? (
        <PrintJobLine job={job} />
      ) : (
        <Pending title={title} waiting={command?.state === "waiting"} isPaid={isPaid} />
      )}
      {job && command?.state === "waiting" && <p class="hint">{t("done_waiting")}</p>}
      {!job && !online && command?.state === "waiting" && (
        <DoButton class="plain-button" act={() => printFromPhone(app, visit)}>
          {t("print_from_phone")}
        </DoButton>
      )}
    </section>
  );
}

/** A print job that is not there yet. */
export function Pending({ title, waiting, isPaid = false }: { title: string; waiting: boolean; isPaid?: boolean }) {
  const t = useTranslate();
  const { offline } = useAppState();
  return (
    <div class="print-job">
      <div class="row">
        <Icon name="wait" />
        <span class="name">{title}</span>
        <span class="state">
          {isPaid
            ? `${t("state_withdrawn")}: ${t("cause_paid")}`
            : t(waiting && offline ? "stop_waiting" : "state_none")}
        </span>
      </div>
      {waiting && offline && <p class="hint">{t("done_waiting")}</p>}
    </div>
  );
}
