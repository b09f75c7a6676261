/** Debts that are paid late: on the customer's card, and the lists beside the reports. */

export { AgreementsList } from "../components/agreements_list.tsx";
export { ArrearsOf } from "../components/arrears_of.tsx";
export { DueInterestList } from "../components/due_interest.tsx";
export { DunningOf } from "../components/dunning_of.tsx";
