/** One phone or desk: its papers, its printer, and shutting it out. */
import { Fragment, h } from "preact";
import type { PrintJobView } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { WithReason } from "../../app/components/with_reason.tsx";
import { shownSummary } from "../../app/text.ts";
import { Link } from "../components/link.tsx";
import { Empty, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { JobState } from "../components/papers.tsx";
import { Rows } from "../components/rows.tsx";
import { ownerOf, useCollectors } from "../reads.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { BatteryLevel, Contact, DeviceState } from "./devices.tsx";

const REFRESH_MS = 10_000;

export function DevicePage({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const collectors = useCollectors();
  const params = { device_id: id };
  const device = useRead(`device ${id}`, () => api.call("GET /v1/devices/{device_id}", { params }), REFRESH_MS);
  return (
    <Page
      title={device.data?.device_name ?? t("device")}
      above={["devices", t("page_devices")]}
      help="devices"
      actions={
        <Link to={`devices/${id}/lost`} class="small-button">
          {t("lost_title")}
        </Link>
      }
    >
      <Loaded of={device}>
        {(one) => (
          <>
            <dl class="card sums">
              <div>
                <dt>{t("device_role")}</dt>
                <dd>{t(`device_role_${one.role}`)}</dd>
              </div>
              <div>
                <dt>{t("device_owner")}</dt>
                <dd>{ownerOf(one, collectors.data)}</dd>
              </div>
              <div>
                <dt>{t("device_enrolled")}</dt>
                <dd>{writtenMoment(one.enrolled_at)}</dd>
              </div>
              <div>
                <dt>{t("device_version")}</dt>
                <dd>{one.app_version ?? "–"}</dd>
              </div>
              <div>
                <dt>{t("device_contact")}</dt>
                <dd>
                  <Contact device={one} />
                </dd>
              </div>
              <div>
                <dt>{t("device_battery")}</dt>
                <dd>
                  <BatteryLevel device={one} />
                  {one.battery_at ? ` · ${writtenMoment(one.battery_at)}` : ""}
                </dd>
              </div>
              <div>
                <dt>{t("printer")}</dt>
                <dd>{one.printer_name ?? "–"}</dd>
              </div>
              <div>
                <dt>{t("device_state")}</dt>
                <dd>
                  <DeviceState device={one} />
                </dd>
              </div>
            </dl>
            <Papers id={id} />
            {one.revoked_at === null && <Revoke id={id} done={device.again} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

export function Revoke({ id, done }: { id: string; done: () => void }) {
  const t = useWords();
  const { api } = useOffice();
  return (
    <section class="card">
      <h2>{t("revoke")}</h2>
      <WithReason
        label={t("revoke_do")}
        explain={t("revoke_explain")}
        field={t("reason")}
        usual={t("revoke_reason")}
        act={async (reason) => {
          await api.call("POST /v1/devices/{device_id}/revocation", { params: { device_id: id }, body: { reason } });
          done();
        }}
      />
    </section>
  );
}

function Papers({ id }: { id: string }) {
  const t = useWords();
  const { api } = useOffice();
  const papers = useRead(
    `papers of ${id}`,
    () => api.call("GET /v1/devices/{device_id}/print-jobs", { params: { device_id: id }, query: { limit: 50 } }),
    REFRESH_MS,
  );
  return (
    <section>
      <h2>{t("device_papers")}</h2>
      <Loaded of={papers}>
        {({ print_jobs: jobs }) =>
          jobs.length === 0 ? (
            <Empty>{t("device_no_papers")}</Empty>
          ) : (
            <Rows caption={t("device_papers")} columns={columnsOf(t)} rows={jobs} keyOf={(job) => job.job_id} />
          )
        }
      </Loaded>
    </section>
  );
}

function columnsOf(t: ReturnType<typeof useWords>) {
  return [
    { name: t("paper"), cell: (job: PrintJobView) => <>{t(`document_${job.kind}`)}</> },
    {
      name: t("paper_what"),
      cell: (job: PrintJobView) =>
        job.customer_code ? (
          <Link to={`customers/${job.customer_code}`}>{shownSummary(job.summary)}</Link>
        ) : (
          shownSummary(job.summary)
        ),
    },
    { name: t("paper_state"), cell: (job: PrintJobView) => <JobState job={job} /> },
    { name: t("time"), cell: (job: PrintJobView) => writtenMoment(job.changed_at) },
  ];
}
