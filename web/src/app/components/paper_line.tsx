/** One paper's state, with what a person can do about it. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import { writtenMoment } from "../clock.ts";
import { printAgain, printCopy, sayPrinted } from "../commands.ts";
import type { PaperNow } from "../papers.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { DoButton } from "./busy.tsx";
import { Icon, type IconName } from "./icons.tsx";
import { Link } from "./link.tsx";

const ICONS: Readonly<Record<string, IconName>> = {
  printed: "check",
  failed: "warn",
  unconfirmed: "warn",
  held: "printer",
  printing: "printer",
};

/** `withName`: in lists of all papers, where it is not clear whose it is. */
export function PaperLine({ paper, withName = false }: { paper: PaperNow; withName?: boolean }) {
  const t = useTranslate();
  const app = useApp();
  const { commands } = useAppState();
  const name =
    paper.copy_number > 0
      ? `${t(`paper_${paper.kind}`)}, ${t("paper_copy_number", { n: paper.copy_number })}`
      : t(`paper_${paper.kind}`);
  const asked = commands.some((one) => one.id === `${paper.job_id}:${paper.attempt}` && one.state === "waiting");
  const isMoney = paper.kind === "receipt" || paper.kind === "copy" || paper.kind === "void";
  const again = withName && paper.state === "printed" && !isMoney && (
    <DoButton class="small-button" disabled={asked} act={() => printAgain(app, paper.job_id, paper.attempt)}>
      {t("print_again")}
    </DoButton>
  );
  return (
    <div class={`paper ${paper.state}`}>
      <div class="row">
        <Icon name={ICONS[paper.state] ?? "wait"} />
        <span class="whom">
          <span class="name">{name}</span>
          {withName && paper.summary !== "" && <span class="where">{paper.summary}</span>}
          <span class="state">
            {t(`state_${paper.state}`)}
            {paper.cause && paper.state !== "printed" && paper.state !== "expired"
              ? `: ${t(`cause_${paper.cause}`)}`
              : ""}
            {withName && paper.created_at !== null ? ` · ${writtenMoment(paper.created_at)}` : ""}
          </span>
        </span>
        {again}
      </div>
      {paper.state === "unconfirmed" && !asked && (
        <div class="ask">
          <p>
            <strong>{t("ask_out")}</strong> {t("ask_out_more", { paper: name.toLowerCase() })}
          </p>
          <div class="pair">
            <DoButton class="plain-button" act={() => sayPrinted(app, paper.job_id, paper.attempt)}>
              {t("ask_yes")}
            </DoButton>
            <DoButton class="plain-button" act={() => printAgain(app, paper.job_id, paper.attempt)}>
              {t("ask_no")}
            </DoButton>
          </div>
        </div>
      )}
      {asked && <p class="hint">{t("stop_waiting")}</p>}
      {paper.state === "held" && (
        <div class="ask">
          {(paper.cause === "no_printer" || paper.cause === "link_lost") && <p>{t(`fix_${paper.cause}`)} </p>}
          {(paper.cause === "paper_out" || paper.cause === "cover_open" || paper.cause === "battery_low") && (
            <p>{t(`fix_${paper.cause}`)}</p>
          )}
          <div class="pair">
            {paper.cause === "no_printer" || paper.cause === "link_lost" ? (
              <Link to="printer" class="plain-button">
                {t("printer_choose")}
              </Link>
            ) : null}
            <button type="button" class="plain-button" onClick={() => app.printJobs.printNow()}>
              {t("continue_printing")}
            </button>
            {withName && (
              <DoButton class="plain-button" act={() => app.printJobs.cancel(paper.job_id)}>
                {t("paper_give_up")}
              </DoButton>
            )}
          </div>
        </div>
      )}
      {paper.state === "failed" && (
        <DoButton class="plain-button" disabled={asked} act={() => printAgain(app, paper.job_id, paper.attempt)}>
          {t("print_again")}
        </DoButton>
      )}
      {withName && paper.state === "printed" && paper.kind === "receipt" && paper.receipt_id !== null && (
        <CopyOrder receiptId={paper.receipt_id} />
      )}
    </div>
  );
}

/** A counted copy of a receipt, with the reason. */
export function CopyOrder({ receiptId }: { receiptId: string }) {
  const t = useTranslate();
  const app = useApp();
  const { online, commands } = useAppState();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const last = commands.findLast((one) => one.kind === "copy" && one.params["receipt_id"] === receiptId);
  if (last?.state === "waiting") {
    return <p class="hint">{t("stop_waiting")}</p>;
  }
  return (
    <>
      {last?.state === "sent" && (
        <p class="hint">{t("copy_ordered", { n: (last.answer as { copy_number: number }).copy_number })}</p>
      )}
      {last?.state === "refused" && <p class="note bad">{last.problem?.detail}</p>}
      {!open && (
        <button type="button" class="small-button" disabled={!online} onClick={() => setOpen(true)}>
          {t("print_copy")}
        </button>
      )}
      {open && (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            setOpen(false);
            void printCopy(app, receiptId, reason || t("copy_reason_default"));
          }}
        >
          <p class="hint">{t("copy_explain")}</p>
          <label>
            {t("copy_reason")}
            <input
              value={reason}
              placeholder={t("copy_reason_default")}
              maxLength={200}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <div class="pair">
            <button type="submit" class="main-button">
              {t("print_copy")}
            </button>
            <button type="button" class="plain-button" onClick={() => setOpen(false)}>
              {t("cancel")}
            </button>
          </div>
        </form>
      )}
    </>
  );
}
