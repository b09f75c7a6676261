/** What to do when something does not work, and a report of it for those who run the system. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { faults } from "../../fault_log.ts";
import { APP_VERSION } from "../app.ts";
import { DoButton } from "../components/busy.tsx";
import { Screen } from "../components/screen.tsx";
import { faultReport } from "../fault_report.ts";
import { useApp, useTranslate } from "../use_app.ts";

const TOPICS = ["signal", "cash", "printer", "update"] as const;

export function Help() {
  const t = useTranslate();
  const app = useApp();
  const [report, setReport] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const made = faultReport(app.store.state, {
      version: APP_VERSION,
      browser: navigator.userAgent,
      made_at: app.clock.stamp(),
      faults: faults(),
    });
    setReport(made);
    await navigator.share?.({ title: t("fault_title"), text: made }).catch(() => undefined);
  };
  return (
    <Screen title={t("help_title")} back="settings">
      {TOPICS.map((topic) => (
        <section key={topic} class="card">
          <h2>{t(`help_${topic}`)}</h2>
          <p>{t(`help_${topic}_do`)}</p>
        </section>
      ))}
      <section class="card">
        <h2>{t("fault_title")}</h2>
        <p>{t("fault_more")}</p>
        <DoButton act={make}>{t("fault_make")}</DoButton>
        {report !== null && (
          <label>
            {t("fault_text")}
            <textarea readOnly rows={8} value={report} onFocus={(event) => event.currentTarget.select()} />
          </label>
        )}
      </section>
    </Screen>
  );
}
