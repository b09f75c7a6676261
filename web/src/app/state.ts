/** What the screens show, in one value. */
import type {
  AppSettingsView,
  CollectionPoint,
  CollectorDetails,
  Counting,
  DeviceView,
  PaymentMethod,
  PrintJobCause,
  PrintJobView,
  RouteStop,
  Shift,
} from "../api/types.ts";
import type { Language } from "../i18n/language.ts";
import type { Update } from "../service_worker.ts";
import type { NotKept } from "../storage/not_kept.ts";
import type {
  Command,
  CurrentVisit,
  CustomerFile,
  Facts,
  KeptJob,
  Transfer,
  UnsettledMoney,
} from "../storage/schema.ts";
import type { RouteOrder } from "./day_plan.ts";
import type { Failure } from "./failure.ts";

/** What the app is doing as a whole. */
export type Phase =
  | "starting"
  /** The page was not opened over HTTPS, or storage is not available. */
  | "impossible"
  | "enrol"
  /** The phone was revoked; everything was wiped. */
  | "locked"
  /** Another tab of this phone is the one in use. */
  | "elsewhere"
  | "ready";

/** Where and when a bill was paid that somebody here was looking at. */
export interface PaidNote {
  readonly where: string;
  readonly amount: number;
  readonly at: string;
  readonly method: PaymentMethod;
  /** The payment was reversed, for this reason: nothing was paid with it. */
  readonly reversed?: string;
  /** Of a reversed payment: cash that this collector gives back, and whether the office asks for the receipt on paper. */
  readonly toGiveBack?: number;
  readonly paperMissing?: boolean;
}

export interface PrinterStatus {
  /** Of the printer that is used, or was the last time. */
  readonly name: string | null;
  /** Chosen since the app was opened: a Bluetooth printer has to be chosen each time. */
  readonly chosen: boolean;
  readonly connected: boolean;
  /** A person has found its test page right. */
  readonly confirmed: boolean;
  /** What kept it from printing when it was last asked; null where nothing did, or nobody has asked. */
  readonly cause: PrintJobCause | null;
  /** What this browser can reach. */
  readonly bluetooth: boolean;
  readonly serial: boolean;
  readonly builtIn: boolean;
}

export interface AppState {
  readonly phase: Phase;
  readonly language: Language;
  readonly problem: string | null;
  /** What somebody pressed last has failed, and was not read yet. */
  readonly failure: Failure | null;
  /** Something could not be kept, and has not been kept since. */
  readonly unkept: NotKept | null;
  /** Money that this phone did not know the end of when it was shut out. */
  readonly unsettled: readonly UnsettledMoney[];
  readonly device: DeviceView | null;
  readonly collector: CollectorDetails | null;
  readonly settings: AppSettingsView | null;
  readonly points: readonly CollectionPoint[];
  /** The stream is open: the phone receives what happens elsewhere. */
  readonly online: boolean;
  /** There is no signal, and that for longer than a moment. */
  readonly offline: boolean;
  /** The business day that is shown. */
  readonly day: string;
  readonly clockWrong: boolean;
  readonly route: Facts["route"] | null;
  /** Why the gateway gives no route, as it explains it. */
  readonly routeProblem: string | null;
  readonly stops: readonly RouteStop[];
  /** In which order the stops are shown and walked. */
  readonly order: RouteOrder;
  /** How many customers of the route are on the phone for when there is no signal. */
  readonly downloaded: number;
  readonly files: Readonly<Record<string, CustomerFile>>;
  readonly paid: Readonly<Record<string, PaidNote>>;
  /** Another phone that counts a customer's money, as of the last time that this one said it does. */
  readonly counted: Readonly<Record<string, Counting | null>>;
  readonly shift: Shift | null;
  readonly shiftKnown: boolean;
  readonly closedShift: Shift | null;
  readonly commands: readonly Command[];
  readonly visits: Readonly<Record<string, CurrentVisit>>;
  readonly transfers: readonly Transfer[];
  /** What is to be done about cutting off; null where it was never read. */
  readonly cutTasks: Facts["cutTasks"] | null;
  /** As the gateway lists them. */
  readonly printJobs: readonly PrintJobView[];
  /** As they lie on this phone. */
  readonly keptJobs: readonly KeptJob[];
  readonly held: PrintJobCause | null;
  readonly printing: string | null;
  readonly printer: PrinterStatus;
  readonly update: Update | null;
  /** Whether the browser has promised not to throw away what is stored. */
  readonly persisted: boolean | null;
}

export const NO_PRINTER: PrinterStatus = {
  name: null,
  chosen: false,
  connected: false,
  confirmed: false,
  cause: null,
  bluetooth: false,
  serial: false,
  builtIn: false,
};

export function initialState(language: Language): AppState {
  return {
    phase: "starting",
    language,
    problem: null,
    failure: null,
    unkept: null,
    unsettled: [],
    device: null,
    collector: null,
    settings: null,
    points: [],
    online: false,
    offline: false,
    day: "",
    clockWrong: false,
    route: null,
    routeProblem: null,
    stops: [],
    order: "route",
    downloaded: 0,
    files: {},
    paid: {},
    counted: {},
    shift: null,
    shiftKnown: false,
    closedShift: null,
    commands: [],
    visits: {},
    transfers: [],
    cutTasks: null,
    printJobs: [],
    keptJobs: [],
    held: null,
    printing: null,
    printer: NO_PRINTER,
    update: null,
    persisted: null,
  };
}
