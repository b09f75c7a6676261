/** Agreements of all customers that somebody may see. */
import { Fragment, h } from "preact";
import { go, usePlace } from "../router.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { AgreementDetails } from "./agreement.tsx";
import { Link } from "./link.tsx";
import { Empty, Loaded } from "./loaded.tsx";

const STATES = ["in_force", "broken", "kept", "ended"] as const;
const REFRESH_MS = 30_000;
const MOST = 100;

export function AgreementsList() {
  const t = useWords();
  const { api } = useOffice();
  const { query } = usePlace();
  const state = STATES.find((one) => one === query.get("state")) ?? "in_force";
  const read = useRead(
    `agreements ${state}`,
    () => api.call("GET /v1/agreements", { query: { state, limit: MOST } }),
    REFRESH_MS,
  );
  return (
    <>
      <form class="card filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {t("agreement_state")}
          <select value={state} onChange={(event) => go(`reports/agreements?state=${event.currentTarget.value}`, true)}>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`agreement_is_${one}`)}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Loaded of={read} lines={8}>
        {({ agreements }) =>
          agreements.length === 0 ? (
            <Empty>{t("agreement_none")}</Empty>
          ) : (
            <ul class="plain">
              {agreements.map((agreement) => (
                <li key={agreement.agreement_id} class="card">
                  <Link to={`customers/${agreement.customer_code}`} class="name">
                    {agreement.customer_code}
                  </Link>
                  <AgreementDetails agreement={agreement} ended={read.again} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}
