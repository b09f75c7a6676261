/** What keeps receipts from coming out, before anybody needs one. Pure. */
import type { PrintJobCause } from "../api/types.ts";
import type { PrinterStatus } from "./state.ts";

export type PrinterProblem = PrintJobCause | "unsupported";

/** Null where nothing is known to be in the way. */
export function printerProblem(printer: PrinterStatus, held: PrintJobCause | null): PrinterProblem | null {
  if (!printer.bluetooth && !printer.serial && !printer.builtIn) {
    return "unsupported";
  }
  return printer.chosen ? (held ?? printer.cause) : "no_printer";
}
