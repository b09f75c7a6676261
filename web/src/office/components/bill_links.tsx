/** What a bill puts right, and what followed on it: a wrong bill is never edited. */
import { Fragment, h } from "preact";
import type { Bill, BillCorrection, BillFollowUp } from "../../api/types.ts";
import { correctsText, disputedText, followedText } from "../../app/components/bill_followed.ts";
import { useOffice, useRead, useWords } from "../use_office.ts";
import { Link } from "./link.tsx";

export function BillLinks({ bill }: { bill: Bill }) {
  const t = useWords();
  const { corrects, corrected_by: followed = [] } = bill;
  const disputed = disputedText(bill, t);
  if (!corrects && !disputed && followed.length === 0) {
    return null;
  }
  return (
    <>
      {disputed && <p class="note">{disputed}</p>}
      {corrects && (
        <p class="note">
          {correctsText(bill, t)} <BillLinkTo code={bill.customer_code} number={corrects.bill_number} />
        </p>
      )}
      {followed.length > 0 && <Followed bill={bill} followed={followed} />}
    </>
  );
}

/** A link to a bill on its customer's card. */
export function BillLinkTo({ code, number }: { code: string; number: string }) {
  const t = useWords();
  return (
    <Link to={`customers/${encodeURIComponent(code)}?bill=${encodeURIComponent(number)}`}>
      {t("bill_see", { number })}
    </Link>
  );
}

function Followed({ bill, followed }: { bill: Bill; followed: readonly BillFollowUp[] }) {
  const t = useWords();
  const { api } = useOffice();
  const number = bill.bill_number;
  const read = useRead(
    `corrections ${number} ${followed.length}`,
    async () => (await api.call("GET /v1/bill-corrections", { query: { bill_number: number } })).corrections,
  );
  return (
    <>
      {followed.map((each) => (
        <p key={each.correction_id} class="note">
          {followedText(each, t)}{" "}
          {each.new_bill && <BillLinkTo code={bill.customer_code} number={each.new_bill.bill_number} />}
          <People correction={read.data?.find((one) => one.correction_id === each.correction_id)} />
        </p>
      ))}
    </>
  );
}

function People({ correction }: { correction: BillCorrection | undefined }) {
  const t = useWords();
  return correction ? (
    <span class="where">
      {t("bill_corrected_by", {
        reason: correction.reason,
        asked: correction.asked_by,
        approved: correction.approved_by,
      })}
    </span>
  ) : null;
}
