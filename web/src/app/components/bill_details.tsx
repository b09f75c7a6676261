/** What a bill is made of: readings, tiers, sums and how it was computed. */
import { Fragment, h } from "preact";
import type { Bill } from "../../api/types.ts";
import { billText, isMessage, type Translate } from "../../i18n/translate.ts";
import { writtenDay } from "../clock.ts";
import { dong, plainDong } from "../money.ts";
import { useShellState, useTranslate } from "../use_shell.ts";

export function BillDetails({ bill }: { bill: Bill }) {
  const t = useTranslate();
  const language = useShellState((state) => state.language);
  const open = bill.open_principal + bill.open_vat;
  return (
    <>
      <p class="hint">
        {t("bill_period", { from: writtenDay(bill.period_from), to: writtenDay(bill.period_to) })} ·{" "}
        {t("bill_due", { day: writtenDay(bill.due_date) })}
      </p>
      {bill.details_archived && <p class="said">{t("bill_details_archived")}</p>}
      {bill.readings.map((reading) => (
        <dl key={`${reading.meter_number}${reading.meter_register}`} class="reading">
          <div class="register">
            <dt>{t("meter")}</dt>
            <dd>
              {reading.meter_number}
              {registerName(reading.meter_register, t)}
            </dd>
          </div>
          <div>
            <dt>{t("reading_old")}</dt>
            <dd>{reading.old_reading}</dd>
          </div>
          <div>
            <dt>{t("reading_new")}</dt>
            <dd>{reading.new_reading}</dd>
          </div>
          {reading.multiplier !== 1 && (
            <div>
              <dt>{t("reading_multiplier")}</dt>
              <dd>{reading.multiplier}</dd>
            </div>
          )}
          <div>
            <dt>{t("kwh")}</dt>
            <dd>{plainDong(reading.kwh)}</dd>
          </div>
        </dl>
      ))}
      <table class="tiers">
        <caption class="hidden">{t("tiers_of")}</caption>
        {bill.lines.length > 0 && (
          <thead>
            <tr>
              <th scope="col">{t("tier")}</th>
              <th scope="col">{t("kwh")}</th>
              <th scope="col">{t("unit_price")}</th>
              <th scope="col">{t("amount")}</th>
            </tr>
          </thead>
        )}
        <tbody>
          {bill.lines.map((line) => (
            <tr key={`${line.period_from}${line.label}${line.unit_price}`}>
              {/* Money without kWh, such as for reactive power, has a name and an amount. */}
              <th scope="row" colSpan={line.kwh === 0 ? 3 : 1}>
                {billText(language, line.label)}
              </th>
              {line.kwh !== 0 && <td>{plainDong(line.kwh)}</td>}
              {line.kwh !== 0 && <td>{plainDong(line.unit_price)}</td>}
              <td>{plainDong(line.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={3}>
              {t("pre_vat")}
            </th>
            <td>{plainDong(bill.pre_vat)}</td>
          </tr>
          <tr>
            <th scope="row" colSpan={3}>
              {t("vat", { rate: bill.vat_rate.replace(".", ",") })}
            </th>
            <td>{plainDong(bill.vat)}</td>
          </tr>
          <tr class="sum">
            <th scope="row" colSpan={3}>
              {t("total")}
            </th>
            <td>{dong(bill.total)}</td>
          </tr>
          {open !== bill.total && (
            <tr class="sum">
              <th scope="row" colSpan={3}>
                {t("still_open")}
              </th>
              <td>{dong(open)}</td>
            </tr>
          )}
        </tfoot>
      </table>
      {(bill.explanation ?? []).map((line) => (
        <p key={line} class="hint">
          {billText(language, line)}
        </p>
      ))}
    </>
  );
}

/** Which of the meter's registers it is, such as ` · Giờ cao điểm`; nothing where it has but one. */
function registerName(register: string | undefined, t: Translate): string {
  const key = `register_${register ?? ""}`;
  return isMessage(key) ? ` · ${t(key)}` : "";
}
