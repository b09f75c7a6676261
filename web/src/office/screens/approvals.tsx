/** What people asked for that others approve: what waits, and what was decided. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { ApprovalView } from "../../api/types.ts";
import { Approval, Decided } from "../components/approval.tsx";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { usePlace } from "../router.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";

const REFRESH_MS = 10_000;
const PAGE = 50;

export function ApprovalsPage() {
  const t = useWords();
  const { api } = useOffice();
  const { query } = usePlace();
  const state = query.get("state") === "decided" ? "decided" : "open";
  const before = query.get("before");
  const [latest, setLatest] = useState<ApprovalView | null>(null);
  const read = useRead(
    `approvals ${state} ${before}`,
    async () =>
      (await api.call("GET /v1/approvals", { query: { state, limit: PAGE, ...(before === null ? {} : { before }) } }))
        .approvals,
    REFRESH_MS,
  );
  const here = `approvals?state=${state}`;
  return (
    <Page title={t("page_approvals")} help="approvals">
      <p class="lead">{t("approvals_intro")}</p>
      <nav class="tabs" aria-label={t("approvals_which")}>
        <Link to="approvals" current={state === "open"}>
          {t("approvals_open")}
        </Link>
        <Link to="approvals?state=decided" current={state === "decided"}>
          {t("approvals_decided")}
        </Link>
      </nav>
      {latest && <Decided approval={latest} />}
      <Loaded of={read}>
        {(found) => {
          const last = found.at(-1);
          return (
            <>
              {last === undefined && <Empty>{t(state === "open" ? "approvals_none" : "approvals_none_decided")}</Empty>}
              <ul class="cards">
                {found.map((one) => (
                  <li key={one.approval_id} class="card">
                    <Approval approval={one} decided={setLatest} changed={read.again} />
                  </li>
                ))}
              </ul>
              <div class="buttons">
                {before !== null && (
                  <Link to={here} class="small-button">
                    {t("newest")}
                  </Link>
                )}
                {last !== undefined && found.length === PAGE && (
                  <Link to={`${here}&before=${encodeURIComponent(last.asked_at)}`} class="small-button">
                    {t("older")}
                  </Link>
                )}
              </div>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
