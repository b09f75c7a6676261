/** What all parts of the app work with. */
import type { Api } from "../api/client.ts";
import type { Database } from "../storage/database.ts";
import type { Clock } from "./clock.ts";
import type { AppState } from "./state.ts";
import type { Store } from "./store.ts";

export interface Core {
  /** What the screens show. */
  readonly store: Store<AppState>;
  readonly clock: Clock;
  readonly api: Api;
  /** What the phone keeps. */
  readonly database: Database;
  /** Whether the phone is enrolled: once it is shut out, nothing is kept any more. */
  readonly isEnrolled: () => boolean;
}
