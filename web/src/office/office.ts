/** The office behind its pages: who is signed in, in which language, and the gateway's API. */
import { Api } from "../api/client.ts";
import { ApiProblem, isTooOften } from "../api/problem.ts";
import type { SignedInView } from "../api/types.ts";
import { type Failure, failureOf } from "../app/failure.ts";
import { Store } from "../app/store.ts";
import type { Shell } from "../app/use_shell.ts";
import { type Language, storeLanguage } from "../i18n/language.ts";
import type { MessageKey } from "../i18n/vi.ts";
import { Renderer } from "../printing/renderer.ts";
import { LiveDay } from "./live_day.ts";
import type { Session } from "./session.ts";
import { loadWords, type OfficeKey } from "./words.ts";

/** `ended`: the session is over, and whoever signs in again finds the page as it was. */
export type Phase = "starting" | "no_answer" | "signed_out" | "ended" | "ready";

export interface OfficeState {
  readonly phase: Phase;
  readonly language: Language;
  readonly failure: Failure | null;
  readonly session: Session | null;
}

/** What signing in came to, for the person. */
export type Refusal = { readonly key: OfficeKey } | { readonly detail: string } | "second_factor";

export interface Credentials {
  readonly loginName: string;
  readonly password: string;
  readonly secondFactor: string;
  /** The one-time code of a first sign-in, with which `password` becomes the person's own. */
  readonly code: string | null;
}

/** Whoever has not touched the desk for so long is not there: pages go on, the session ends in its time. */
const ATTENDED_MS = 60_000;

export class Office implements Shell {
  readonly store: Store<OfficeState>;
  readonly printer = new Renderer();
  /** The difference between the gateway's clock and the desk's, in milliseconds. */
  offset = 0;
  readonly api: Api;
  readonly live = new LiveDay({ now: () => this.now(), check: () => this.#goesOn() });
  #touchedAt = Date.now();

  constructor(language: Language) {
    this.store = new Store<OfficeState>({ phase: "starting", language, failure: null, session: null });
    this.api = new Api("", {
      token: () => null,
      csrf: () => this.store.state.session?.csrf ?? "",
      unattended: () => Date.now() - this.#touchedAt > ATTENDED_MS,
      gatewayTime: (time) => {
        this.offset = time - Date.now();
      },
      reached: () => undefined,
      shutOut: () => {
        if (this.store.state.phase === "ready") {
          this.store.set({ phase: "ended" });
        }
      },
    });
  }

  /** The gateway's time. */
  now(): number {
    return Date.now() + this.offset;
  }

  /** Somebody is at the desk. */
  touched(): void {
    this.#touchedAt = Date.now();
  }

  /** Find out who is signed in already. */
  async begin(): Promise<void> {
    this.store.set({ phase: "starting" });
    try {
      const { csrf_token: csrf, ...staff } = await this.api.call("GET /v1/staff/me");
      this.store.set({ phase: "ready", session: { staff, csrf } });
    } catch (error) {
      this.store.set({ phase: error instanceof ApiProblem ? "signed_out" : "no_answer" });
    }
  }

  /** Whether the session goes on, as far as the gateway says so. */
  async #goesOn(): Promise<boolean> {
    if (this.store.state.phase !== "ready") {
      return false;
    }
    try {
      await this.api.call("GET /v1/staff/me");
      return true;
    } catch {
      return false;
    }
  }

  /** Sign in, the first time with the administrator's one-time code; returns why that was refused, or null. */
  async signIn({ loginName, password, secondFactor, code }: Credentials): Promise<Refusal | null> {
    try {
      const body = {
        login_name: loginName.trim(),
        password,
        ...(secondFactor ? { second_factor: secondFactor.replace(/\s/g, "") } : {}),
      };
      this.entered(
        code === null
          ? await this.api.call("POST /v1/staff/sessions", { body })
          : await this.api.call("POST /v1/staff/first-sign-in", { body: { ...body, code: code.trim() } }),
      );
      return null;
    } catch (error) {
      if (error instanceof ApiProblem) {
        return error.slug === "second-factor-needed" ? "second_factor" : { detail: error.detail };
      }
      return { key: isTooOften(error) ? "sign_in_too_often" : "sign_in_no_answer" };
    }
  }

  /** A session has begun. */
  entered({ staff, csrf_token: csrf }: SignedInView): void {
    this.store.set({ phase: "ready", session: { staff, csrf } });
  }

  async signOut(): Promise<void> {
    await this.attempt(async () => {
      try {
        await this.api.send("DELETE /v1/staff/sessions/current", {});
      } catch (error) {
        // A session that is over already is what was asked for.
        if (!(error instanceof ApiProblem && error.status === 401)) {
          throw error;
        }
      }
      this.store.set({ phase: "signed_out", session: null });
    });
  }

  async speak(language: Language): Promise<void> {
    storeLanguage(language);
    await loadWords(language);
    document.documentElement.lang = language;
    this.store.set({ language });
  }

  /** Do what a button does; where that fails, the person is shown what to do. Never fails itself. */
  async attempt(act: () => Promise<unknown>, besides?: MessageKey): Promise<void> {
    try {
      await act();
    } catch (error) {
      // Whoever has to sign in again sees that, and nothing else.
      if (this.store.state.phase !== "ended") {
        this.store.set({ failure: failureOf(error, besides) });
      }
    }
  }
}
