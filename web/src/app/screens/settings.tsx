/** Language, printer, what is stored, and new versions of the app. */
import { h } from "preact";
import { APP_VERSION } from "../app.ts";
import { Icon } from "../components/icons.tsx";
import { InstallHint } from "../components/install_hint.tsx";
import { Link } from "../components/link.tsx";
import { Screen } from "../components/screen.tsx";
import { UpdateCard } from "../components/update_card.tsx";
import { setLanguage } from "../settings.ts";
import { dialled } from "../text.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";

export function Settings() {
  const t = useTranslate();
  const app = useApp();
  const { language, collector, device, persisted } = useAppState();
  return (
    <Screen title={t("menu")} back="">
      <UpdateCard />
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
      <Link to="help" class="choice">
        <Icon name="warn" />
        <span>
          <b>{t("help_title")}</b>
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
        <InstallHint />
        <p class="hint">
          {t("settings_version")} {APP_VERSION}
        </p>
      </section>
    </Screen>
  );
}
