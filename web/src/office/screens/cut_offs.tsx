/** Cutting off: lists by two people, and the orders that are open with their clocks. */
import { Fragment, h } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { CutList, CutListEntry, CutOrder } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { dong } from "../../app/money.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { go } from "../router.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { isOfficeKey, type Words } from "../words.ts";

const REFRESH_MS = 10_000;

export function CutOffsPage() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const lists = useRead("cut lists", async () => (await api.call("GET /v1/cut-lists")).lists, REFRESH_MS);
  const orders = useRead(
    "cut orders",
    async () => (await api.call("GET /v1/cut-orders", { query: { state: "open", limit: 200 } })).orders,
    REFRESH_MS,
  );
  return (
    <Page title={t("page_cut_offs")} help="cut_offs">
      <p class="lead">{t("cuts_intro")}</p>
      {may(staff, "POST /v1/cut-lists") && <Make />}
      <section class="card">
        <h2>{t("cuts_orders")}</h2>
        <Loaded of={orders} lines={3}>
          {(found) =>
            found.length === 0 ? (
              <Empty>{t("cuts_no_order")}</Empty>
            ) : (
              <Rows caption={t("cuts_orders")} columns={orderColumns(t)} rows={found} keyOf={(one) => one.order_id} />
            )
          }
        </Loaded>
      </section>
      <section class="card">
        <h2>{t("cuts_lists")}</h2>
        <Loaded of={lists} lines={3}>
          {(found) =>
            found.length === 0 ? (
              <Empty>{t("cuts_no_list")}</Empty>
            ) : (
              <Rows caption={t("cuts_lists")} columns={listColumns(t)} rows={found} keyOf={(one) => one.list_id} />
            )
          }
        </Loaded>
      </section>
    </Page>
  );
}

export function CutListPage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const found = useRead(
    `cut list ${id}`,
    () => api.call("GET /v1/cut-lists/{list_id}", { params: { list_id: id } }),
    REFRESH_MS,
  );
  return (
    <Page title={t("cuts_list")} above={["cut_offs", t("page_cut_offs")]} help="cut_offs">
      <Loaded of={found} lines={6}>
        {({ cut_list: list, entries }) => (
          <>
            <p class="lead">
              {`${list.unit_code} · ${written(list.day)} · ${t(`cuts_state_${list.state}`)} · ${dong(list.debt)}`}
            </p>
            <p class="hint">
              {`${t("cuts_made_by")}: ${nameOf(list.made_by)}`}
              {list.approved_by !== null && ` · ${t("cuts_approved_by")}: ${nameOf(list.approved_by)}`}
            </p>
            <Rows
              caption={t("page_cut_offs")}
              columns={entryColumns(t)}
              rows={entries}
              keyOf={(one) => one.customer_code}
            />
            {list.state === "asked" && nameOf(list.made_by) === staff.login_name && (
              <p class="hint">{t("cuts_other_approves")}</p>
            )}
            {list.state === "asked" && (
              <div class="buttons">
                {may(staff, "POST /v1/cut-lists/{list_id}/approval") && nameOf(list.made_by) !== staff.login_name && (
                  <DoButton
                    act={async () => {
                      await api.call("POST /v1/cut-lists/{list_id}/approval", { params: { list_id: id } });
                      found.again();
                    }}
                  >
                    {t("cuts_approve")}
                  </DoButton>
                )}
                {may(staff, "POST /v1/cut-lists/{list_id}/discarding") && (
                  <DoButton
                    class="small-button"
                    act={async () => {
                      await api.call("POST /v1/cut-lists/{list_id}/discarding", { params: { list_id: id } });
                      found.again();
                    }}
                  >
                    {t("cuts_discard")}
                  </DoButton>
                )}
              </div>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Make() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const [unit, setUnit] = useState(staff.units.find((one) => one !== "*") ?? "");
  const [day, setDay] = useState("");
  // The same list under the same id, should the answer be lost.
  const key = useMemo(() => newId(), [unit, day]);
  return (
    <section class="card">
      <h2>{t("cuts_make")}</h2>
      <div class="filters">
        <label>
          {t("unit")}
          <input value={unit} maxLength={6} onInput={(event) => setUnit(event.currentTarget.value)} />
        </label>
        <label>
          {t("cuts_day")}
          <input type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />
        </label>
        <DoButton
          disabled={unit.trim() === "" || day === ""}
          act={async () => {
            const made = await api.call("POST /v1/cut-lists", { key, body: { unit_code: unit.trim(), day } });
            go(`cut_offs/${made.cut_list.list_id}`);
          }}
        >
          {t("cuts_make_do")}
        </DoButton>
      </div>
    </section>
  );
}

function orderColumns(t: Words): Column<CutOrder>[] {
  return [
    { name: t("cuts_what"), cell: (one) => t(`cuts_${one.kind}`) },
    {
      name: t("cuts_customers"),
      cell: (one) => <Link to={`customers/${encodeURIComponent(one.customer_code)}`}>{one.customer_code}</Link>,
    },
    { name: t("collector"), cell: (one) => one.collector_code ?? "–" },
    {
      name: t("cuts_until"),
      cell: (one) => (
        <>
          {`${writtenMoment(one.due_by)} `}
          {Date.parse(one.due_by) < Date.now() && <span class="mark bad">{t("cuts_late")}</span>}
        </>
      ),
    },
    { name: t("reason"), cell: (one) => (one.cause === "" ? "–" : whyOf(one.cause, t)) },
  ];
}

function listColumns(t: Words): Column<CutList>[] {
  return [
    {
      name: t("cuts_day"),
      cell: (one) => <Link to={`cut_offs/${one.list_id}`}>{`${one.unit_code} · ${written(one.day)}`}</Link>,
    },
    { name: t("cuts_state"), cell: (one) => t(`cuts_state_${one.state}`) },
    { name: t("cuts_customers"), isNumber: true, cell: (one) => String(one.customers) },
    { name: t("cuts_debt"), isNumber: true, cell: (one) => dong(one.debt) },
    { name: t("cuts_made_by"), cell: (one) => nameOf(one.made_by) },
    { name: t("cuts_approved_by"), cell: (one) => (one.approved_by === null ? "–" : nameOf(one.approved_by)) },
  ];
}

function entryColumns(t: Words): Column<CutListEntry>[] {
  return [
    {
      name: t("cuts_customers"),
      cell: (one) => <Link to={`customers/${encodeURIComponent(one.customer_code)}`}>{one.customer_code}</Link>,
    },
    { name: t("cuts_debt"), isNumber: true, cell: (one) => dong(one.debt) },
    {
      name: t("cuts_is_on"),
      cell: (one) =>
        one.is_on ? t("cuts_yes") : t("cuts_dropped", { why: one.why.map((why) => whyOf(why, t)).join(", ") || "–" }),
    },
  ];
}

function whyOf(why: string, t: Words): string {
  const key = `cut_why_${why}`;
  return isOfficeKey(key) ? t(key) : why;
}

function nameOf({ reference, id }: { readonly reference?: string; readonly id: string }): string {
  return (reference ?? "").replace(/^staff:/, "") || id;
}

function written(day: string): string {
  return day.split("-").reverse().join("/");
}
