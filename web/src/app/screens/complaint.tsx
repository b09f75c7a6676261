/** A customer calls a reading or a bill wrong: what is objected to, what the meter shows, a photo. Works without signal. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { ComplaintKind } from "../../api/types.ts";
import { complain } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { Link } from "../components/link.tsx";
import { PhotoField } from "../components/photo_field.tsx";
import { Screen } from "../components/screen.tsx";
import { goBack } from "../router.ts";
import { useApp, useTranslate } from "../use_app.ts";
import { useCustomer } from "../use_customer.ts";
import { jpegOf, usePhoto } from "../use_photo.ts";

const KINDS: readonly ComplaintKind[] = ["reading", "amount", "price_group", "other"];

export function ComplaintScreen({ code }: { code: string }) {
  const t = useTranslate();
  const app = useApp();
  const customer = useCustomer(code);
  const [number, setNumber] = useState<string | null>(null);
  const [kind, setKind] = useState<ComplaintKind>("reading");
  const [reading, setReading] = useState("");
  const [note, setNote] = useState("");
  const [photo, take] = usePhoto();
  const here = `customers/${code}`;
  const bills = [...customer.openBills].reverse();
  const bill = bills.find((one) => one.bill_number === number) ?? bills[0];
  if (!bill) {
    return (
      <Screen title={t("complaint")} back={here}>
        <Link to={here} class="main-button">
          {t("back")}
        </Link>
      </Screen>
    );
  }
  return (
    <Screen
      title={t("complaint")}
      back={here}
      actions={
        <DoButton
          disabled={note.trim() === "" || photo === "working"}
          act={async () => {
            await complain(app, { customer_code: code, name: customer.name }, bill, {
              kind,
              reading: reading === "" ? null : Number(reading),
              note,
              photo: jpegOf(photo),
            });
            goBack(here);
          }}
        >
          {t("complaint_send")}
        </DoButton>
      }
    >
      <section class="card">
        <h2 class="name">{customer.name}</h2>
        <p class="hint">{t("complaint_intro")}</p>
      </section>
      <section class="card">
        {bills.length > 1 && (
          <label>
            {t("complaint_bill")}
            <select value={bill.bill_number} onChange={(event) => setNumber(event.currentTarget.value)}>
              {bills.map((one) => (
                <option key={one.bill_id} value={one.bill_number}>
                  {`${one.month}/${one.year}`}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          {t("complaint_kind")}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as ComplaintKind)}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`complaint_kind_${one}`)}
              </option>
            ))}
          </select>
        </label>
        <p>
          {`${t("reading_new")} ${bill.month}/${bill.year}: `}
          <b>{bill.readings[0]?.new_reading}</b>
        </p>
        <label>
          {t("complaint_reading")}
          <input
            inputMode="numeric"
            autocomplete="off"
            value={reading}
            maxLength={10}
            onInput={(event) => setReading(event.currentTarget.value.replace(/\D/g, ""))}
          />
        </label>
        <label>
          {t("complaint_note")}
          <input
            value={note}
            placeholder={t("complaint_note_hint")}
            maxLength={300}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        </label>
        <PhotoField words="complaint_photo" photo={photo} take={take} />
      </section>
    </Screen>
  );
}
