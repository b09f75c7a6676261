/** A phone is lost: what to do, in order, on one page. */
import { Fragment, h } from "preact";
import type { DeviceView } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { dong } from "../../app/money.ts";
import { shownSummary } from "../../app/text.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { JobState } from "../components/papers.tsx";
import { nameOf, useCollectors } from "../reads.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { Revoke } from "./device.tsx";

/** Papers that a customer may not have although something was recorded. */
const AT_RISK = new Set(["queued", "offered", "accepted", "printing", "held", "failed", "unconfirmed"]);

export function LostPhonePage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const device = useRead(`device ${id}`, () => api.call("GET /v1/devices/{device_id}", { params: { device_id: id } }));
  return (
    <Page title={t("lost_title")} above={[`devices/${id}`, device.data?.device_name ?? t("device")]} help="devices">
      <p class="lead">{t("lost_intro")}</p>
      <Loaded of={device}>
        {(one) => (
          <ol class="steps">
            <li>
              <h2>{t("lost_step_revoke")}</h2>
              {one.revoked_at === null ? (
                <Revoke id={id} done={device.again} />
              ) : (
                <p class="note done">{t("lost_revoked", { time: writtenMoment(one.revoked_at) })}</p>
              )}
            </li>
            <li>
              <h2>{t("lost_step_papers")}</h2>
              <p>{t("lost_papers")}</p>
              <AtRisk id={id} />
            </li>
            <li>
              <h2>{t("lost_step_money")}</h2>
              <Money device={one} />
            </li>
            <li>
              <h2>{t("lost_step_new")}</h2>
              <p>{t("lost_new")}</p>
              <Link
                to={`devices/new${one.collector_code ? `?collector=${encodeURIComponent(one.collector_code)}` : ""}`}
                class="main-button"
              >
                {t("enrol_draw")}
              </Link>
            </li>
          </ol>
        )}
      </Loaded>
    </Page>
  );
}

function AtRisk({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const papers = useRead(`papers at risk of ${id}`, async () => {
    const { print_jobs: jobs } = await api.call("GET /v1/devices/{device_id}/print-jobs", {
      params: { device_id: id },
      query: { limit: 200 },
    });
    return jobs.filter((job) => AT_RISK.has(job.state));
  });
  return (
    <Loaded of={papers}>
      {(jobs) =>
        jobs.length === 0 ? (
          <Empty>{t("lost_no_papers")}</Empty>
        ) : (
          <ul class="lines">
            {jobs.map((job) => (
              <li key={job.job_id} class="row">
                <span class="whom">
                  {t(`document_${job.kind}`)}{" "}
                  {job.customer_code ? (
                    <Link to={`customers/${job.customer_code}`}>{shownSummary(job.summary)}</Link>
                  ) : (
                    shownSummary(job.summary)
                  )}
                </span>
                <JobState job={job} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Money({ device: { collector_code: code } }: { device: DeviceView }) {
  const t = useWords();
  const { api } = useOffice();
  const collectors = useCollectors();
  const shifts = useRead(`open shifts of ${code}`, async () =>
    code === null ? [] : (await api.call("GET /v1/shifts", { query: { collector_code: code, limit: 5 } })).shifts,
  );
  return (
    <Loaded of={shifts}>
      {(found) => {
        const open = found.filter(({ shift }) => shift.state === "open");
        return (
          <>
            <p>{t("lost_money", { name: nameOf(collectors.data, code) })}</p>
            {open.map(({ shift }) => (
              <p key={shift.shift_id}>
                <Link to={`shifts/${shift.shift_id}`} class="small-button">
                  {t("lost_close_shift", { amount: dong(shift.cash_in_hand) })}
                </Link>
              </p>
            ))}
            {open.length === 0 && <p class="hint">{t("lost_no_shift")}</p>}
          </>
        );
      }}
    </Loaded>
  );
}
