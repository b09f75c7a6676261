/** The same in English. */
import type { officeTodayVi } from "./office_today_vi.ts";

export const officeTodayEn: Readonly<Record<keyof typeof officeTodayVi, string>> = {
  day_live: "Live; last change at {time}",
  signs_title: "To look after",
  sign_connected: "Phones connected",
  sign_of_phones: "of {n} phones in use",
  sign_printers: "Printers that fail",
  sign_printers_more: "papers are held back",
  sign_unconfirmed: "Papers not confirmed",
  sign_unconfirmed_more: "ask the collector",
  sign_sms: "SMS still to leave today",
  sign_sms_late: "{n} are due now",
  sign_sms_unknown: "could not be read",
  chart_title: "Money in over the day",
  chart_none: "Nothing was collected on this day or the seven days before it.",
  chart_label: "{name}, until {time}: {amount} đồng. Average of the days before until then: {usual} đồng.",
  chart_usual: "Average of {n} days before",
  chart_band: "Lowest to highest of those days",
  chart_figures: "Show the figures",
  chart_until: "Until",
  route_print: "Print the list",
  paper_list: "{day}: {n} customers who owe. Money and signatures are written by hand.",
  paper_number: "No.",
  paper_meter: "Meter",
  paper_taken: "Taken",
  paper_signed: "Signature",
  paper_afterwards:
    "When electricity is back: enter each payment on the phone with the time at which it was taken, and hand this list in with the cash.",
  device_battery: "Battery",
  device_battery_level: "{n}%",
  device_battery_charging: "{n}%, charging",
};
