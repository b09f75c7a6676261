/** Printing a receipt that exists: its first print where nobody has printed it yet, else a counted copy. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import { ignoreNoAnswer } from "../../api/problem.ts";
import type { ReprintReply } from "../../api/types.ts";
import { printCopy } from "../print_commands.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { WithReason } from "./with_reason.tsx";

interface CopyOrderProps {
  readonly receiptId: string;
  /** It is known to have been printed; else the gateway is asked, and the words fit both until it answers. */
  readonly isPrinted: boolean;
}

export function CopyOrder({ receiptId, isPrinted }: CopyOrderProps) {
  const t = useTranslate();
  const app = useApp();
  const { online, commands } = useAppState();
  const [awaits, setAwaits] = useState<boolean | null>(null);
  const last = commands.findLast((one) => one.kind === "copy" && one.params["receipt_id"] === receiptId);
  // Without a number it is the receipt itself, which no phone had printed.
  const ordered = (n: number): string => (n > 0 ? t("copy_ordered", { n }) : t("first_ordered"));
  if (last?.state === "waiting") {
    return <p class="hint">{t("stop_waiting")}</p>;
  }
  const isCopy = isPrinted || last?.state === "sent" || awaits === false;
  const explainFirst = awaits ? "first_explain" : "first_or_copy_explain";
  const read = async (): Promise<void> => {
    const { awaits_first_print } = await app.api.call("GET /v1/receipts/{receipt_id}", {
      params: { receipt_id: receiptId },
    });
    setAwaits(awaits_first_print === true);
  };
  return (
    <>
      {last?.state === "sent" && <p class="hint">{ordered((last.answer as ReprintReply).copy_number)}</p>}
      {last?.state === "refused" && <p class="note bad">{last.problem?.detail}</p>}
      <WithReason
        label={t(isCopy ? "print_copy" : "print_receipt")}
        explain={t(isCopy ? "copy_explain" : explainFirst)}
        field={t(isCopy ? "copy_reason" : "first_reason")}
        usual={t(isCopy ? "copy_reason_default" : "first_reason_default")}
        disabled={!online}
        opened={() => {
          if (!isCopy) {
            void read().catch(ignoreNoAnswer);
          }
        }}
        act={(reason) => printCopy(app, receiptId, reason)}
      />
    </>
  );
}
