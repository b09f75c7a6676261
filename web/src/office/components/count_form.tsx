/** A count by denomination, compared with what was expected; a difference needs a reason, and a second look. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { countOf, type Pieces } from "../../app/cash_counting.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { CashCount } from "../../app/components/cash_count.tsx";
import { dong } from "../../app/money.ts";
import { useWords } from "../use_office.ts";

interface CountFormProps {
  readonly title: string;
  readonly intro: string;
  readonly button: string;
  /** What the count is compared with, and how that is called. */
  readonly expected: number;
  readonly expectedName: string;
  readonly why: string;
  readonly send: (counted: number, denominations: Record<string, number>, reason: string) => Promise<unknown>;
  readonly done: () => void;
}

export function CountForm({ title, intro, button, expected, expectedName, why, send, done }: CountFormProps) {
  const t = useWords();
  const [pieces, setPieces] = useState<Pieces>({});
  const [reason, setReason] = useState("");
  const { counted, denominations } = countOf(pieces);
  const difference = counted - expected;
  const written = t(difference > 0 ? "shift_over" : "shift_under", { amount: dong(Math.abs(difference)) });
  return (
    <section class="card">
      <h2>{title}</h2>
      <p>{intro}</p>
      <CashCount pieces={pieces} onChange={setPieces} />
      <dl class="sums" aria-live="polite">
        <div>
          <dt>{t("shift_counted")}</dt>
          <dd>{dong(counted)}</dd>
        </div>
        <div>
          <dt>{expectedName}</dt>
          <dd>{dong(expected)}</dd>
        </div>
        <div class={difference === 0 ? "good-text" : "bad-text"}>
          <dt>{t("shift_difference")}</dt>
          <dd>{difference === 0 ? t("shift_even") : written}</dd>
        </div>
      </dl>
      {difference !== 0 && (
        <label>
          {why}
          <input value={reason} maxLength={300} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
      )}
      <DoButton
        disabled={difference !== 0 && reason.trim() === ""}
        act={async () => {
          await send(counted, denominations, difference === 0 ? "" : reason.trim());
          done();
        }}
      >
        {difference === 0 ? button : `${button}: ${written}`}
      </DoButton>
    </section>
  );
}
