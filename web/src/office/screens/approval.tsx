/** One thing that was asked for: its address is what one sends to whoever is to approve it. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { Api } from "../../api/client.ts";
import type { ApprovalView } from "../../api/types.ts";
import { Approval, Decided } from "../components/approval.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { useOffice, useRead, useWords } from "../use_office.ts";

const REFRESH_MS = 10_000;
const PAGE = 200;

export function ApprovalPage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const [latest, setLatest] = useState<ApprovalView | null>(null);
  const read = useRead(`approval ${id}`, () => find(api, id), REFRESH_MS);
  return (
    <Page title={t("approval")} above={["approvals", t("page_approvals")]} help="approvals">
      {latest && <Decided approval={latest} />}
      <Loaded of={read}>
        {(found) =>
          found === null ? (
            <Empty>{t("approval_none")}</Empty>
          ) : (
            <section class="card">
              <Approval approval={found} decided={setLatest} changed={read.again} />
            </section>
          )
        }
      </Loaded>
    </Page>
  );
}

async function find(api: Api, id: string): Promise<ApprovalView | null> {
  let before: string | undefined;
  while (true) {
    const query = { limit: PAGE, ...(before === undefined ? {} : { before }) };
    const { approvals } = await api.call("GET /v1/approvals", { query });
    const one = approvals.find(({ approval_id: other }) => other === id);
    if (one || approvals.length < PAGE) {
      return one ?? null;
    }
    before = approvals.at(-1)?.asked_at;
  }
}
