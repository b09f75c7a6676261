/** Phones and desks: which are in use, which fail, and letting another one in. */
import { Fragment, h } from "preact";
import type { DeviceView } from "../../api/types.ts";
import { writtenMoment } from "../../app/clock.ts";
import { Link } from "../components/link.tsx";
import { Empty, FirstDayLink, Loaded } from "../components/loaded.tsx";
import { Page } from "../components/page.tsx";
import { type Column, Rows } from "../components/rows.tsx";
import { type Collectors, ownerOf, useCollectors } from "../reads.ts";
import { usePlace } from "../router.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import type { Words } from "../words.ts";

const REFRESH_MS = 15_000;
const PAGE = 200;

export function DevicesPage() {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const { query } = usePlace();
  const isAll = query.get("all") === "1";
  const collectors = useCollectors();
  const devices = useRead(
    "devices",
    async () => {
      const found: DeviceView[] = [];
      while (true) {
        const after = found.at(-1)?.device_id;
        const { devices: page } = await api.call("GET /v1/devices", {
          query: { limit: PAGE, ...(after === undefined ? {} : { after }) },
        });
        found.push(...page);
        if (page.length < PAGE) {
          return found;
        }
      }
    },
    REFRESH_MS,
  );
  return (
    <Page
      title={t("page_devices")}
      help="devices"
      actions={
        may(staff, "POST /v1/enrolment-codes") && (
          <Link to="devices/new" class="main-button">
            {t("enrol_draw")}
          </Link>
        )
      }
    >
      <nav class="tabs" aria-label={t("devices_which")}>
        <Link to="devices" current={!isAll}>
          {t("devices_in_use")}
        </Link>
        <Link to="devices?all=1" current={isAll}>
          {t("devices_all")}
        </Link>
      </nav>
      <Loaded of={devices}>
        {(found) => {
          const shown = [...found].reverse().filter((device) => isAll || device.revoked_at === null);
          return shown.length === 0 ? (
            <Empty>
              {t("devices_none")} <FirstDayLink />
            </Empty>
          ) : (
            <Rows
              caption={t("page_devices")}
              columns={columnsOf(t, collectors.data)}
              rows={shown}
              keyOf={(device) => device.device_id}
            />
          );
        }}
      </Loaded>
    </Page>
  );
}

function columnsOf(t: Words, collectors: Collectors | null): Column<DeviceView>[] {
  return [
    {
      name: t("device"),
      cell: (device) => <Link to={`devices/${device.device_id}`}>{device.device_name}</Link>,
    },
    { name: t("device_role"), cell: (device) => t(`device_role_${device.role}`) },
    { name: t("device_owner"), cell: (device) => ownerOf(device, collectors) },
    { name: t("device_version"), cell: (device) => device.app_version ?? "–" },
    { name: t("device_contact"), cell: (device) => <Contact device={device} /> },
    { name: t("device_battery"), cell: (device) => <BatteryLevel device={device} /> },
    { name: t("device_state"), cell: (device) => <DeviceState device={device} /> },
  ];
}

export function Contact({ device }: { device: DeviceView }) {
  const t = useWords();
  if (device.connected) {
    return <span class="mark good">{t("device_connected")}</span>;
  }
  return <>{device.last_contact_at ? writtenMoment(device.last_contact_at) : t("device_never")}</>;
}

const LOW_PERCENT = 20;

/** How full the battery was when the phone last said so; a phone that will not last the day is marked. */
export function BatteryLevel({ device }: { device: DeviceView }) {
  const t = useWords();
  const { battery_percent: percent, battery_charging: isCharging } = device;
  const isKnown = typeof percent === "number";
  const isLow = isKnown && percent <= LOW_PERCENT && !isCharging;
  const text = isKnown ? t(isCharging ? "device_battery_charging" : "device_battery_level", { n: percent }) : "–";
  return <span class={isLow ? "mark bad" : undefined}>{text}</span>;
}

/** What is wrong with a device, if anything is. */
export function DeviceState({ device }: { device: DeviceView }) {
  const t = useWords();
  if (device.revoked_at !== null) {
    return <span class="mark bad">{t("device_revoked")}</span>;
  }
  const { unconfirmed_papers: unconfirmed = 0, waiting_papers: waiting = 0, printer_fault: fault } = device;
  return (
    <span class="marks">
      {device.left_at && <span class="mark bad">{t("device_left")}</span>}
      {fault && (
        <span class="mark bad">
          {t("printer")}: {t(`cause_${fault}`)}
        </span>
      )}
      {unconfirmed > 0 && <span class="mark bad">{t("device_unconfirmed", { n: unconfirmed })}</span>}
      {waiting > 0 && <span class="mark wait">{t("device_waiting", { n: waiting })}</span>}
      {!device.left_at && !fault && unconfirmed === 0 && waiting === 0 && <span class="mark">{t("device_fine")}</span>}
    </span>
  );
}
