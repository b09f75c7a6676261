/** Why is it higher? What the customer has used, read when somebody asks; and what was put right about a bill. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Bill, Usage } from "../../api/types.ts";
import { speak } from "../../i18n/translate.ts";
import { usageVi } from "../../i18n/usage_vi.ts";
import { useApp, useTranslate } from "../use_app.ts";
import { correctsText, disputedText, followedText } from "./bill_followed.ts";
import { UsageMonths } from "./usage_months.tsx";

speak(usageVi);

export function BillFollowed({ bill }: { bill: Bill }) {
  const t = useTranslate();
  const corrects = correctsText(bill, t);
  const disputed = disputedText(bill, t);
  return (
    <>
      {disputed && <p class="note">{disputed}</p>}
      {corrects && <p class="note">{corrects}</p>}
      {bill.corrected_by?.map((each) => (
        <p key={each.correction_id} class="note">
          {followedText(each, t)}
        </p>
      ))}
    </>
  );
}

interface UsageCardProps {
  readonly code: string;
  /** Of the account: what was read before another one is not true any more. */
  readonly version: number;
}

export function UsageCard({ code, version }: UsageCardProps) {
  const t = useTranslate();
  const app = useApp();
  const [usage, setUsage] = useState<Usage | "reading" | "failed" | null>(null);
  const read = async (): Promise<void> => {
    setUsage("reading");
    setUsage(
      await app.api
        .call("GET /v1/customers/{customer_code}/usage", { params: { customer_code: code } })
        .catch(() => "failed" as const),
    );
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: of another state of the account it is asked for anew
  useEffect(() => {
    if (usage !== null) {
      void read();
    }
  }, [version]);
  const isShown = usage !== null && typeof usage === "object";
  return (
    <section class="card" aria-busy={usage === "reading"}>
      <h3>{t("usage_title")}</h3>
      {!isShown && (
        <button type="button" class="small-button" disabled={usage === "reading"} onClick={() => void read()}>
          {t("usage_why")}
        </button>
      )}
      <div role="status">
        {usage === "reading" && <p class="hint">{t("loading")}</p>}
        {usage === "failed" && <p class="note bad">{t("usage_no_signal")}</p>}
        {isShown && <UsageMonths usage={usage} t={t} />}
      </div>
    </section>
  );
}
