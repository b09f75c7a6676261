/** Words of the first day, in English. */
import type { firstDayVi } from "./first_day_vi.ts";

export const firstDayEn: Readonly<Record<keyof typeof firstDayVi, string>> = {
  intro:
    "Do a whole day of collecting with sample data, in about fifteen minutes: from making accounts to taking the money in. Each step is marked by itself once the system shows that it is done; there is nothing to tick off here.",
  alone:
    "You can do it alone: sign out and sign in with the account of the next step, and this page opens again. Or open a private window for each account.",
  other_units:
    "This system has other units. Import sample data only into a system for practice: bills that were released and receipts that have a number cannot be deleted.",
  progress: "{done} of {all} steps are done",
  next_own: "Your next step is {n}.",
  next_other: "The next step is {n}; it is done by: {who}.",
  next_unseen: "The steps that you can see are done. Others see how it goes on from step {n}: {who}.",
  all_done: "The day is done: bills were released, money was collected and handed in, and receipts equal the money.",
  state_done: "Done",
  state_todo: "To do",
  state_unseen: "Not to be seen",
  by: "Done by: {who}",
  by_collector: "Collector, on the phone",
  seen_by: "Your account cannot see whether this step is done. Who can, if they work for all units: {who}.",
  how: "What to do",
  files: "Sample files",
  download: "Download {file}",

  people: "Make accounts",
  people_how:
    "Make two accounts, because whoever begins bills and whoever releases them are two people.\nThe first account: billing clerk. The second one: supervisor and cashier. Units of both: type * (all units).\nEach account has a one-time code: note it down for the first sign-in. A password has at least 12 characters.",
  people_missing: "Still missing: {who}.",
  people_do: "Open Accounts",

  places: "Import unit, collector, routes",
  places_how:
    "Download three files and import them in this order. Each button opens the right kind of list: choose the file, “Preview”, then “Import”.",
  do_units: "1. Import units",
  do_collectors: "2. Import collectors",
  do_routes: "3. Import routes",

  customers: "Import customers and meters",
  customers_how: "Customers first, then meters. “Preview” says how many lines are new; nothing is stored by it.",
  customers_known: "{n} of {all} customers are there.",
  meters_missing: "Meters are still missing.",
  do_customers: "1. Import customers",
  do_meters: "2. Import meters",

  route: "Arrange a route",
  route_how:
    "Open the route {route} and let a customer come earlier: drag the ≡ button, or press ↑ ↓ on it. Look at the preview and press “Save”.\nThe collector's phone goes in the new order.",
  route_do: "Open route {route}",

  readings: "Import readings",
  readings_how:
    "Download the readings of {month}, preview and import them. Readings are no bills yet: they wait for a bill run. Doubtful ones are held in “Work held”.",
  do_readings: "Import readings",

  bills: "Make and release bills",
  bills_how:
    "Billing clerk: under “New run” choose the unit {unit} and press “Compute draft bills”.\nSupervisor: open the run, look at what it comes to, type the number of bills and the total, and release. Whoever began it cannot release it.",
  bills_drafts: "{n} drafts wait for a second person to release them.",
  bills_do: "Open Bill runs",
  bills_release: "Open the run to release it",

  phone: "Enrol a phone",
  phone_how:
    "Press “Draw a code”. On the phone open {app} and scan the QR code.\nWithout a phone: open that address in another window of this computer and type the code.",
  phone_do: "Draw a code for {name}",
  phone_open: "Open the collector's app",

  collect: "Collect money",
  collect_how:
    "On the phone: open a shift with its float, choose a customer of the route, print or show the notice, press “Cash”, type what the customer gives, and take it. Without a printer the receipt is shown on the screen.\nAt that moment the office's page “Today” shows the payment.",
  collect_do: "See Today",

  close: "Close the shift, take the money in",
  close_how:
    "On the phone: open “Shift”, press “Close the shift”, count each denomination. Some đồng short, for there is no note below 200: give the reason, press “Close, print the slip”, count again, then “Close all the same”.\nCashier: open the shift that waits to be handed in, count again and confirm. If the counts are the same, the shift is done.",
  close_do: "Open shifts that wait",
};
