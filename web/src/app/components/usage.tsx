/** Why is it higher? What the customer has used, read when somebody asks. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { Usage } from "../../api/types.ts";
import { speak } from "../../i18n/translate.ts";
import { usageVi } from "../../i18n/usage_vi.ts";
import { useApp, useTranslate } from "../use_app.ts";
import { UsageMonths } from "./usage_months.tsx";

speak(usageVi);

export function UsageCard({ code }: { code: string }) {
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
