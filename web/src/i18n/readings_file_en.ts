/** Words about handing in a file of readings, in English. */
import type { readingsFileVi } from "./readings_file_vi.ts";

export const readingsFileEn: typeof readingsFileVi = {
  title: "Import a file of readings",
  intro:
    "CSV, Excel (XLSX, XLS), ODS or Parquet, 2 MB at most. Look at it first: that stores nothing. Once imported, readings wait for a bill.",
  file: "File of readings",
  keep_good: "Import the good lines; leave wrong ones out, with all lines of their customers",
  preview: "Preview",
  do_import: "Import",
  too_large: "The file has more than 2 MB: divide it, or let an operator import it from the command line.",
  unreadable: "The file cannot be read on this computer. Choose it again.",
  outcome_tried: "Preview: nothing is stored.",
  outcome_taken: "Imported.",
  outcome_repeated: "This file was imported before: nothing has changed.",
  outcome_refused: "Not imported: nothing is stored. Correct the lines below and choose the file again.",
  counts: "{lines} lines: {added} new periods, {unchanged} known, {held} held.",
  settled: "{n} estimates were settled.",
  columns: "Columns of the file",
  ignored: "not read",
  first_rows: "First lines",
  bad: "Wrong lines",
  rejected: "Lines left out",
  held: "Held readings",
  remarks: "Read otherwise than written",
  line: "Line {line}",
  more: "… and {n} lines more",
  reject_file: "Download the lines left out (CSV)",
  see_held: "See held readings",
};
