/** What the gateway refuses, and what gets no answer. */
import { NotKept } from "../storage/not_kept.ts";

const TYPE_PREFIX = "urn:thungan:problem:";

/** The gateway has understood a request and refused it: `detail` is for the person, `facts` for the program. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly slug: string;
  readonly status: number;
  readonly detail: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(slug: string, status: number, detail: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(`${slug}: ${detail}`);
    this.slug = slug;
    this.status = status;
    this.detail = detail;
    this.facts = facts;
  }
}

/** Nobody knows what became of a request: it is repeated, with the same id. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Whether a request was refused only because too many like it came. */
export function isTooOften(error: unknown): boolean {
  return error instanceof NoAnswer && error.message === `HTTP ${TOO_OFTEN}`;
}

const TOO_OFTEN = 429;

/** Answers that mean: not now, the same again later. */
const LATER = new Set([408, 425, TOO_OFTEN, 502, 503, 504]);

/** What a response other than 2xx means. Only the gateway's own words count: a hotspot's login page refuses nothing. */
export async function problemOf(response: Response): Promise<ApiProblem | NoAnswer> {
  if (LATER.has(response.status)) {
    return new NoAnswer(`HTTP ${response.status}`);
  }
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    return new NoAnswer(`HTTP ${response.status} from somebody else`);
  }
  let members: Record<string, unknown>;
  try {
    members = (await response.json()) as Record<string, unknown>;
  } catch {
    return new NoAnswer("the answer was cut off");
  }
  const facts = members["facts"];
  return new ApiProblem(
    String(members["type"] ?? "").replace(TYPE_PREFIX, "") || "problem",
    response.status,
    String(members["detail"] ?? "") || String(members["title"] ?? ""),
    typeof facts === "object" && facts !== null ? (facts as Record<string, unknown>) : {},
  );
}

/**
 * Without signal, or refused: what is on the phone stays as it is. Nor could something be kept: every screen shows that.
 * Anything else is thrown on.
 */
export function ignoreNoAnswer(error: unknown): void {
  if (!(error instanceof NoAnswer) && !(error instanceof ApiProblem) && !(error instanceof NotKept)) {
    throw error;
  }
}
