/** The part of the app for everything but customers: shift, print jobs, printer, outbox, settings. */
import { laterVi } from "../../i18n/later_vi.ts";
import { speak } from "../../i18n/translate.ts";

export { DayScreen } from "./day.tsx";
export { Help } from "./help.tsx";
export { OutboxScreen } from "./outbox.tsx";
export { PrintJobsScreen } from "./print_jobs.tsx";
export { PrinterScreen } from "./printer.tsx";
export { Settings } from "./settings.tsx";
export { Closing, ShiftScreen } from "./shift.tsx";

speak(laterVi);
