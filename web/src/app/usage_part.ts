/** The part of the app for what a customer has used: read when somebody asks why a bill is higher. */
import { Part } from "./part.ts";

export const usage = new Part(() => import("./components/usage.tsx"));
