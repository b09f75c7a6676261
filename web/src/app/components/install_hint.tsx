/** How the app comes to the home screen, where the browser keeps its data for good. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hasInstallOffer, install, isApple, isInstalled, listenForOffer } from "../../install.ts";
import { useTranslate } from "../use_app.ts";
import { DoButton } from "./busy.tsx";

export function InstallHint() {
  const t = useTranslate();
  const [offered, setOffered] = useState(hasInstallOffer());
  useEffect(() => listenForOffer(() => setOffered(hasInstallOffer())), []);
  if (isInstalled()) {
    return null;
  }
  if (offered) {
    return (
      <DoButton class="plain-button" act={install}>
        {t("install")}
      </DoButton>
    );
  }
  return <p class="hint">{t(isApple() ? "install_apple" : "install_android")}</p>;
}
