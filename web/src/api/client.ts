/** The gateway's API, typed by its description. */
import { NoAnswer, problemOf } from "./problem.ts";
import type { Paths } from "./types.ts";

export type Route = keyof Paths;
export type Answer<R extends Route> = Paths[R]["answer"];
/** What a route takes: path parameters, query, body, and the id of what is made. */
export type Ask<R extends Route> = Omit<Paths[R], "answer">;

interface AnyAsk {
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: unknown;
  key?: string;
}

export interface ClientHooks {
  token(): string | null;
  /** For a session in a cookie, instead of a token: what unsafe requests carry besides. */
  csrf?(): string;
  /** Whether nobody does anything at this page: what it reads by itself keeps no session. */
  unattended?(): boolean;
  /** The gateway's clock, from the Date of a reply: epoch milliseconds. */
  gatewayTime(time: number): void;
  /** Whether the gateway answers. */
  reached(reached: boolean): void;
  /** The gateway does not know this device's token, or this session, any more. */
  shutOut(): void;
}

const PATIENCE_MS = 15_000;

export class Api {
  readonly #base: string;
  readonly #hooks: ClientHooks;
  readonly #fetch: typeof fetch;

  constructor(base: string, hooks: ClientHooks, fetcher: typeof fetch = fetch.bind(globalThis)) {
    this.#base = base;
    this.#hooks = hooks;
    this.#fetch = fetcher;
  }

  /** Ask once. Throws `ApiProblem` where the gateway refuses, and `NoAnswer` where the outcome is unknown. */
  async call<R extends Route>(
    route: R,
    ...[ask]: object extends Ask<R> ? [ask?: Ask<R>] : [ask: Ask<R>]
  ): Promise<Answer<R>> {
    return (await this.send(route, (ask ?? {}) as AnyAsk)) as Answer<R>;
  }

  /** The same for a route that was kept as text, as in the outbox. */
  async send(route: string, ask: AnyAsk): Promise<unknown> {
    const [method = "GET", template = "/"] = route.split(" ");
    const token = this.#hooks.token();
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language() };
    if (token !== null) {
      headers["Authorization"] = `Bearer ${token}`;
    }
    if (this.#hooks.csrf && method !== "GET") {
      headers["X-CSRF-Token"] = this.#hooks.csrf();
    }
    if (this.#hooks.unattended?.()) {
      headers["X-Unattended"] = "1";
    }
    if (ask.key !== undefined) {
      headers["Idempotency-Key"] = ask.key;
    }
    if (ask.body !== undefined) {
      headers["Content-Type"] = "application/json";
    }
    let response: Response;
    try {
      response = await this.#fetch(this.#base + addressOf(template, ask), {
        method,
        headers,
        body: ask.body === undefined ? null : JSON.stringify(ask.body),
        signal: AbortSignal.timeout(PATIENCE_MS),
        cache: "no-store",
        credentials: this.#hooks.csrf ? "same-origin" : "omit",
      });
    } catch (error) {
      this.#hooks.reached(false);
      throw new NoAnswer(error instanceof Error ? error.name : "network", { cause: error });
    }
    const date = Date.parse(response.headers.get("Date") ?? "");
    if (!Number.isNaN(date)) {
      this.#hooks.gatewayTime(date);
    }
    if (!response.ok) {
      const problem = await problemOf(response);
      this.#hooks.reached(!(problem instanceof NoAnswer));
      const isKnown = this.#hooks.csrf ? true : token !== null && token === this.#hooks.token();
      if (!(problem instanceof NoAnswer) && problem.status === 401 && isKnown) {
        this.#hooks.shutOut();
      }
      throw problem;
    }
    try {
      const answer: unknown = response.status === 204 ? null : await response.json();
      this.#hooks.reached(true);
      return answer;
    } catch (error) {
      this.#hooks.reached(false);
      throw new NoAnswer("the answer was cut off", { cause: error });
    }
  }
}

/** The language of sentences in refusals. */
function language(): string {
  return globalThis.document?.documentElement.lang ?? "vi";
}

/** The address of a route with its parameters in place. */
export function addressOf(template: string, ask: AnyAsk): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ask.params?.[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(ask.query ?? {})) {
    if (value !== undefined) {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
