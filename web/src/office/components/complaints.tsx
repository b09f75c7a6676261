/** Readings and bills that customers call wrong: what they say, the photo of the meter, and what the office found. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { Bill, ComplaintFinding, ComplaintKind, ReadingComplaint } from "../../api/types.ts";
import { dayOf, writtenDay, writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { plainDong } from "../../app/money.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { Loaded } from "./loaded.tsx";

const KINDS: readonly ComplaintKind[] = ["reading", "amount", "price_group", "other"];
const FINDINGS: readonly ComplaintFinding[] = ["reading_right", "reading_wrong", "meter_faulty", "other"];

/** Those of one customer. */
export function Complaints({ code, bills }: { code: string; bills: readonly Bill[] }) {
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
            <Record code={code} bills={bills} done={read.again} />
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
        {writtenMoment(complaint.stated_at)} · {complaint.is_from_desk ? t("unit") : complaint.collector_code} ·{" "}
        {t(`complaint_about_${complaint.kind ?? "reading"}`)}
        {complaint.bill_number && ` · ${t("complaint_of_bill", { number: complaint.bill_number })}`}
        {complaint.meter_number && ` · ${t("meter")} ${complaint.meter_number}`}
        {complaint.reading_seen !== null && ` · ${t("complaint_seen", { n: plainDong(complaint.reading_seen) })}`}
      </p>
      <p class="said">{complaint.note}</p>
      {!settlement && complaint.answer_by && <AnswerBy day={complaint.answer_by} />}
      {complaint.has_photo && (
        <button type="button" class="small-button" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          {t(isShown ? "photo_hide" : "photo_show")}
        </button>
      )}
      {isShown && <img class="photo" src={`/v1/reading-complaints/${id}/photo`} alt={t("photo_of_meter")} />}
      {settlement && (
        <p class="note done">
          {writtenMoment(settlement.settled_at)} · {t(`finding_${settlement.finding}`)}
          {typeof settlement.is_bill_right === "boolean" &&
            ` · ${t(settlement.is_bill_right ? "bill_right" : "bill_wrong")}`}
          : {settlement.note}
        </p>
      )}
      {!settlement && may(staff, "POST /v1/reading-complaints/{complaint_id}/settlement") && !isOpen && (
        <button type="button" class="small-button" onClick={() => setOpen(true)}>
          {t("settle")}
        </button>
      )}
      {isOpen && !settlement && (
        <Settle id={id} hasBill={complaint.bill_number !== null} done={done} cancel={() => setOpen(false)} />
      )}
    </>
  );
}

/** Until when the customer is to have an answer; in red once that has passed. */
function AnswerBy({ day }: { day: string }) {
  const t = useWords();
  const isLate = day < dayOf(new Date().toISOString());
  return (
    <p class={isLate ? "mark bad" : "mark wait"}>
      {t(isLate ? "complaint_late" : "complaint_answer_by", { day: writtenDay(day) })}
    </p>
  );
}

interface RecordProps {
  readonly code: string;
  readonly bills: readonly Bill[];
  readonly done: () => void;
}

function Record({ code, bills, done }: RecordProps) {
  const t = useWords();
  const staff = useStaff();
  const [isOpen, setOpen] = useState(false);
  if (bills.length === 0 || !may(staff, "POST /v1/customers/{customer_code}/reading-complaints")) {
    return null;
  }
  return isOpen ? (
    <RecordForm code={code} bills={bills} close={() => setOpen(false)} done={done} />
  ) : (
    <button type="button" class="small-button" onClick={() => setOpen(true)}>
      {t("complaint_record")}
    </button>
  );
}

function RecordForm({ code, bills, close, done }: RecordProps & { readonly close: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const newest = [...bills].reverse();
  const [kind, setKind] = useState<ComplaintKind>("amount");
  const [number, setNumber] = useState(newest[0]?.bill_number ?? "");
  const [note, setNote] = useState("");
  // The same act under the same id, should the answer be lost.
  const [key] = useState(() => newId());
  return (
    <div class="inline">
      <label>
        {t("complaint_which_bill")}
        <select value={number} onChange={(event) => setNumber(event.currentTarget.value)}>
          {newest.map((one) => (
            <option key={one.bill_id} value={one.bill_number}>
              {`${one.month}/${one.year} · ${one.bill_number}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("complaint_kind")}
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value as ComplaintKind)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`complaint_about_${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("complaint_said")}
        <input value={note} maxLength={300} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
      <p class="hint">{t("complaint_stops")}</p>
      <div class="pair">
        <DoButton
          disabled={note.trim() === ""}
          act={async () => {
            await api.call("POST /v1/customers/{customer_code}/reading-complaints", {
              params: { customer_code: code },
              key,
              body: { kind, bill_number: number, note: note.trim(), stated_at: new Date().toISOString() },
            });
            done();
            close();
          }}
        >
          {t("complaint_record")}
        </DoButton>
        <button type="button" class="plain-button" onClick={close}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}

interface SettleProps {
  readonly id: string;
  readonly hasBill: boolean;
  readonly done: () => void;
  readonly cancel: () => void;
}

function Settle({ id, hasBill, done, cancel }: SettleProps) {
  const t = useWords();
  const { api } = useOffice();
  const [finding, setFinding] = useState<ComplaintFinding | null>(null);
  const [isRight, setRight] = useState<boolean | null>(null);
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
      {hasBill && (
        <fieldset class="options">
          <legend>{t("complaint_which_bill")}</legend>
          {[true, false].map((one) => (
            <label key={String(one)}>
              <input type="radio" name={`right-${id}`} checked={isRight === one} onChange={() => setRight(one)} />
              <span>{t(one ? "bill_right" : "bill_wrong")}</span>
            </label>
          ))}
        </fieldset>
      )}
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
              body: { finding: finding as ComplaintFinding, note: note.trim(), is_bill_right: isRight },
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
