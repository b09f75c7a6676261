/** Pages that are not needed to open the office: each group in a file of its own, loaded when one of them is opened. */
import { Part } from "../app/part.ts";

export const billing = new Part(() => import("./screens/billing.ts"));
export const routes = new Part(() => import("./screens/routes_part.ts"));
export const keeping = new Part(() => import("./screens/keeping.ts"));
