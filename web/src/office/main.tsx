import { h, render } from "preact";
import { setShell } from "../app/use_shell.ts";
import { storedLanguage } from "../i18n/language.ts";
import { speak } from "../i18n/translate.ts";
import { vi } from "../i18n/vi.ts";
import { Office } from "./office.ts";
import { Root } from "./root.tsx";
import { startRouter } from "./router.ts";
import { setOffice } from "./use_office.ts";
import { loadWords } from "./words.ts";
import "./office.css";

async function start(page: Element): Promise<void> {
  speak(vi);
  const language = storedLanguage();
  document.documentElement.lang = language;
  await loadWords(language).catch(() => undefined); // Then it speaks Vietnamese.
  const office = new Office(language);
  setOffice(office);
  setShell(office);
  for (const act of ["keydown", "pointerdown", "pointermove", "wheel"]) {
    addEventListener(act, () => office.touched(), { capture: true, passive: true });
  }
  startRouter();
  render(<Root />, page);
  await office.begin();
}

const root = document.querySelector("#office");
if (root) {
  void start(root);
}
