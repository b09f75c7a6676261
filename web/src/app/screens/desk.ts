/** The part of the app for everything but customers: shift, papers, printer, outbox, settings. */
export { OutboxScreen } from "./outbox.tsx";
export { Papers } from "./papers.tsx";
export { PrinterScreen } from "./printer.tsx";
export { Settings } from "./settings.tsx";
export { Closing, ShiftScreen } from "./shift.tsx";
