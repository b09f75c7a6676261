/** The part of the app for everything but customers: shift, print jobs, printer, outbox, settings. */
export { DayScreen } from "./day.tsx";
export { Help } from "./help.tsx";
export { OutboxScreen } from "./outbox.tsx";
export { PrintJobsScreen } from "./print_jobs.tsx";
export { PrinterScreen } from "./printer.tsx";
export { Settings } from "./settings.tsx";
export { Closing, ShiftScreen } from "./shift.tsx";
