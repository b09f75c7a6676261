/** Cash counted by denomination. */
import { h } from "preact";
import type { Pieces } from "../cash_counting.ts";
import { NOTES, plainDong } from "../money.ts";
import { useTranslate } from "../use_shell.ts";

export function CashCount({ pieces, onChange }: { pieces: Pieces; onChange: (pieces: Pieces) => void }) {
  const t = useTranslate();
  return (
    <table class="count card">
      <thead>
        <tr>
          <th scope="col">{t("shift_note")}</th>
          <th scope="col">{t("shift_pieces")}</th>
          <th scope="col">{t("amount")}</th>
        </tr>
      </thead>
      <tbody>
        {NOTES.map((note) => (
          <tr key={note}>
            <th scope="row">{plainDong(note)}</th>
            <td>
              <input
                inputMode="numeric"
                autocomplete="off"
                value={pieces[note] ?? ""}
                maxLength={5}
                aria-label={t("shift_pieces_of", { note: plainDong(note) })}
                onInput={(event) => onChange({ ...pieces, [note]: event.currentTarget.value.replace(/\D/g, "") })}
              />
            </td>
            <td>{plainDong(note * (Number(pieces[note] ?? 0) || 0))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
