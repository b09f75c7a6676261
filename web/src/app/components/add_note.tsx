/** A note of today's visit, whatever came of it. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { CurrentVisit } from "../../storage/schema.ts";
import { addNote } from "../commands.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";

export function AddNote({ customer, visit }: { customer: CustomerView; visit: CurrentVisit }) {
  const t = useTranslate();
  const app = useApp();
  const { commands } = useAppState();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState("");
  const kept = commands.filter((one) => one.kind === "note" && one.params["visit_id"] === visit.visit_id);
  return (
    <section class="card">
      {kept.map((one) => (
        <p key={one.id} class={one.state === "refused" ? "note bad" : "where"}>
          {String(one.body["note"])}
          {one.state === "waiting" && ` · ${t("stop_waiting")}`}
          {one.state === "refused" && ` · ${one.problem?.detail}`}
        </p>
      ))}
      {open ? (
        <form
          class="inline"
          onSubmit={(event) => {
            event.preventDefault();
            void app.attempt(async () => {
              await addNote(app, { customer_code: customer.code, name: customer.name }, visit, note);
              setOpen(false);
              setNote("");
            });
          }}
        >
          <label>
            {t("note_text")}
            <input
              value={note}
              placeholder={t("note_hint")}
              maxLength={300}
              required
              pattern=".*\S.*"
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
          <div class="pair">
            <button type="submit" class="main-button">
              {t("note_save")}
            </button>
            <button type="button" class="plain-button" onClick={() => setOpen(false)}>
              {t("cancel")}
            </button>
          </div>
        </form>
      ) : (
        <button type="button" class="small-button" onClick={() => setOpen(true)}>
          {t("note_add")}
        </button>
      )}
    </section>
  );
}
