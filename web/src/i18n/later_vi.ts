/** The words of screens that are loaded behind the first one, in Vietnamese. */
import { handInVi } from "./hand_in_vi.ts";
import { helpVi } from "./help_vi.ts";
import { notesVi } from "./notes_vi.ts";

export const laterVi = { ...helpVi, ...notesVi, ...handInVi };
