/** A customer's phone number, corrected at the desk. */
import { h } from "preact";
import { useState } from "preact/hooks";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { phoneProblem } from "../../app/phones.ts";
import { may } from "../session.ts";
import { useOffice, useStaff, useWords } from "../use_office.ts";

export function CorrectPhone({ code, done }: { code: string; done: () => void }) {
  const t = useWords();
  const staff = useStaff();
  const [isOpen, setOpen] = useState(false);
  if (!may(staff, "POST /v1/customers/{customer_code}/phone-corrections")) {
    return null;
  }
  return isOpen ? (
    <Form
      code={code}
      close={() => setOpen(false)}
      done={() => {
        setOpen(false);
        done();
      }}
    />
  ) : (
    <button type="button" class="small-button" onClick={() => setOpen(true)}>
      {t("phone_correct")}
    </button>
  );
}

function Form({ code, close, done }: { code: string; close: () => void; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  const [phone, setPhone] = useState("");
  const [reason, setReason] = useState("");
  const [key] = useState(() => newId());
  const problem = phone === "" ? null : phoneProblem(phone);
  return (
    <div class="inline">
      <label>
        {t("phone_new")}
        <input
          type="tel"
          value={phone}
          maxLength={40}
          autocomplete="off"
          onInput={(event) => setPhone(event.currentTarget.value)}
        />
      </label>
      <p class="hint" role="status">
        {problem && t(problem)}
      </p>
      <label>
        {t("reason")}
        <input
          value={reason}
          placeholder={t("phone_reason_default")}
          maxLength={200}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
      <div class="pair">
        <DoButton
          disabled={phone.trim() === "" || problem !== null}
          act={async () => {
            await api.call("POST /v1/customers/{customer_code}/phone-corrections", {
              params: { customer_code: code },
              key,
              body: { phone: phone.trim(), reason: reason.trim() || t("phone_reason_default") },
            });
            done();
          }}
        >
          {t("phone_save")}
        </DoButton>
        <button type="button" class="plain-button" onClick={close}>
          {t("cancel")}
        </button>
      </div>
    </div>
  );
}
