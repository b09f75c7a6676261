/** Papers: what became of each, and what it looks like. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { PrintJobView } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { PaperPicture } from "../../app/components/paper_picture.tsx";
import { shownSummary } from "../../app/text.ts";
import type { Document } from "../../printing/document.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { Loaded } from "./loaded.tsx";

const TONES: Readonly<Record<string, string>> = { printed: "good", unconfirmed: "bad", failed: "bad", held: "wait" };

export function JobState({ job }: { job: PrintJobView }) {
  const t = useWords();
  return (
    <span class={`mark ${TONES[job.state] ?? ""}`}>
      {t(`state_${job.state}`)}
      {job.cause && `: ${t(`cause_${job.cause}`)}`}
    </span>
  );
}

/** One paper as a line that shows its picture on demand. */
export function PaperLine({ job }: { job: PrintJobView }) {
  const t = useWords();
  const [isOpen, setOpen] = useState(false);
  const name = `${t(`document_${job.kind}`)} ${shownSummary(job.summary)}`;
  return (
    <li>
      <div class="row">
        <span class="whom">
          {name}
          <span class="where">{writtenMoment(job.changed_at)}</span>
        </span>
        <JobState job={job} />
        <button type="button" class="small-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t(isOpen ? "paper_hide" : "paper_show")}
        </button>
      </div>
      {isOpen &&
        (job.receipt_id === null || job.kind === "notice" ? (
          // No picture of a receipt: of one that is on paper the gateway gives out counted copies only.
          <img class="paper-picture" src={`/v1/print-jobs/${job.job_id}/content`} alt={name} loading="lazy" />
        ) : (
          <ReceiptPicture id={job.receipt_id} />
        ))}
    </li>
  );
}

/** A receipt as it was first printed, to be looked at. */
export function ReceiptPicture({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const receipt = useRead(`receipt ${id}`, () =>
    api.call("GET /v1/receipts/{receipt_id}", { params: { receipt_id: id } }),
  );
  return (
    <Loaded of={receipt} lines={8}>
      {({ document }) => (
        <>
          <p class="hint">{t("receipt_only_look")}</p>
          <PaperPicture document={document as Document} label={document.title} />
        </>
      )}
    </Loaded>
  );
}
