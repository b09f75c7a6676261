/** The part of the app for one customer: what is shown and done at the door, but for complaints. */
import { laterVi } from "../../i18n/later_vi.ts";
import { speak } from "../../i18n/translate.ts";

export { Cash } from "./cash.tsx";
export { Customer } from "./customer.tsx";
export { Done } from "./done.tsx";
export { UnlessInDoubt } from "./in_doubt.tsx";
export { PromiseScreen } from "./promise.tsx";
export { TransferScreen } from "./transfer.tsx";
export { VisitScreen } from "./visit.tsx";

speak(laterVi);
