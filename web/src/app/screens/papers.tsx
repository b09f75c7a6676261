/** All papers of this phone: what waits, what needs a look, what is over. */
import { h } from "preact";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { PaperLine } from "../components/paper_line.tsx";
import { PrinterName } from "../components/printer_name.tsx";
import { Screen } from "../components/screen.tsx";
import { groupOf, papersNow } from "../papers.ts";
import { useAppState, useTranslate } from "../use_app.ts";

export function Papers() {
  const t = useTranslate();
  const { papers, jobs, held, printer } = useAppState();
  const all = papersNow(papers, jobs, held);
  return (
    <Screen title={t("nav_papers")}>
      <section class="card row">
        <Icon name="printer" />
        <span class="whom">
          <PrinterName />
        </span>
        <Link to="printer" class="small-button">
          {t(printer.name ? "printer" : "printer_choose")}
        </Link>
      </section>
      {all.length === 0 && <p class="empty">{t("papers_none")}</p>}
      {(["attention", "waiting", "over"] as const).map((group) => {
        const ones = all.filter((paper) => groupOf(paper) === group);
        return ones.length > 0 ? (
          <section key={group}>
            <h2>{t(`papers_${group}`)}</h2>
            <ul class="papers">
              {ones.map((paper) => (
                <li key={paper.job_id} class="card">
                  <PaperLine paper={paper} withName />
                </li>
              ))}
            </ul>
          </section>
        ) : null;
      })}
    </Screen>
  );
}
