/** The own account: another password, and a second factor. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { SecondFactorView } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { QrPicture } from "../../app/components/qr_picture.tsx";
import { Page } from "../components/page.tsx";
import { useOffice, useStaff, useWords } from "../use_office.ts";

export function AccountPage() {
  const t = useWords();
  return (
    <Page title={t("account")} help="account">
      <div class="split">
        <Password />
        <SecondFactor />
      </div>
    </Page>
  );
}

function Password() {
  const t = useWords();
  const office = useOffice();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const [isDone, setDone] = useState(false);
  return (
    <section class="card">
      <h2>{t("account_password")}</h2>
      <label>
        {t("password")}
        <input
          type="password"
          value={old}
          autocomplete="current-password"
          maxLength={200}
          onInput={(event) => setOld(event.currentTarget.value)}
        />
      </label>
      <label>
        {t("first_password")}
        <input
          type="password"
          value={next}
          autocomplete="new-password"
          maxLength={200}
          onInput={(event) => setNext(event.currentTarget.value)}
        />
      </label>
      <DoButton
        disabled={old === "" || next === ""}
        act={async () => {
          office.entered(
            await office.api.call("POST /v1/staff/me/password", { body: { old_password: old, new_password: next } }),
          );
          setOld("");
          setNext("");
          setDone(true);
        }}
      >
        {t("account_password_do")}
      </DoButton>
      {isDone && (
        <p class="note done" role="status">
          {t("account_password_done")}
        </p>
      )}
    </section>
  );
}

function SecondFactor() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const [password, setPassword] = useState("");
  const [present, setPresent] = useState("");
  const [begun, setBegun] = useState<SecondFactorView | null>(null);
  const [code, setCode] = useState("");
  const [isDone, setDone] = useState(false);
  if (isDone) {
    return (
      <p class="note done" role="status">
        {t("account_factor_done")}
      </p>
    );
  }
  return (
    <section class="card">
      <h2>{t("second_factor")}</h2>
      <p>{t(staff.second_factor ? "account_factor_has" : "account_factor_none")}</p>
      {begun === null ? (
        <>
          <label>
            {t("password")}
            <input
              type="password"
              value={password}
              autocomplete="current-password"
              maxLength={200}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          </label>
          {staff.second_factor && (
            <label>
              {t("second_factor")}
              <input
                value={present}
                inputMode="numeric"
                autocomplete="one-time-code"
                maxLength={20}
                onInput={(event) => setPresent(event.currentTarget.value)}
              />
            </label>
          )}
          <DoButton
            disabled={password === ""}
            act={async () =>
              setBegun(
                await api.call("POST /v1/staff/me/second-factor", {
                  body: { password, ...(present === "" ? {} : { second_factor: present.replace(/\s/g, "") }) },
                }),
              )
            }
          >
            {t("account_factor_begin")}
          </DoButton>
        </>
      ) : (
        <>
          <p>{t("account_factor_scan")}</p>
          <QrPicture data={begun.otpauth_uri} label={t("account_factor_qr")} />
          <p class="hint">{begun.secret}</p>
          <label>
            {t("second_factor")}
            <input
              value={code}
              inputMode="numeric"
              autocomplete="one-time-code"
              maxLength={20}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
          </label>
          <DoButton
            disabled={code.trim() === ""}
            act={async () => {
              await api.call("POST /v1/staff/me/second-factor/confirmation", {
                body: { code: code.replace(/\s/g, "") },
              });
              setDone(true);
            }}
          >
            {t("account_factor_confirm")}
          </DoButton>
        </>
      )}
    </section>
  );
}
