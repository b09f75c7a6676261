/** Money that nobody knows the end of locks its customer: it is sent again under its id, or looked for; nothing else is done. */
import { type ComponentChildren, Fragment, h } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Command } from "../../storage/schema.ts";
import { timeOf, writtenMoment } from "../clock.ts";
import { DoButton } from "../components/busy.tsx";
import { Change } from "../components/change.tsx";
import { Link } from "../components/link.tsx";
import { Screen } from "../components/screen.tsx";
import { dong } from "../money.ts";
import { moneyInDoubt } from "../procedure.ts";
import { go } from "../router.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";

interface UnlessInDoubtProps {
  code: string;
  part: string | undefined;
  children: ComponentChildren;
}

/** A customer's screen, whichever it is; while money is in doubt, that in its place; and afterwards what came of it. */
export function UnlessInDoubt({ code, part, children }: UnlessInDoubtProps) {
  const { commands } = useAppState();
  const awaited = useRef<string | null>(null);
  const payment = moneyInDoubt(commands, code);
  if (payment?.state === "waiting") {
    awaited.current = payment.id;
  } else if (part === "done") {
    awaited.current = null;
  }
  const recorded = commands.find((one) => one.id === awaited.current && one.kind === "payment" && one.state === "sent");
  const isRecorded = recorded !== undefined && payment === null;
  useEffect(() => {
    if (isRecorded) {
      go(`customers/${code}/done`, "instead");
    }
  }, [isRecorded, code]);
  if (payment?.state === "refused") {
    return <Refused payment={payment} />;
  }
  const shown = payment ?? recorded;
  return shown ? <Recording payment={shown} /> : children;
}

/** Between pressing the button and the answer: nobody must take the money twice, or give it back. */
function Recording({ payment }: { payment: Command }) {
  const t = useTranslate();
  const app = useApp();
  const { offline } = useAppState();
  const [missingAt, setMissingAt] = useState<string | null>(null);
  const isLate = payment.state === "waiting" && (payment.tries > 0 || offline);
  const look = async (): Promise<void> => {
    const { account } = await app.customers.read(payment.customer_code ?? "");
    const isThere = account?.payments.some((one) => one.payment_id === payment.id);
    setMissingAt(isThere ? null : app.clock.stamp());
    if (isThere) {
      app.syncNow(); // Under the same id: the answer is that of the first time.
    }
  };
  return (
    <Screen title={t("cash_title")} back="" actions={isLate && <Again />}>
      <section class="card due" role="status">
        <span>{t("cash_recording")}</span>
        <strong>{dong(Number(payment.body["amount"]))}</strong>
        <span class="hint">
          {payment.customer_name} · {payment.customer_code} · {writtenMoment(payment.made_at)}
        </span>
      </section>
      {isLate && (
        <p class="note bad" role="alert">
          {t("cash_unknown")}
        </p>
      )}
      <Change payment={payment} />
      {isLate && (
        <>
          {missingAt !== null && <p class="note">{t("cash_not_there", { time: timeOf(missingAt) })}</p>}
          <DoButton class="plain-button" act={look}>
            {t("cash_look")}
          </DoButton>
        </>
      )}
    </Screen>
  );
}

function Again() {
  const t = useTranslate();
  const app = useApp();
  return (
    <div class="pair">
      <Link to="" class="plain-button" way="main">
        {t("to_today")}
      </Link>
      <button type="button" class="main-button" onClick={() => app.syncNow()}>
        {t("cash_again")}
      </button>
    </div>
  );
}

function Refused({ payment }: { payment: Command }) {
  const t = useTranslate();
  const app = useApp();
  return (
    <Screen
      title={t("cash_title")}
      back=""
      actions={<DoButton act={() => app.outbox.markSeen(payment)}>{t("cash_given_back")}</DoButton>}
    >
      <section class="banner bad" role="alert">
        <div>
          <strong>{t("cash_refused")}</strong>
          <p>{payment.problem?.detail}</p>
          <p>{t("cash_give_back")}</p>
        </div>
      </section>
      <section class="card due">
        <strong>{dong(payment.given ?? Number(payment.body["amount"]))}</strong>
        <span class="hint">
          {payment.customer_name} · {payment.customer_code}
        </span>
      </section>
    </Screen>
  );
}
