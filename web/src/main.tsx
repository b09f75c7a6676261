import { h, render } from "preact";
import { App } from "./app/app.ts";
import { Message } from "./app/components/screen_message.tsx";
import { loadParts } from "./app/parts.ts";
import { PrinterHub } from "./app/printer_hub.ts";
import { Root } from "./app/root.tsx";
import { startRouter } from "./app/router.ts";
import { setApp } from "./app/use_app.ts";
import { keepFaults } from "./fault_log.ts";
import { storedLanguage } from "./i18n/language.ts";
import { loadLanguage, speak, translator } from "./i18n/translate.ts";
import { awaitInstallOffer } from "./install.ts";
import { keepAppOnPhone } from "./service_worker.ts";
import "./style.css";
import { vi } from "./i18n/vi.ts";

async function start(page: Element): Promise<void> {
  speak(vi);
  const language = storedLanguage();
  document.documentElement.lang = language;
  await loadLanguage(language).catch(() => undefined); // Then it speaks Vietnamese.
  let app: App;
  try {
    app = await App.open(new PrinterHub());
  } catch (error) {
    console.error("the app could not be opened", error);
    const t = translator(language);
    render(
      <Message title={t("impossible_title")} icon="warn">
        <p>{t(error instanceof Error && error.name === "QuotaExceededError" ? "failure_full" : "impossible")}</p>
      </Message>,
      page,
    );
    return;
  }
  setApp(app);
  startRouter();
  render(<Root />, page);
  void loadParts();
  keepAppOnPhone((update) => app.store.set({ update }));
}

const root = document.querySelector("#app");
if (root) {
  keepFaults();
  awaitInstallOffer();
  void start(root);
}
