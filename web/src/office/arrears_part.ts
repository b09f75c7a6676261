/** What the office shows of debts that are paid late: in a file of its own, for pages of other parts. */
import { Part } from "../app/part.ts";

export const arrears = new Part(() => import("./screens/arrears.ts"));
