/** What it means for a person that something which a button does has failed. */
import { ApiProblem, NoAnswer } from "../api/problem.ts";
import type { MessageKey } from "../i18n/vi.ts";
import { PaymentUnanswered } from "../storage/database.ts";
import { NotKept } from "../storage/not_kept.ts";

export interface Failure {
  readonly key: MessageKey;
  /** What the gateway says, for the person. */
  readonly detail: string;
  /** What is to be done besides, such as giving money back. */
  readonly besides: MessageKey | null;
}

export function failureOf(error: unknown, besides: MessageKey | null = null): Failure {
  if (error instanceof NotKept) {
    return { key: error.isFull ? "failure_full" : "failure_storage", detail: "", besides };
  }
  if (error instanceof PaymentUnanswered) {
    return { key: "failure_in_doubt", detail: "", besides };
  }
  if (error instanceof NoAnswer) {
    return { key: "no_answer", detail: "", besides: null };
  }
  if (error instanceof ApiProblem && error.detail !== "") {
    return { key: "done_refused", detail: error.detail, besides: null };
  }
  console.error("an action failed", error);
  return { key: "failure_other", detail: "", besides };
}
