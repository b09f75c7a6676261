/** The supervisor's one-time code, typed or scanned. */
import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiProblem } from "../../api/problem.ts";
import { Icon } from "../components/icons.tsx";
import { failureOf } from "../failure.ts";
import { canScan, scan } from "../scanner.ts";
import { useApp, useTranslate } from "../use_app.ts";

export function Enrol() {
  const t = useTranslate();
  const app = useApp();
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [working, setWorking] = useState(false);
  const [scannable, setScannable] = useState(false);
  const [scanning, setScanning] = useState(false);

  useEffect(() => {
    document.title = `${t("enrol_title")} · ${t("app")}`;
  }, [t]);
  useEffect(() => void canScan().then(setScannable), []);

  const enrol = async (typed: string): Promise<void> => {
    if (!/^[0-9A-Za-z -]{4,20}$/.test(typed.trim())) {
      setProblem(t("enrol_code_bad"));
      return;
    }
    setWorking(true);
    setProblem(null);
    try {
      await app.enrol(typed, name || t("enrol_name_default"));
    } catch (error) {
      setProblem(explain(error));
      setWorking(false);
    }
  };

  const explain = (error: unknown): string => {
    if (error instanceof ApiProblem) {
      return error.facts["reason"] === "other_role" ? t("enrol_not_collector") : error.detail;
    }
    return t(failureOf(error).key);
  };

  return (
    <main class="enrol">
      <p class="logo">
        <Icon name="bolt" />
        {t("app")}
      </p>
      <h1>{t("enrol_title")}</h1>
      <p>{t("enrol_intro")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enrol(code);
        }}
      >
        <label>
          {t("enrol_code")}
          <input
            class="code"
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            maxLength={20}
            aria-describedby="code-hint"
            required
          />
        </label>
        <p id="code-hint" class="hint">
          {t("enrol_code_hint")}
        </p>
        {problem !== null && (
          <p class="note bad" role="alert">
            {problem}
          </p>
        )}
        <label>
          {t("enrol_name")}
          <input
            value={name}
            placeholder={t("enrol_name_default")}
            onInput={(event) => setName(event.currentTarget.value)}
            maxLength={80}
          />
        </label>
        <button type="submit" class="main-button" disabled={working}>
          {t(working ? "enrol_working" : "enrol_submit")}
        </button>
      </form>
      {scannable && (
        <button type="button" class="plain-button" onClick={() => setScanning(!scanning)}>
          <Icon name="scan" />
          {t(scanning ? "enrol_scan_stop" : "enrol_scan")}
        </button>
      )}
      {scanning && (
        <Viewfinder
          onCode={(found) => {
            setScanning(false);
            setCode(found);
            void enrol(found);
          }}
          onFailure={() => {
            setScanning(false);
            setProblem(t("enrol_no_camera"));
          }}
        />
      )}
    </main>
  );
}

function Viewfinder({ onCode, onFailure }: { onCode: (code: string) => void; onFailure: () => void }) {
  const t = useTranslate();
  const video = useRef<HTMLVideoElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the camera is opened once, not with every letter that is typed
  useEffect(() => {
    const stop = new AbortController();
    if (video.current) {
      scan(video.current, stop.signal).then(onCode, () => {
        if (!stop.signal.aborted) {
          onFailure();
        }
      });
    }
    return () => stop.abort();
  }, []);
  return <video ref={video} class="viewfinder" muted playsInline aria-label={t("enrol_scan")} />;
}
