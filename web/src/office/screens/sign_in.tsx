/** Signing in: name and password, and a second factor where the account has one. */
import { h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../app/components/icons.tsx";
import { LanguageSwitch } from "../components/frame.tsx";
import { useOffice, useOfficeState, useWords } from "../use_office.ts";

export function SignIn({ hasEnded }: { hasEnded: boolean }) {
  const t = useWords();
  const office = useOffice();
  const language = useOfficeState((state) => state.language);
  const before = useOfficeState((state) => state.session);
  const [name, setName] = useState(before?.staff.login_name ?? "");
  const [password, setPassword] = useState("");
  const [factor, setFactor] = useState("");
  const [code, setCode] = useState("");
  const [isFirst, setFirst] = useState(false);
  const [asksFactor, setAsksFactor] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [isWorking, setWorking] = useState(false);
  const first = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = `${t("sign_in")} · ${t("app")}`;
  }, [t]);
  useEffect(() => first.current?.focus(), []);

  const signIn = async (): Promise<void> => {
    setWorking(true);
    setProblem(null);
    const refusal = await office.signIn({
      loginName: name,
      password,
      secondFactor: factor,
      code: isFirst ? code : null,
    });
    setWorking(false);
    if (refusal === "second_factor") {
      setAsksFactor(true);
      setProblem(factor ? t("sign_in_factor_wrong") : null);
    } else if (refusal) {
      setProblem("detail" in refusal ? refusal.detail : t(refusal.key));
    }
  };

  return (
    <main class="sign-in">
      <p class="logo">
        <Icon name="bolt" />
        {t("app")}
      </p>
      <h1>{t("sign_in_title")}</h1>
      {hasEnded && (
        <p class="note" role="status">
          {t("session_ended")}
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <label>
          {t("login_name")}
          <input
            ref={first}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            maxLength={80}
            required
          />
        </label>
        {isFirst && (
          <label>
            {t("first_code")}
            <input
              value={code}
              onInput={(event) => setCode(event.currentTarget.value)}
              autocomplete="off"
              autocapitalize="characters"
              spellcheck={false}
              maxLength={40}
              required
            />
          </label>
        )}
        <label>
          {t(isFirst ? "first_password" : "password")}
          <input
            type="password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
            autocomplete={isFirst ? "new-password" : "current-password"}
            maxLength={200}
            required
          />
        </label>
        {asksFactor && <Factor value={factor} change={setFactor} />}
        {problem !== null && (
          <p class="note bad" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="main-button" disabled={isWorking}>
          {t(isWorking ? "signing_in" : "sign_in")}
        </button>
      </form>
      <div class="buttons">
        <button type="button" class="small-button quiet" onClick={() => setFirst(!isFirst)}>
          {t(isFirst ? "first_not" : "first_time")}
        </button>
        <LanguageSwitch language={language} />
      </div>
    </main>
  );
}

function Factor({ value, change }: { value: string; change: (typed: string) => void }) {
  const t = useWords();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <label>
      {t("second_factor")}
      <input
        ref={input}
        value={value}
        onInput={(event) => change(event.currentTarget.value)}
        autocomplete="one-time-code"
        inputMode="numeric"
        maxLength={20}
        aria-describedby="factor-hint"
        required
      />
      <span id="factor-hint" class="hint">
        {t("second_factor_hint")}
      </span>
    </label>
  );
}
