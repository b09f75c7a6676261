/** What a customer has used: one sentence that says why the latest bill is higher or lower, and the months as bars. */
import { Fragment, h } from "preact";
import type { Usage } from "../../api/types.ts";
import type { usageVi } from "../../i18n/usage_vi.ts";
import { plainDong } from "../money.ts";
import { useShellState } from "../use_shell.ts";

interface UsageMonthsProps {
  readonly usage: Usage;
  readonly t: (key: keyof typeof usageVi) => string;
}

export function UsageMonths({ usage: { months, comparison }, t }: UsageMonthsProps) {
  const language = useShellState((state) => state.language);
  const most = Math.max(1, ...months.map((one) => one.kwh));
  if (months.length === 0) {
    return <p class="hint">{t("usage_none")}</p>;
  }
  return (
    <>
      {comparison && <p class="said">{language === "en" ? comparison.en : comparison.vi}</p>}
      <table class="tiers usage">
        <caption class="hidden">{t("usage_caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("usage_month")}</th>
            <th scope="col">{t("usage_kwh")}</th>
            <th scope="col">{t("usage_a_day")}</th>
            <th scope="col">{t("usage_tier")}</th>
            <th scope="col">{t("usage_year_ago")}</th>
          </tr>
        </thead>
        <tbody>
          {[...months].reverse().map((one) => (
            <tr key={`${one.year}-${one.month}`}>
              <th scope="row">{`${String(one.month).padStart(2, "0")}/${String(one.year).slice(2)}`}</th>
              <td>
                {plainDong(one.kwh)}
                <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                  <rect width={(one.kwh / most) * 100} height="6" />
                </svg>
              </td>
              <td>{language === "en" ? one.kwh_a_day : one.kwh_a_day.replace(".", ",")}</td>
              <td>{one.highest_tier ?? "–"}</td>
              <td>{one.kwh_year_ago === null ? "–" : plainDong(one.kwh_year_ago)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
