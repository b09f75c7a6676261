/** Language, printer, what is stored, and new versions of the app. */
import { h } from "preact";
import { APP_VERSION } from "../app.ts";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { Screen } from "../components/screen.tsx";
import { openVisit } from "../procedure.ts";
import { setLanguage } from "../settings.ts";
import { dialled } from "../text.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";

export function Settings() {
  const t = useTranslate();
  const app = useApp();
  const { language, collector, device, persisted, update, visits, day, printing, commands } = useAppState();
  // A reload loses the Bluetooth printer, and nobody wants that with a customer at the door.
  const isBusy =
    printing !== null ||
    Object.values(visits).some((visit) => openVisit(visit, day) !== null) ||
    commands.some((command) => command.kind === "payment" && command.state === "waiting");
  return (
    <Screen title={t("menu")} back="">
      {update && (
        <section class="card">
          <h2>{t("update_ready")}</h2>
          <p>{t(isBusy ? "update_later" : "update_pairing")}</p>
          <button type="button" class="main-button" disabled={isBusy} onClick={() => update.apply()}>
            {t("update_apply")}
          </button>
        </section>
      )}
      <fieldset class="card options">
        <legend>{t("settings_language")}</legend>
        {(["vi", "en"] as const).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="language"
              checked={language === one}
              onChange={() => void setLanguage(app, one).catch(() => undefined)}
            />
            <span lang={one}>{t(`language_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <Link to="printer" class="choice">
        <Icon name="printer" />
        <span>
          <b>{t("printer")}</b>
        </span>
        <Icon name="next" />
      </Link>
      <Link to="outbox" class="choice">
        <Icon name="wait" />
        <span>
          <b>{t("outbox_title")}</b>
        </span>
        <Icon name="next" />
      </Link>
      <section class="card">
        <h2>{t("settings_collector")}</h2>
        <p>{collector && `${collector.name} · ${collector.collector_code} · ${dialled(collector.phone)}`}</p>
        <h2>{t("settings_device")}</h2>
        <p>{device?.device_name}</p>
        <h2>{t("settings_storage")}</h2>
        <p>{t(persisted ? "storage_kept" : "storage_not_kept")}</p>
        <p class="hint">
          {t("settings_version")} {APP_VERSION}
        </p>
      </section>
    </Screen>
  );
}
