/** Pages that are opened now and then: accounts, the log, reports, the first day, what is handed over, a lost phone, help. */
export { FirstDayPage } from "./first_day.tsx";
export { HandoverPage } from "./handover.tsx";
export { HelpPage } from "./help.tsx";
export { LogPage } from "./log.tsx";
export { LostPhonePage } from "./lost_phone.tsx";
export { PeoplePage } from "./people.tsx";
export { ReportsPage } from "./reports.tsx";
