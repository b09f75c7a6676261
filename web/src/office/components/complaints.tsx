/** Readings that customers call wrong: what they say, the photo of the meter, and what the office found. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { ComplaintFinding, ReadingComplaint } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { plainDong } from "../../app/money.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { Loaded } from "./loaded.tsx";

const FINDINGS: readonly ComplaintFinding[] = ["reading_right", "reading_wrong", "meter_faulty", "other"];

/** Those of one customer. */
export function Complaints({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const read = useRead(`complaints ${code}`, () =>
    api.call("GET /v1/reading-complaints", { query: { customer_code: code } }),
  );
  return (
    <section class="card">
      <h2>{t("complaints")}</h2>
      <Loaded of={read} lines={2}>
        {({ complaints }) => (
          <>
            {complaints.length === 0 && <p class="hint">{t("complaints_none")}</p>}
            <ul class="lines">
              {complaints.map((one) => (
                <li key={one.complaint_id}>
                  <Complaint complaint={one} done={read.again} />
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </section>
  );
}

export function Complaint({ complaint, done }: { complaint: ReadingComplaint; done: () => void }) {
  const t = useWords();
  const staff = useStaff();
  const [isShown, setShown] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const { complaint_id: id, settlement } = complaint;
  return (
    <>
      <p>
        {writtenMoment(complaint.stated_at)} · {complaint.collector_code}
        {complaint.meter_number && ` · ${t("meter")} ${complaint.meter_number}`}
        {complaint.reading_seen !== null && ` · ${t("complaint_seen", { n: plainDong(complaint.reading_seen) })}`}
      </p>
      <p class="said">{complaint.note}</p>
      {complaint.has_photo && (
        <button type="button" class="small-button" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {t(isShown ? "photo_hide" : "photo_show")}
        </button>
      )}
      {isShown && <img class="photo" src={`/v1/reading-complaints/${id}/photo`} alt={t("photo_of_meter")} />}
      {settlement && (
        <p class="note done">
          {writtenMoment(settlement.settled_at)} · {t(`finding_${settlement.finding}`)}: {settlement.note}
        </p>
      )}
      {!settlement && may(staff, "POST /v1/reading-complaints/{complaint_id}/settlement") && !isOpen && (
        <button type="button" class="small-button" onClick={() => setOpen(true)}>
          {t("settle")}
        </button>
      )}
      {isOpen && !settlement && <Settle id={id} done={done} cancel={() => setOpen(false)} />}
    </>
  );
}

function Settle({ id, done, cancel }: { id: string; done: () => void; cancel: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [finding, setFinding] = useState<ComplaintFinding | null>(null);
  const [note, setNote] = useState("");
  // The same act under the same id, should the answer be lost.
  const [key] = useState(() => newId());
  return (
    <div class="inline">
      <fieldset class="options">
        <legend>{t("finding")}</legend>
        {FINDINGS.map((one) => (
          <label key={one}>
            <input type="radio" name={`finding-${id}`} checked={finding === one} onChange={() => setFinding(one)} />
            <span>{t(`finding_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <label>
        {t("finding_note")}
        <input value={note} maxLength={300} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <div class="pair">
        <DoButton
          disabled={finding === null || note.trim() === ""}
          act={async () => {
            await api.call("POST /v1/reading-complaints/{complaint_id}/settlement", {
              params: { complaint_id: id },
              key,
              body: { finding: finding as ComplaintFinding, note: note.trim() },
            });
            done();
          }}
        >
          {t("settle")}
        </DoButton>
        <button type="button" class="plain-button" onClick={cancel}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}
