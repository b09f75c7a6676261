/** What has become of the complaints about this customer's readings that were made on this phone. */
import { Fragment, h } from "preact";
import { timeOf } from "../clock.ts";
import { useAppState, useTranslate } from "../use_app.ts";

export function ComplaintState({ code, billNumber }: { code: string; billNumber: string }) {
  const t = useTranslate();
  const { commands } = useAppState();
  const made = commands.filter(
    (one) => one.kind === "complaint" && one.customer_code === code && one.body["bill_number"] === billNumber,
  );
  return (
    <>
      {made.map((one) => (
        <p key={one.id} class={one.state === "refused" ? "note bad" : "note"} role="status">
          {one.state === "waiting" && t("complaint_waiting")}
          {one.state === "sent" && t("complaint_sent", { time: timeOf(one.settled_at ?? one.made_at) })}
          {one.state === "refused" && t("complaint_refused", { detail: one.problem?.detail ?? "" })}
        </p>
      ))}
    </>
  );
}
