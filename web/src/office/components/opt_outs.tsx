/** Which messages a customer's number does not get. */
import { Fragment, h } from "preact";
import { ApiProblem } from "../../api/problem.ts";
import type { OptOutChange } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { may } from "../session.ts";
import { useOffice, useRead, useStaff, useWords } from "../use_office.ts";
import { Loaded } from "./loaded.tsx";

export function OptOuts({ code }: { code: string }) {
  const t = useWords();
  const { api } = useOffice();
  const staff = useStaff();
  const params = { customer_code: code };
  const read = useRead(`opt-outs ${code}`, async () => {
    try {
      return { now: await api.call("GET /v1/customers/{customer_code}/opt-outs", { params }) };
    } catch (error) {
      if (error instanceof ApiProblem) {
        return { now: null }; // There is no number that could get any.
      }
      throw error;
    }
  });
  const change = async (body: OptOutChange): Promise<void> => {
    await api.call("POST /v1/customers/{customer_code}/opt-outs", { params, key: newId(), body });
    read.again();
  };
  return (
    <Loaded of={read} lines={1}>
      {({ now }) =>
        now === null ? (
          <p class="hint">{t("opt_out_no_number")}</p>
        ) : (
          <>
            <p>
              {now.wrong_number && t("opt_out_wrong_number")}
              {!now.wrong_number && now.everything && t("opt_out_all")}
              {!now.wrong_number && !now.everything && (now.kinds.length > 0 ? t("opt_out_some") : t("opt_out_none"))}
            </p>
            {may(staff, "POST /v1/customers/{customer_code}/opt-outs") && (
              <div class="buttons">
                {now.everything || now.wrong_number || now.kinds.length > 0 ? (
                  <DoButton class="small-button" act={() => change({ opted_out: false })}>
                    {t("opt_in")}
                  </DoButton>
                ) : (
                  <>
                    <DoButton class="small-button" act={() => change({ opted_out: true })}>
                      {t("opt_out")}
                    </DoButton>
                    <DoButton class="small-button" act={() => change({ opted_out: true, wrong_number: true })}>
                      {t("opt_out_wrong")}
                    </DoButton>
                  </>
                )}
              </div>
            )}
          </>
        )
      }
    </Loaded>
  );
}
