/** An agreement on paper, for the customer to keep: on the printer of a phone that the office names. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { InstalmentAgreement } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";

const ROUTE = "POST /v1/customers/{customer_code}/agreements/{agreement_id}/prints";
const MOST = 200;

export function PrintAgreement({ agreement }: { agreement: InstalmentAgreement }) {
  const staff = useStaff();
  const mayPrint = agreement.state === "in_force" && may(staff, ROUTE) && may(staff, "GET /v1/devices");
  return mayPrint ? <OnPhone agreement={agreement} /> : null;
}

function OnPhone({ agreement: { agreement_id, customer_code } }: { agreement: InstalmentAgreement }) {
  const t = useWords();
  const { api } = useOffice();
  const [phone, setPhone] = useState("");
  const [isAsked, setAsked] = useState(false);
  // The same paper under the same id, should the answer be lost; another one where it is asked for again.
  const [key, setKey] = useState(() => newId());
  const phones = useRead("phones that print", async () => {
    const { devices } = await api.call("GET /v1/devices", { query: { limit: MOST, role: "collector" } });
    return devices.filter((one) => one.revoked_at === null);
  });
  return (
    <>
      <div class="filters">
        <label>
          {t("agreement_print_on")}
          <select value={phone} onChange={(event) => setPhone(event.currentTarget.value)}>
            <option value="" />
            {phones.data?.map((one) => (
              <option key={one.device_id} value={one.device_id}>
                {`${one.collector_code} · ${one.device_name}`}
              </option>
            ))}
          </select>
        </label>
        <DoButton
          class="small-button"
          disabled={phone === ""}
          act={async () => {
            await api.call(ROUTE, { params: { customer_code, agreement_id }, key, body: { device_id: phone } });
            setKey(newId());
            setAsked(true);
          }}
        >
          {t("agreement_print")}
        </DoButton>
      </div>
      {isAsked && <p class="note done">{t("agreement_printing")}</p>}
    </>
  );
}
