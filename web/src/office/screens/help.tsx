/** A short help page for each page. */
import { h } from "preact";
import { officeHelpEn } from "../../i18n/office_help_en.ts";
import { officeHelpVi } from "../../i18n/office_help_vi.ts";
import { Link } from "../components/link.tsx";
import { Page } from "../components/page.tsx";
import { useOfficeState, useWords } from "../use_office.ts";

const PAGES = [
  ["today", "page_today"],
  ["customers", "page_customers"],
  ["routes", "page_routes"],
  ["payments", "payments"],
  ["shifts", "page_shifts"],
  ["transfers", "page_transfers"],
  ["approvals", "page_approvals"],
  ["devices", "page_devices"],
  ["held", "page_held"],
  ["bill_runs", "page_bill_runs"],
  ["cut_offs", "page_cut_offs"],
  ["reports", "page_reports"],
  ["people", "page_people"],
  ["log", "page_log"],
  ["account", "account"],
] as const;

export function HelpPage({ page }: { page: string | undefined }) {
  const t = useWords();
  const language = useOfficeState((state) => state.language);
  // Texts that only this page shows: they lie in its file, in both languages.
  const texts = language === "en" ? officeHelpEn : officeHelpVi;
  const found = PAGES.find(([one]) => one === page);
  if (!found) {
    return (
      <Page title={t("help")}>
        <p class="lead">{texts.help_intro}</p>
        <p class="card">
          <Link to="first_day" class="name">
            {t("first_day")}
          </Link>
          {`: ${texts.help_first_day}`}
        </p>
        <ul class="lines card">
          {PAGES.map(([other, heading]) => (
            <li key={other}>
              <Link to={`help/${other}`}>{t(heading)}</Link>
            </li>
          ))}
        </ul>
        <p class="hint">{texts.help_keys}</p>
      </Page>
    );
  }
  const [name, title] = found;
  return (
    <Page title={`${t("help")}: ${t(title)}`} above={["help", t("help")]}>
      <section class="card prose">
        {texts[`help_${name}`].split("\n").map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
      </section>
      <p class="hint">{texts.help_keys}</p>
    </Page>
  );
}
