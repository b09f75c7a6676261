/** A wrong bill on its customer's card: what waits for approval, or the form in which a correction is asked for. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { ApprovalView, Bill } from "../../api/types.ts";
import { dong } from "../../app/money.ts";
import { isCorrectable } from "../bill_correction.ts";
import { billing } from "../parts.ts";
import { may } from "../session.ts";
import { useStaff, useWords } from "../use_office.ts";
import { InPart } from "./in_part.tsx";
import { Link } from "./link.tsx";

interface CorrectBillProps {
  readonly bill: Bill;
  /** What waits for another person already. */
  readonly waiting: ApprovalView | undefined;
  readonly asked: () => void;
}

export function CorrectBill({ bill, waiting, asked }: CorrectBillProps) {
  const t = useWords();
  const staff = useStaff();
  const [isOpen, setOpen] = useState(false);
  if (waiting) {
    return (
      <p class="note">
        {t("correction_waits", { amount: signed(waiting.amount) })}{" "}
        <Link to={`approvals/${waiting.approval_id}`}>{t("approval_see")}</Link>
      </p>
    );
  }
  if (!(isCorrectable(bill) && may(staff, "POST /v1/bills/{bill_number}/corrections"))) {
    return null;
  }
  return isOpen ? (
    <InPart part={billing}>
      {({ CorrectionForm }) => (
        <CorrectionForm
          bill={bill}
          close={() => setOpen(false)}
          asked={() => {
            setOpen(false);
            asked();
          }}
        />
      )}
    </InPart>
  ) : (
    <button type="button" class="small-button" onClick={() => setOpen(true)}>
      {t(bill.charge ? "charge_take_back" : "correction_begin")}
    </button>
  );
}

function signed(amount: number): string {
  return amount > 0 ? `+${dong(amount)}` : dong(amount);
}
