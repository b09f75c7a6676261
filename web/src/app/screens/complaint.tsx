/** A customer calls a reading or a bill wrong: what is objected to, what the meter shows, a photo. Works without signal. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { ComplaintKind } from "../../api/types.ts";
import { complain } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { Link } from "../components/link.tsx";
import { Screen } from "../components/screen.tsx";
import { smallPhoto } from "../photo.ts";
import { goBack } from "../router.ts";
import { useApp, useTranslate } from "../use_app.ts";
import { useCustomer } from "../use_customer.ts";

const KINDS: readonly ComplaintKind[] = ["reading", "amount", "price_group", "other"];

type Photo = "none" | "working" | "wrong" | { readonly jpeg: string };

export function ComplaintScreen({ code }: { code: string }) {
  const t = useTranslate();
  const app = useApp();
  const customer = useCustomer(code);
  const [number, setNumber] = useState<string | null>(null);
  const [kind, setKind] = useState<ComplaintKind>("reading");
  const [reading, setReading] = useState("");
  const [note, setNote] = useState("");
  const [photo, setPhoto] = useState<Photo>("none");
  const here = `customers/${code}`;
  const bills = [...customer.openBills].reverse();
  const bill = bills.find((one) => one.bill_number === number) ?? bills[0];
  const take = async (file: File | undefined): Promise<void> => {
    if (file) {
      setPhoto("working");
      setPhoto(
        await smallPhoto(file)
          .then((jpeg) => ({ jpeg }))
          .catch(() => "wrong" as const),
      );
    }
  };
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
              photo: typeof photo === "object" ? photo.jpeg : "",
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
        <label class="plain-button file">
          {t(typeof photo === "object" ? "complaint_photo_again" : "complaint_photo")}
          <input
            type="file"
            accept="image/*"
            capture="environment"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
        {photo === "working" && <p class="hint">{t("complaint_photo_work")}</p>}
        {photo === "wrong" && <p class="note bad">{t("complaint_photo_wrong")}</p>}
        {typeof photo === "object" && (
          <img class="photo" src={`data:image/jpeg;base64,${photo.jpeg}`} alt={t("complaint_photo_shown")} />
        )}
      </section>
    </Screen>
  );
}
