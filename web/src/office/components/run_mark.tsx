/** Where a bill run stands. */
import { h } from "preact";
import type { BillRunState, BillRunView } from "../../api/types.ts";
import { useWords } from "../use_office.ts";

const TONES: Readonly<Record<BillRunState, string>> = {
  computing: "info",
  computed: "wait",
  releasing: "info",
  released: "good",
  discarded: "",
};

export function RunMark({ run: { state, is_trial: isTrial } }: { run: BillRunView }) {
  const t = useWords();
  return (
    <span class="marks">
      <span class={`mark ${TONES[state]}`}>{t(`run_is_${state}`)}</span>
      {isTrial && <span class="mark">{t("run_is_trial")}</span>}
    </span>
  );
}
