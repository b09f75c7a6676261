/** In which language the customer wants SMS. */
import { h } from "preact";
import type { SmsLanguage } from "../../api/types.ts";
import { chooseSmsLanguage } from "../commands.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";

const AS_THE_UNIT = "unit";
const CHOICES = [
  [AS_THE_UNIT, "sms_language_unit"],
  ["vi", "sms_language_vi"],
  ["vi-accents", "sms_language_accents"],
  ["en", "sms_language_en"],
] as const;

export function SmsLanguageChoice({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const app = useApp();
  const { commands } = useAppState();
  const last = commands.findLast((one) => one.kind === "sms_language" && one.customer_code === customer.code);
  const isWaiting = last?.state === "waiting";
  // Sent, but what the gateway has of the customer was read before.
  const isAhead = last?.state === "sent" && (last.settled_at ?? "") >= (customer.readAt ?? "");
  const wish = isWaiting || isAhead ? last.body["language"] : customer.details?.facts.sms_language;
  return (
    <div class="phone">
      <label>
        <span class="label">{t("sms_language")}</span>
        <select
          value={String(wish ?? AS_THE_UNIT)}
          onChange={(event) => {
            const { value } = event.currentTarget;
            const language = value === AS_THE_UNIT ? null : (value as SmsLanguage);
            void app.attempt(async () => {
              await chooseSmsLanguage(app, { customer_code: customer.code, name: customer.name }, language);
            });
          }}
        >
          {CHOICES.map(([value, name]) => (
            <option key={value} value={value}>
              {t(name)}
            </option>
          ))}
        </select>
      </label>
      {isWaiting && <p class="hint">{t("sms_language_waiting")}</p>}
      {last?.state === "refused" && !last.seen && (
        <p class="note bad" role="alert">
          {last.problem?.detail}
        </p>
      )}
    </div>
  );
}
