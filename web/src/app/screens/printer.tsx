/** Connecting a printer, and finding out with test pages what it can do. */
import { Fragment, h } from "preact";
import { useState } from "preact/hooks";
import type { Connection } from "../../printers/printer.ts";
import { NotAReceiptPrinter, NothingChosen } from "../../printers/printer.ts";
import { type Answered, featuresPage, profileFrom, type Seen, widthPage } from "../../printers/setup.ts";
import { DoButton } from "../components/busy.tsx";
import { Icon } from "../components/icons.tsx";
import { PrinterName } from "../components/printer_name.tsx";
import { Screen } from "../components/screen.tsx";
import { useApp, useAppState, useTranslate } from "../use_app.ts";

export function PrinterScreen() {
  const t = useTranslate();
  const app = useApp();
  const { printer } = useAppState();
  const [problem, setProblem] = useState<string | null>(null);
  const [result, setResult] = useState<string | null>(null);
  const [trying, setTrying] = useState(false);
  const connect = async (connection: Connection, all = false): Promise<void> => {
    setProblem(null);
    setResult(null);
    try {
      const chosen = await app.printer.choose(connection, all);
      setTrying(!chosen.confirmed);
    } catch (error) {
      if (error instanceof NotAReceiptPrinter) {
        setProblem(t(error.kind === "cat" ? "printer_cat" : "printer_not_receipt"));
      } else if (!(error instanceof NothingChosen)) {
        console.warn("no printer", error);
        setProblem(t("printer_failed"));
      }
    }
  };
  const test = async (): Promise<void> => {
    const outcome = await app.printer.printTestPage();
    setResult(
      outcome === "out" || outcome === null ? t("printer_out") : t("printer_out_no", { cause: t(`cause_${outcome}`) }),
    );
  };
  const profile = app.printer.remembered?.profile;
  return (
    <Screen title={t("printer")} back="print-jobs">
      <section class="card">
        <div class="row">
          <Icon name="printer" />
          <strong class="whom">
            <PrinterName />
          </strong>
        </div>
        {printer.chosen && profile && printer.confirmed && (
          <p class="hint">
            {t("printer_profile", { paper: profile.width_dots === 576 ? 80 : 58 })} ·{" "}
            {t(profile.fence ? "printer_reports" : "printer_silent")}
          </p>
        )}
        {problem !== null && (
          <p class="note bad" role="alert">
            {problem}
          </p>
        )}
        {result !== null && (
          <p class="note" role="status">
            {result}
          </p>
        )}
      </section>
      {printer.chosen && trying ? (
        <Wizard done={() => setTrying(false)} />
      ) : (
        <>
          {printer.chosen && !printer.confirmed && <p class="note">{t("wizard_start_more")}</p>}
          {printer.chosen && (
            <div class="pair">
              <DoButton class="plain-button" act={test}>
                {t("printer_test")}
              </DoButton>
              <button
                type="button"
                class={printer.confirmed ? "plain-button" : "main-button"}
                onClick={() => {
                  setResult(null);
                  setTrying(true);
                }}
              >
                {t(printer.confirmed ? "wizard_again" : "wizard_start")}
              </button>
            </div>
          )}
          <section class="card">
            <p>{t("printer_intro")}</p>
            {printer.bluetooth && <DoButton act={() => connect("bluetooth")}>{t("printer_bluetooth")}</DoButton>}
            {printer.serial && (
              <DoButton class={printer.bluetooth ? "plain-button" : "main-button"} act={() => connect("serial")}>
                {t("printer_serial")}
              </DoButton>
            )}
            {printer.bluetooth && (
              <DoButton class="plain-button" act={() => connect("bluetooth", true)}>
                {t("printer_bluetooth_all")}
              </DoButton>
            )}
            {printer.builtIn && (
              <DoButton class="plain-button" act={() => connect("other")}>
                {t("printer_built_in")}
              </DoButton>
            )}
            {printer.builtIn && <p class="hint">{t("printer_built_in_more")}</p>}
            {!printer.bluetooth && !printer.serial && !printer.builtIn && (
              <p class="note bad">{t("printer_unsupported")}</p>
            )}
            {printer.bluetooth && <p class="hint">{t("printer_reload")}</p>}
          </section>
        </>
      )}
    </Screen>
  );
}

type Step =
  | { readonly name: "start" }
  | { readonly name: "busy"; readonly key: "wizard_asking" | "wizard_printing" }
  | { readonly name: "width"; readonly answered: Answered }
  | { readonly name: "look"; readonly answered: Answered; readonly isWide: boolean };

const CHECKS = [
  ["areLettersRight", "wizard_letters"],
  ["isCodeRead", "wizard_code"],
  ["areOwnLettersEven", "wizard_own"],
  ["areGapsEqual", "wizard_gaps"],
] as const satisfies readonly (readonly [keyof Seen, string])[];

function Wizard({ done }: { done: () => void }) {
  const t = useTranslate();
  const app = useApp();
  const [step, setStep] = useState<Step>({ name: "start" });
  const [seen, setSeen] = useState<Seen>({});
  const [problem, setProblem] = useState<string | null>(null);

  const fail = (cause: Parameters<typeof isOut>[0]): void => {
    setProblem(t("printer_out_no", { cause: t(`cause_${cause === "out" || cause === null ? "write_error" : cause}`) }));
    setStep({ name: "start" });
  };
  const begin = async (): Promise<void> => {
    setProblem(null);
    setStep({ name: "busy", key: "wizard_asking" });
    const answered = await app.printer.askPrinter();
    setStep({ name: "busy", key: "wizard_printing" });
    const outcome = await app.printer.printPage(widthPage());
    if (isOut(outcome)) {
      setStep({ name: "width", answered });
    } else {
      fail(outcome);
    }
  };
  const width = async (answered: Answered, isWide: boolean): Promise<void> => {
    setStep({ name: "busy", key: "wizard_printing" });
    const outcome = await app.printer.printPage(featuresPage(isWide ? 576 : 384));
    if (isOut(outcome)) {
      setStep({ name: "look", answered, isWide });
    } else {
      fail(outcome);
    }
  };
  const save = async (answered: Answered, isWide: boolean): Promise<void> => {
    try {
      await app.printer.keep(profileFrom({ ...seen, isWide }, answered, app.printer.remembered?.profile));
      app.printJobs.printNow();
      done();
    } catch {
      setProblem(t("no_answer"));
    }
  };
  return (
    <section class="card" aria-live="polite">
      {problem !== null && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
      {step.name === "start" && (
        <>
          <p>{t("wizard_start_more")}</p>
          <DoButton act={begin}>{t("wizard_start")}</DoButton>
          <button type="button" class="plain-button" onClick={done}>
            {t("cancel")}
          </button>
        </>
      )}
      {step.name === "busy" && <p class="lead">{t(step.key)}</p>}
      {step.name === "width" && (
        <>
          <p class="lead">{t("wizard_width")}</p>
          <DoButton class="plain-button" act={() => width(step.answered, false)}>
            {t("wizard_width_no")}
          </DoButton>
          <DoButton class="plain-button" act={() => width(step.answered, true)}>
            {t("wizard_width_yes")}
          </DoButton>
        </>
      )}
      {step.name === "look" && (
        <>
          <fieldset class="options">
            <legend>{t("wizard_look")}</legend>
            {CHECKS.map(([name, key]) => (
              <label key={name}>
                <input
                  type="checkbox"
                  checked={seen[name] === true}
                  onChange={(event) => setSeen({ ...seen, [name]: event.currentTarget.checked })}
                />
                <span>{t(key)}</span>
              </label>
            ))}
          </fieldset>
          {!seen.areLettersRight && <p class="hint">{t("wizard_letters_needed")}</p>}
          <DoButton disabled={!seen.areLettersRight} act={() => save(step.answered, step.isWide)}>
            {t("wizard_save")}
          </DoButton>
          <button type="button" class="plain-button" onClick={done}>
            {t("cancel")}
          </button>
        </>
      )}
    </section>
  );
}

function isOut(outcome: Awaited<ReturnType<ReturnType<typeof useApp>["printer"]["printPage"]>>): boolean {
  return outcome === "out";
}
