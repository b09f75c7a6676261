/** The log of what people of the office do: who, what, to what, when, from where, and what came of it. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { addressOf } from "../../api/client.ts";
import type { StaffAct } from "../../api/types.ts";
import { timeOf, writtenDay } from "../../app/clock.ts";
import { actsEn } from "../../i18n/acts_en.ts";
import { actsVi } from "../../i18n/acts_vi.ts";
import { addressTo, type Fields, fieldsIn, wantedOf } from "../act_filter.ts";
import { valueText } from "../act_value.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { go, usePlace } from "../router.ts";
import { type PageName, pagesOf } from "../session.ts";
import { useOffice, useOfficeState, useRead, useStaff, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const PAGE = 100;
const NOTHING = "–";

export function LogPage() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const { query } = usePlace();
  const fields = fieldsIn(query);
  const before = query.get("before");
  const wanted = wantedOf(fields);
  // Not again by itself: each look at the log is kept in it.
  const read = useRead(`log ${query.toString()}`, () =>
    api.call("GET /v1/staff-acts", { query: { ...wanted, limit: PAGE, ...(before === null ? {} : { before }) } }),
  );
  return (
    <Page
      title={t("page_log")}
      help="log"
      actions={
        <a class="small-button" href={addressOf("/v1/staff-acts/export", { query: wanted })} download="">
          {t("log_csv")}
        </a>
      }
    >
      <p class="lead">{t("log_intro")}</p>
      <Filter fields={fields} />
      <Loaded of={read} lines={8}>
        {({ acts, next }) => (
          <>
            {acts.length === 0 ? (
              <Empty>{t("log_none")}</Empty>
            ) : (
              <Rows
                caption={t("page_log")}
                columns={columnsOf(t, fields, pagesOf(staff))}
                rows={acts}
                keyOf={(act) => act.act_id}
              />
            )}
            <div class="buttons">
              {before !== null && (
                <Link to={addressTo(fields)} class="small-button">
                  {t("newest")}
                </Link>
              )}
              {next !== null && (
                <Link to={addressTo(fields, next)} class="small-button">
                  {t("older")}
                </Link>
              )}
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Filter({ fields }: { fields: Fields }) {
  const t = useWords();
  const [typed, setTyped] = useState(fields);
  const address = addressTo(fields);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fields are those of the address
  useEffect(() => setTyped(fields), [address]);
  const change = (name: keyof Fields) => (event: { readonly currentTarget: HTMLInputElement }) =>
    setTyped({ ...typed, [name]: event.currentTarget.value });
  return (
    <form
      class="card filters"
      role="search"
      aria-label={t("page_log")}
      onSubmit={(event) => {
        event.preventDefault();
        go(addressTo(typed));
      }}
    >
      <label>
        {t("login_name")}
        <input
          value={typed.login_name}
          maxLength={40}
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          onInput={change("login_name")}
        />
      </label>
      <Kind chosen={typed.what} choose={(what) => setTyped({ ...typed, what })} />
      <label>
        {t("log_object")}
        <input
          value={typed.object}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          placeholder={t("log_object_hint")}
          onInput={change("object")}
        />
      </label>
      <label>
        {t("log_since")}
        <input type="date" value={typed.since} onInput={change("since")} />
      </label>
      <label>
        {t("log_until")}
        <input type="date" value={typed.until} onInput={change("until")} />
      </label>
      <div class="buttons">
        <button type="submit" class="main-button">
          {t("log_find")}
        </button>
        {address !== "log" && (
          <Link to="log" class="small-button">
            {t("log_clear")}
          </Link>
        )}
      </div>
    </form>
  );
}

function Kind({ chosen, choose }: { chosen: string; choose: (what: string) => void }) {
  const t = useWords();
  const acts = useActs();
  const options = Object.entries(acts)
    .map(([key, name]) => [key.replace("act_", ""), name] as const)
    .sort(([, one], [, other]) => one.localeCompare(other));
  return (
    <label>
      {t("log_what")}
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{t("log_any")}</option>
        {/* What the address asks for may be newer than these words. */}
        {chosen !== "" && acts[`act_${chosen}`] === undefined && <option value={chosen}>{chosen}</option>}
        {options.map(([what, name]) => (
          <option key={what} value={what}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function columnsOf(t: Words, fields: Fields, pages: readonly PageName[]): Column<StaffAct>[] {
  return [
    {
      name: t("time"),
      cell: ({ acted_at: at }) => (
        <time dateTime={at} class="moment">
          {`${writtenDay(at)} ${timeOf(at)}`}
        </time>
      ),
    },
    {
      name: t("log_who"),
      cell: ({ login_name: name }) =>
        name === null ? NOTHING : <Link to={addressTo({ ...fields, login_name: name })}>{name}</Link>,
    },
    { name: t("log_what"), cell: ({ what }) => <NameOfAct what={what} /> },
    { name: t("log_object"), cell: (act) => <ActObject act={act} pages={pages} /> },
    { name: t("log_address"), cell: ({ address }) => address },
    { name: t("log_outcome"), cell: (act) => <Outcome act={act} /> },
    { name: t("log_details"), cell: (act) => <Details act={act} /> },
  ];
}

/** Operations may be newer than these words. */
function NameOfAct({ what }: { what: string }) {
  return <>{useActs()[`act_${what}`] ?? what}</>;
}

/** Names of acts, which only this page shows: they lie in its file, in both languages. */
function useActs(): Readonly<Record<string, string>> {
  return useOfficeState((state) => state.language) === "en" ? actsEn : actsVi;
}

/** Where what was done to is a page of its own. */
const PLACES: Readonly<Record<string, readonly [page: PageName, folder: string]>> = {
  getCustomer: ["customers", "customers"],
  correctPhone: ["customers", "customers"],
  changeOptOut: ["customers", "customers"],
  chooseSmsLanguage: ["customers", "customers"],
  recordPayment: ["customers", "payments"],
  reversePayment: ["customers", "payments"],
  decideApproval: ["approvals", "approvals"],
  closeCollectorsShift: ["shifts", "shifts"],
  confirmShift: ["shifts", "shifts"],
  decideShift: ["shifts", "shifts"],
  revokeDevice: ["devices", "devices"],
  startBillRun: ["bill_runs", "bill_runs"],
  releaseBillRun: ["bill_runs", "bill_runs"],
  discardBillRun: ["bill_runs", "bill_runs"],
  makeCutList: ["cut_offs", "cut_offs"],
  approveCutList: ["cut_offs", "cut_offs"],
  discardCutList: ["cut_offs", "cut_offs"],
};

const SHORT = 14;

function ActObject({ act: { what, object }, pages }: { act: StaffAct; pages: readonly PageName[] }) {
  if (object === null) {
    return <>{NOTHING}</>;
  }
  const [page, folder] = PLACES[what] ?? [];
  const to = page && pages.includes(page) ? `${folder}/${encodeURIComponent(object)}` : addressTo({ object });
  return (
    <Link to={to}>
      {object.length > SHORT ? (
        <>
          {/* Ids of one hour begin alike. */}
          <span aria-hidden="true">{`…${object.slice(-8)}`}</span>
          <span class="hidden">{object}</span>
        </>
      ) : (
        object
      )}
    </Link>
  );
}

function Outcome({ act: { status, problem } }: { act: StaffAct }) {
  const t = useWords();
  if (status === null) {
    return <span class="mark wait">{t("log_unknown")}</span>;
  }
  return problem === null ? (
    <span class="mark good">{t("log_done")}</span>
  ) : (
    <>
      <span class="mark bad">{t("log_refused")}</span> <span class="hint">{problem}</span>
    </>
  );
}

function Details({ act }: { act: StaffAct }) {
  const t = useWords();
  const parts = (["asked", "before", "after"] as const).filter((name) => Object.keys(act[name] ?? {}).length > 0);
  if (parts.length === 0) {
    return <>{NOTHING}</>;
  }
  return (
    <details class="act">
      <summary>{t("log_details")}</summary>
      {parts.map((name) => (
        <Fragment key={name}>
          <strong>{t(`log_${name}`)}</strong>
          <dl>
            {Object.entries(act[name] ?? {}).map(([field, value]) => (
              <div key={field}>
                <dt>{field}</dt>
                <dd>{valueText(value, t)}</dd>
              </div>
            ))}
          </dl>
        </Fragment>
      ))}
    </details>
  );
}
