/** All print jobs of this phone: those that wait, need a look, or are over. */
import { h } from "preact";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { PrintJobLine } from "../components/print_job_line.tsx";
import { PrinterName } from "../components/printer_name.tsx";
import { Screen } from "../components/screen.tsx";
import { groupOf, printJobsNow } from "../print_job_list.ts";
import { useAppState, useTranslate } from "../use_app.ts";

export function PrintJobsScreen() {
  const t = useTranslate();
  const { printJobs, keptJobs, held, printer } = useAppState();
  const all = printJobsNow(printJobs, keptJobs, held);
  return (
    <Screen title={t("nav_print_jobs")}>
      <section class="card row">
        <Icon name="printer" />
        <span class="whom">
          <PrinterName />
        </span>
        <Link to="printer" class="small-button">
          {t(printer.name ? "printer" : "printer_choose")}
        </Link>
      </section>
      {all.length === 0 && <p class="empty">{t("print_jobs_none")}</p>}
      {(["attention", "waiting", "over"] as const).map((group) => {
        const ones = all.filter((job) => groupOf(job) === group);
        return ones.length > 0 ? (
          <section key={group}>
            <h2>{t(`print_jobs_${group}`)}</h2>
            <ul class="print-jobs">
              {ones.map((job) => (
                <li key={job.job_id} class="card">
                  <PrintJobLine job={job} withName />
                </li>
              ))}
            </ul>
          </section>
        ) : null;
      })}
    </Screen>
  );
}
