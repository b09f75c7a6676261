/** The part of the app for everything but the door: shift, print jobs, printer, outbox, settings; and complaints, which are few. */
import { laterVi } from "../../i18n/later_vi.ts";
import { speak } from "../../i18n/translate.ts";

export { ComplaintScreen } from "./complaint.tsx";
export { CutTasksScreen } from "./cut_tasks.tsx";
export { DayScreen } from "./day.tsx";
export { HandInScreen } from "./hand_in.tsx";
export { Help } from "./help.tsx";
export { OutboxScreen } from "./outbox.tsx";
export { PrintJobsScreen } from "./print_jobs.tsx";
export { PrinterScreen } from "./printer.tsx";
export { Settings } from "./settings.tsx";
export { Closing, ShiftScreen } from "./shift.tsx";

speak(laterVi);
