/** The state of one print job, with what a person can do about it. */
import { h } from "preact";
import { writtenMoment } from "../clock.ts";
import { printAgain, reportPrinted } from "../print_commands.ts";
import type { PrintJobNow } from "../print_job_list.ts";
import { shownSummary } from "../text.ts";
import { WITHDRAWN } from "../untrue_documents.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { DoButton } from "./busy.tsx";
import { CopyOrder } from "./copy_order.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { Link } from "./link.tsx";

const ICONS: Readonly<Record<string, IconName>> = {
  printed: "check",
  failed: "warn",
  unconfirmed: "warn",
  held: "printer",
  printing: "printer",
};

/** `withName`: in lists of all print jobs, where it is not clear whose it is. */
export function PrintJobLine({ job, withName = false }: { job: PrintJobNow; withName?: boolean }) {
  const t = useTranslate();
  const app = useApp();
  const { commands } = useAppState();
  const name =
    job.copy_number > 0
      ? `${t(`document_${job.kind}`)}, ${t("document_copy_number", { n: job.copy_number })}`
      : t(`document_${job.kind}`);
  const asked = commands.some((one) => one.id === `${job.job_id}:${job.attempt}` && one.state === "waiting");
  const isMoney = job.kind === "receipt" || job.kind === "copy" || job.kind === "void";
  const isWithdrawn = job.state === "cancelled" && WITHDRAWN.has(job.cause ?? "");
  const again = withName && job.state === "printed" && !isMoney && !job.local && (
    <DoButton class="small-button" disabled={asked} act={() => printAgain(app, job.job_id, job.attempt)}>
      {t("print_again")}
    </DoButton>
  );
  return (
    <div class={`print-job ${job.state}`}>
      <div class="row">
        <Icon name={ICONS[job.state] ?? "wait"} />
        <span class="whom">
          <span class="name">{name}</span>
          {withName && job.summary !== "" && <span class="where">{shownSummary(job.summary)}</span>}
          <span class="state">
            {t(isWithdrawn ? "state_withdrawn" : `state_${job.state}`)}
            {job.cause && job.state !== "printed" && job.state !== "expired" ? `: ${t(`cause_${job.cause}`)}` : ""}
            {withName && job.created_at !== null ? ` · ${writtenMoment(job.created_at)}` : ""}
          </span>
        </span>
        {again}
      </div>
      {job.state === "unconfirmed" && !asked && (
        <div class="ask">
          <p>
            <strong>{t("ask_out")}</strong> {t("ask_out_more", { paper: name.toLowerCase() })}
          </p>
          <div class="pair">
            <DoButton
              class="plain-button"
              act={async () => {
                await (job.local
                  ? app.printJobs.settleLocal(job.job_id, true)
                  : reportPrinted(app, job.job_id, job.attempt));
              }}
            >
              {t("ask_yes")}
            </DoButton>
            <DoButton
              class="plain-button"
              act={async () => {
                await (job.local
                  ? app.printJobs.settleLocal(job.job_id, false)
                  : printAgain(app, job.job_id, job.attempt));
              }}
            >
              {t("ask_no")}
            </DoButton>
          </div>
        </div>
      )}
      {asked && <p class="hint">{t("stop_waiting")}</p>}
      {job.state === "held" && (
        <div class="ask">
          {(job.cause === "no_printer" || job.cause === "link_lost") && <p>{t(`fix_${job.cause}`)} </p>}
          {(job.cause === "paper_out" || job.cause === "cover_open" || job.cause === "battery_low") && (
            <p>{t(`fix_${job.cause}`)}</p>
          )}
          <div class="pair">
            {job.cause === "no_printer" || job.cause === "link_lost" ? (
              <Link to="printer" class="plain-button">
                {t("printer_choose")}
              </Link>
            ) : null}
            <button type="button" class="plain-button" onClick={() => app.printJobs.printNow()}>
              {t("continue_printing")}
            </button>
            {withName && (
              <DoButton class="plain-button" act={() => app.printJobs.cancel(job.job_id)}>
                {t("print_job_cancel")}
              </DoButton>
            )}
          </div>
        </div>
      )}
      {job.state === "failed" && (
        <DoButton
          class="plain-button"
          disabled={asked}
          act={async () => {
            await (job.local ? app.printJobs.settleLocal(job.job_id, false) : printAgain(app, job.job_id, job.attempt));
          }}
        >
          {t("print_again")}
        </DoButton>
      )}
      {withName && job.state === "printed" && job.kind === "receipt" && job.receipt_id !== null && (
        <CopyOrder receiptId={job.receipt_id} isPrinted />
      )}
    </div>
  );
}
