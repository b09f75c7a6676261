/** Pages about bill runs, files of readings, wrong bills, and cutting off. */
export { CorrectionForm } from "../components/correction_form.tsx";
export { BillRunPage } from "./bill_run.tsx";
export { BillRunsPage } from "./bill_runs.tsx";
export { CutListPage, CutOffsPage } from "./cut_offs.tsx";
export { ListFilePage } from "./list_file.tsx";
export { ReadingsFilePage } from "./readings_file.tsx";
