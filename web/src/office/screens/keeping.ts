/** Pages that are opened now and then: accounts, the log, reports, a lost phone, help. */
export { HelpPage } from "./help.tsx";
export { LogPage } from "./log.tsx";
export { LostPhonePage } from "./lost_phone.tsx";
export { PeoplePage } from "./people.tsx";
export { ReportsPage } from "./reports.tsx";
