/** What somebody pressed has failed: nothing else is pressed before that was read. */
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useShell, useShellState, useTranslate } from "../use_shell.ts";

export function FailureMessage() {
  const t = useTranslate();
  const { store } = useShell();
  const failure = useShellState((state) => state.failure);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (failure && !dialog.current?.open) {
      dialog.current?.showModal();
    }
  }, [failure]);
  return (
    failure && (
      <dialog
        ref={dialog}
        class="failure"
        role="alertdialog"
        aria-labelledby="failure"
        onClose={() => store.set({ failure: null })}
      >
        <strong id="failure">{t(failure.key)}</strong>
        {failure.detail !== "" && <p>{failure.detail}</p>}
        {failure.besides && <p>{t(failure.besides)}</p>}
        <button type="button" class="main-button" onClick={() => dialog.current?.close()}>
          {t("understood")}
        </button>
      </dialog>
    )
  );
}
