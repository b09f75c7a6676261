/** Everything that the app keeps on the phone, in one place and with one version. */
import type {
  AppSettingsView,
  CollectionPoint,
  CollectorDetails,
  CustomerAccount,
  CustomerDetails,
  CutTasks,
  DeviceView,
  Job,
  Outcome,
  PrintJobCause,
  PrintJobState,
  RouteStop,
  Shift,
} from "../api/types.ts";

export const DATABASE = "thungan";
/** Raise it with every change of the stores, and convert the old ones in `onupgradeneeded`. */
export const VERSION = 1;

/** One value each, by name. */
export interface Facts {
  /** The device's token, as the gateway gave it. */
  token: string;
  device: DeviceView;
  /** The device's own key; the private half cannot be read out. */
  device_key: CryptoKeyPair;
  /** An enrolment whose answer has not come: the same id is used again. */
  enrolling: { readonly device_id: string; readonly code: string };
  /** Why the phone was locked; everything else is wiped then. */
  locked: { readonly at: string; readonly unsettled?: readonly UnsettledMoney[] };
  clock_offset: number;
  /** The business day for which what is older was thrown away. */
  day: string;
  collector: CollectorDetails;
  settings: AppSettingsView;
  points: readonly CollectionPoint[];
  shift: Shift | null;
  /** Position in the gateway's account updates. */
  feed: { readonly epoch: string; readonly seq: number };
  route: { readonly day: string; readonly read_at: string };
  /** What is to be done about cutting off, as it was last read. */
  cutTasks: CutTasks & { readonly read_at: string };
  /** In which order the route is walked, as `app/day_plan.ts` knows it. */
  order: string;
  /** Address of the printer that is used, as the printers module knows it. */
  printer: unknown;
}

/** Cash that was taken and whose end this phone does not know; without a name, it outlives the customers on the phone. */
export interface UnsettledMoney {
  readonly customer_code: string;
  readonly amount: number;
  readonly made_at: string;
}

/** What is known of a customer beyond the stop of the route. */
export interface CustomerFile {
  readonly customer_code: string;
  readonly details: CustomerDetails | null;
  readonly account: CustomerAccount | null;
  /** When both were read, by the gateway's clock. */
  readonly read_at: string;
  /** An update has come since: what is here is older than what is true. */
  readonly outdated: boolean;
}

export type CommandKind =
  | "visit"
  | "phone"
  | "payment"
  | "transfer"
  | "withdrawal"
  | "report"
  | "note"
  | "complaint"
  | "sms_language"
  | "shift_open"
  | "shift_close"
  | "hand_in"
  | "cut_report"
  | "warning_delivery"
  | "copy"
  | "print_again"
  | "printed";

export type CommandState = "waiting" | "sent" | "refused";

/** Something that changes something, kept from before it is sent until the day is over. */
export interface Command {
  /** Order of making on this phone. */
  readonly seq?: number;
  /** The id of what is made; the gateway knows a repetition by it. */
  readonly id: string;
  readonly kind: CommandKind;
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  /** Whether `id` goes along as Idempotency-Key. */
  readonly keyed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  /** Commands of one lane are sent one after the other even if one of them is stuck. */
  readonly lane: string;
  readonly customer_code: string | null;
  readonly customer_name: string;
  readonly made_at: string;
  /** What the phone's clock was taken to be behind when `body` was written. */
  readonly clock_offset: number;
  readonly state: CommandState;
  /** How often it was sent without an answer that settles it. */
  readonly tries: number;
  readonly settled_at?: string;
  readonly answer?: unknown;
  readonly problem?: {
    readonly slug: string;
    readonly status: number;
    readonly detail: string;
    readonly facts: Readonly<Record<string, unknown>>;
  };
  /** A person has seen that it was refused. */
  readonly seen?: boolean;
  /** Cash that the customer handed over, of which the rest is given back; only the phone knows it. */
  readonly given?: number;
}

/** The visit that a collector is in, or was in last, at a customer's door. */
export interface CurrentVisit {
  readonly customer_code: string;
  readonly visit_id: string;
  readonly day: string;
  readonly started_at: string;
  readonly outcome: Outcome;
  readonly appointment: string | null;
  /** Made with the visit, so that money which is taken twice by mistake is one payment. */
  readonly payment_id: string;
  /** Over: paid, cannot pay, or away. The next stay at this door is a new visit. */
  readonly over: boolean;
  /** The collector has taken it back; the next stay at this door is a new visit. */
  readonly withdrawn?: boolean;
}

/** A transfer that a customer was shown the code of. */
export interface Transfer {
  readonly transfer_id: string;
  readonly customer_code: string;
  readonly customer_name: string;
  readonly amount: number;
  /** What stands in the content of the transfer, and in no other. */
  readonly reference: string;
  readonly shown_at: string;
  readonly state: "waiting" | "recorded" | "given_up";
  readonly recorded_at: string | null;
  /** Payments that were recorded when the code was shown: none of them is this one. */
  readonly before?: readonly string[];
  /** The payment that was this transfer. */
  readonly payment_id?: string;
}

export type JobPhase =
  /** Stored and accepted, not yet confirmed by the gateway: must not be printed. */
  | "stored"
  | "ready"
  | "printing"
  /** There is a result; kept until the gateway has acknowledged it. */
  | "done";

/** A print job in the phone's storage. */
export interface KeptJob {
  readonly job_id: string;
  readonly attempt: number;
  readonly frame: Job;
  readonly phase: JobPhase;
  readonly state: PrintJobState | null;
  readonly cause: PrintJobCause | null;
  /** Made on the phone at this moment, while there was no signal: the gateway does not know it. */
  readonly local?: string;
}

/** The rows of each store, and by what they are found. */
export interface Stores {
  facts: { key: keyof Facts; value: { name: keyof Facts; value: unknown } };
  stops: { key: string; value: { customer_code: string; place: number; stop: RouteStop } };
  customers: { key: string; value: CustomerFile };
  commands: { key: number; value: Command };
  visits: { key: string; value: CurrentVisit };
  transfers: { key: string; value: Transfer };
  jobs: { key: string; value: KeptJob };
}

/** The field of a row that is its key; numbers in order for commands. */
export const KEYS: Readonly<Record<keyof Stores, string>> = {
  facts: "name",
  stops: "customer_code",
  customers: "customer_code",
  commands: "seq",
  visits: "customer_code",
  transfers: "transfer_id",
  jobs: "job_id",
};

export const STORES = Object.keys(KEYS) as (keyof Stores)[];
