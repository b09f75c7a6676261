/** The customer's phone number: to be called, and to be corrected where it is wrong. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { correctPhone } from "../commands.ts";
import { phoneProblem } from "../phones.ts";
import { dialled } from "../text.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";
import { Icon } from "./icons.tsx";

export function PhoneCorrection({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const { commands } = useAppState();
  const [open, setOpen] = useState(false);
  const last = commands.findLast((one) => one.kind === "phone" && one.customer_code === customer.code);
  return (
    <div class="phone">
      <p>
        <span class="label">{t("phone")}</span>{" "}
        <strong>{customer.phone ? dialled(customer.phone) : t("phone_none")}</strong>
      </p>
      <div class="pair">
        {customer.phone && (
          <a class="small-button" href={`tel:${customer.phone}`}>
            <Icon name="call" />
            {t("phone_call")}
          </a>
        )}
        <button type="button" class="small-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="edit" />
          {t("phone_correct")}
        </button>
      </div>
      {last?.state === "waiting" && <p class="hint">{t("phone_waiting", { phone: String(last.body["phone"]) })}</p>}
      {last?.state === "refused" && !last.seen && (
        <p class="note bad" role="alert">
          {String(last.body["phone"])}: {last.problem?.detail}
        </p>
      )}
      {open && (
        <Form
          customer={customer}
          // What was refused is corrected, not typed anew.
          before={last?.state === "refused" ? last.body : {}}
          close={() => setOpen(false)}
        />
      )}
    </div>
  );
}

interface FormProps {
  readonly customer: CustomerView;
  readonly before: Readonly<Record<string, unknown>>;
  readonly close: () => void;
}

function Form({ customer, before, close }: FormProps) {
  const t = useTranslate();
  const app = useApp();
  const [phone, setPhone] = useState(String(before["phone"] ?? ""));
  const [reason, setReason] = useState(String(before["reason"] ?? ""));
  const [isRefused, setRefused] = useState(false);
  const problem = isRefused ? phoneProblem(phone) : null;
  const save = async (): Promise<void> => {
    if (phoneProblem(phone) !== null) {
      setRefused(true);
      return;
    }
    await correctPhone(
      app,
      { customer_code: customer.code, name: customer.name },
      phone,
      reason || t("phone_reason_default"),
    );
    close();
  };
  return (
    <form
      class="inline"
      onSubmit={(event) => {
        event.preventDefault();
        void app.attempt(save);
      }}
    >
      <label>
        {t("phone_new")}
        <input
          type="tel"
          value={phone}
          onInput={(event) => setPhone(event.currentTarget.value)}
          maxLength={40}
          required
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : "phone-problem"}
          autocomplete="off"
        />
      </label>
      {problem !== null && (
        <p id="phone-problem" class="note bad" role="alert">
          {t(problem)}
        </p>
      )}
      <label>
        {t("phone_reason")}
        <input
          value={reason}
          placeholder={t("phone_reason_default")}
          onInput={(event) => setReason(event.currentTarget.value)}
          maxLength={200}
        />
      </label>
      <div class="pair">
        <button type="submit" class="main-button">
          {t("phone_save")}
        </button>
        <button type="button" class="plain-button" onClick={close}>
          {t("cancel")}
        </button>
      </div>
    </form>
  );
}
