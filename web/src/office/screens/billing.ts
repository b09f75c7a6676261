/** Pages about bill runs and wrong bills. */
export { CorrectionForm } from "../components/correction_form.tsx";
export { BillRunPage } from "./bill_run.tsx";
export { BillRunsPage } from "./bill_runs.tsx";
