/** Help, the fault report, and the set-up of a printer, in English. */
import type { helpVi } from "./help_vi.ts";

export const helpEn: Readonly<Record<keyof typeof helpVi, string>> = {
  wizard_start: "Try the printer",
  wizard_start_more: "This printer has not been tried. Two short test pages show its paper and what it can do.",
  wizard_again: "Try it again",
  wizard_asking: "Asking the printer…",
  wizard_printing: "Printing the test page…",
  wizard_width: "Look at the page: is the arrow “80 mm” whole at the right end of the line?",
  wizard_width_yes: "Yes: 80 mm paper",
  wizard_width_no: "No: 58 mm paper",
  wizard_look: "Look at the page and tick what is right:",
  wizard_letters: "1. Vietnamese letters are clear and right",
  wizard_code: "2. The QR code can be scanned",
  wizard_own: "3. Both lines of letters are equally long",
  wizard_gaps: "4. Both gaps are equal",
  wizard_save: "Save",
  wizard_letters_needed: "Without right Vietnamese letters this printer is of no use. Try another one.",
  help_title: "Help and fault report",
  help_signal: "No signal",
  help_signal_do:
    "The route, search, visits and appointments still work. Everything waits on the phone and is sent by itself. No cash is taken without signal.",
  help_cash: "Cash taken and no answer",
  help_cash_do:
    "Take no more money and give none back. The phone asks again; the payment is not recorded twice. On this phone shows what still waits.",
  help_printer: "The printer does not print",
  help_printer_do:
    "Check paper, cover and battery, then open Printer and connect it again. If it stays silent, press Check the printer. The receipt can be shown on the screen for the customer to scan.",
  help_update: "The app is slow or odd",
  help_update_do: "Close the app and open it again: the data stay on the phone. Install a new version in the settings.",
  fault_title: "Fault report",
  fault_more:
    "The report has versions, the state of the phone and recent errors. It has no names, phone numbers, addresses or amounts.",
  fault_make: "Make and send the report",
  fault_text: "Report",
};
