/** A button that asks why before it does something. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { useShell, useTranslate } from "../use_shell.ts";

interface WithReasonProps {
  readonly label: string;
  readonly explain: string;
  /** Label of the field. */
  readonly field: string;
  /** The reason where none was typed. */
  readonly usual: string;
  readonly disabled?: boolean;
  /** The form was opened. */
  readonly opened?: () => void;
  readonly act: (reason: string) => Promise<unknown>;
}

export function WithReason({ label, explain, field, usual, disabled = false, opened, act }: WithReasonProps) {
  const t = useTranslate();
  const shell = useShell();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  if (!open) {
    return (
      <button
        type="button"
        class="small-button"
        disabled={disabled}
        onClick={() => {
          setOpen(true);
          opened?.();
        }}
      >
        {label}
      </button>
    );
  }
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        setOpen(false);
        void shell.attempt(() => act(reason || usual));
      }}
    >
      <p class="hint">{explain}</p>
      <label>
        {field}
        <input
          value={reason}
          placeholder={usual}
          maxLength={200}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <div class="pair">
        <button type="submit" class="main-button">
          {label}
        </button>
        <button type="button" class="plain-button" onClick={() => setOpen(false)}>
          {t("cancel")}
        </button>
      </div>
    </form>
  );
}
