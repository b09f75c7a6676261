/** A help page for each page of the office, in English: paragraphs one below the other. */
import type { officeHelpVi } from "./office_help_vi.ts";

export const officeHelpEn: Readonly<Record<keyof typeof officeHelpVi, string>> = {
  help_intro: "Choose the page that you need help with.",
  help_keys:
    "Keys: / goes to the search for customers; Tab to the next item; ↑ ↓ between the rows of a table; Enter opens a row; Alt ← goes back.",
  help_today:
    "This page shows how the day goes, and brings itself up to date every few seconds.\nDue: customers on a route who owe, or have paid during the day. Visited: customers with a visit during the day.\nA unit opens its collectors; a collector or a route opens its customers.\nChoose another day at the top to look back; what is still owed is always that of the present.",
  help_customers:
    "Search as on the phone: without accents, with typos, in any order, or by the last digits of a phone number.\nThe card has the contract, bills with their lines and how they were computed, payments, visits, messages, complaints and printed papers.\nA customer who wants no messages: “Stop all messages”. A number of somebody else: “Not the customer's number”.\nA complaint about a reading: look at the photo, have the meter checked, then record what was found.\nA complaint about a bill: record it here; no SMS asks for money until it is answered, and the day for that is shown.\nA wrong bill: a billing clerk presses “Correct this bill”, changes readings, use or households, looks at the preview and asks; another person approves it at “Approvals”. The old bill is never changed: the difference, or the bill in its place, leads back to it.",
  help_shifts:
    "A shift goes through four steps: open, to be handed in, (different), settled.\nClose for the collector: where a collector cannot close the shift, count the cash together and close it here.\nHand-in: open a shift “to be handed in” and count each denomination. Give a reason where the count is another one.\nA difference above the limit waits for the supervisor: charged to the collector, or borne by the utility.\nWho counts again has to be another person than who declared.",
  help_transfers:
    "Record money that has arrived on the account.\nFind the customer, compare the amount with the statement, enter the bank's transaction id and what the payer wrote.\nThe phone that showed the code then shows that the money is there, and prints the receipt.\nPressed twice it is recorded once; one transaction id cannot be recorded twice.",
  help_payments:
    "A payment is never deleted: taking it back is an act on record, with its reason and the person.\nThe bills are open again, the receipt is void, and a void slip is printed.\nAn amount above the unit's limit needs a second person, who approves it on the page “Approvals”.\n“Mistakes” lists the payments that collectors have reported themselves.",
  help_approvals:
    "What is above what one person does waits here: one person asks, another one approves or refuses.\nBefore you approve: open the payment, compare it with the bank's statement, or ask the collector and the customer. Always give a reason.\nA correction of a bill: compare the readings that are asked for with the photo of the meter, and open the old bill. If it comes to another amount than was asked for, nothing is done.\nWhat is approved is done at once; both persons are named.\nWhoever asked cannot approve, but can withdraw the request.\n“Outcome not known”: the person who approved presses “Try again”; nothing is taken back twice.\nThe address of a request can be sent to the person who is to approve it.",
  help_devices:
    "Add a phone: choose the collector, draw a code, let the phone scan it. A code works once, for minutes.\n“Last contact” is when the phone was last connected. A printer in red has a fault.\nA lost phone: open the device, press “Lost phone” and follow the four steps.",
  help_held:
    "What no machine decides.\nRequests that wait for approval, complaints about readings, payments reported as mistakes, cash from phones of collectors who have left, papers of which nobody knows whether they came out.\nEach with its owner and how long it has waited. More than two days are shown in red.\nHeld readings: read the reason, look at the photo of the meter or ask the reader. Right: let it be billed; wrong: correct it; not clear: have it read again. Always give a reason.",
  help_bill_runs:
    "A bill run has three steps: drafts are computed, looked at and compared, and released by another person.\nNew run: choose unit and month, press “Compute draft bills”. The page shows how far it is, how fast and how long it will take; it goes on when the page is closed.\nBefore the release: look at the difference from the month before and at the largest changes, open doubtful customers, look at what cannot be billed and at held readings.\nRelease: a supervisor or an accountant, somebody else than who asked, types the number of bills and the total. One đồng too many is refused.\nIf something is wrong, discard the run, put readings or contracts right and compute again. Released bills are put right by an adjustment or a replacement alone.",
  help_reports:
    "Collected: added up by day or by unit, for each method; payments that were reversed are left out, whenever that was. At most 93 days at once.\nAge of debts: open bills by how many days they are overdue today.\nDownload XLSX or CSV for a spreadsheet; no cell is read as a formula.\nWho works for some units only has these in the reports.",
  help_people:
    "The administrator makes an account for each person, with roles and units; everybody sees what the work needs and no more.\nGive the one-time code to the person, who presses “First sign-in” and chooses a password.\nPassword forgotten, or the phone with the authenticator lost: give a new one-time code.\nSomebody has left: close the account, all sessions end at once.",
  help_log:
    "All that people of the office did: who, what, to what, when, from where, and what came of it. What was refused, too.\nFilter by login name, kind, day, or the code of a customer to see who looked at it and changed it.\n“Details” has what was asked for, and how it was before and after.\nThe CSV file opens in a spreadsheet: the latest 20,000 lines of the filter. Looking at the log and downloading it are kept as well.\nWhoever works for some units sees what people of these units did.",
  help_account:
    "Another password: all your other sessions end.\nSecond factor: install an authenticator on your phone, scan the QR code, type the 6 digits. From then on each sign-in needs such a code.",
};
