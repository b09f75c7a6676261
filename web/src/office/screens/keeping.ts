/** Pages that are opened now and then: accounts, the log, reports, what is handed over, a lost phone, help. */
export { HandoverPage } from "./handover.tsx";
export { HelpPage } from "./help.tsx";
export { LogPage } from "./log.tsx";
export { LostPhonePage } from "./lost_phone.tsx";
export { PeoplePage } from "./people.tsx";
export { ReportsPage } from "./reports.tsx";
