/** What waits on this phone, what was refused, and what has been sent. */
import { h } from "preact";
import type { Translate } from "../../i18n/translate.ts";
import type { Command } from "../../storage/schema.ts";
import { timeOf, writtenMoment } from "../clock.ts";
import { DoButton } from "../components/busy.tsx";
import { Link } from "../components/link.tsx";
import { Screen } from "../components/screen.tsx";
import { dong } from "../money.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";

export function OutboxScreen() {
  const t = useTranslate();
  const app = useApp();
  const { commands, transfers } = useAppState();
  const waiting = commands.filter((one) => one.state === "waiting");
  const refused = commands.filter((one) => one.state === "refused" && !one.seen).reverse();
  const sent = commands.filter((one) => one.state === "sent").reverse();
  const awaited = transfers.filter((one) => one.state === "waiting");
  return (
    <Screen title={t("outbox_title")} back="">
      <section>
        <h2>
          {t("outbox_waiting")} ({waiting.length})
        </h2>
        {waiting.length === 0 && <p class="empty">{t("outbox_none")}</p>}
        <ul class="print-jobs">
          {waiting.map((one) => (
            <Row key={one.seq} command={one} />
          ))}
        </ul>
        {waiting.length > 0 && (
          <button type="button" class="main-button" onClick={() => app.syncNow()}>
            {t("send_now")}
          </button>
        )}
      </section>
      {refused.length > 0 && (
        <section>
          <h2>{t("outbox_refused")}</h2>
          <ul class="print-jobs">
            {refused.map((one) => (
              <Row key={one.seq} command={one} />
            ))}
          </ul>
        </section>
      )}
      {awaited.length > 0 && (
        <section>
          <h2>{t("transfers_waiting")}</h2>
          <ul class="print-jobs">
            {awaited.map((one) => (
              <li key={one.transfer_id} class="card">
                <Link to={`customers/${one.customer_code}/transfer`} class="row">
                  <span class="whom">
                    <span class="name">{one.customer_name}</span>
                    <span class="where">{one.reference}</span>
                  </span>
                  <strong>{dong(one.amount)}</strong>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {sent.length > 0 && (
        <section>
          <h2>
            {t("outbox_sent")} ({sent.length})
          </h2>
          <ul class="print-jobs">
            {sent.map((one) => (
              <Row key={one.seq} command={one} />
            ))}
          </ul>
        </section>
      )}
    </Screen>
  );
}

function Row({ command }: { command: Command }) {
  const t = useTranslate();
  const app = useApp();
  return (
    <li class="card">
      <div class="row">
        <span class="whom">
          <span class="name">{nameOf(command, t)}</span>
          {command.customer_name !== "" && <span class="where">{command.customer_name}</span>}
        </span>
        <span class="state">
          {command.state === "sent" ? timeOf(command.settled_at ?? command.made_at) : writtenMoment(command.made_at)}
          {command.state === "waiting" && command.tries > 0 && (
            <span class="where">{t("outbox_tries", { n: command.tries })}</span>
          )}
        </span>
      </div>
      {command.state === "refused" && <p class="bad-text">{command.problem?.detail}</p>}
      {command.state === "refused" && command.kind !== "payment" && (
        <DoButton class="plain-button" act={() => app.outbox.markSeen(command)}>
          {t("understood")}
        </DoButton>
      )}
      {/* Money is settled with its customer: given back, or sent again. */}
      {command.state !== "sent" && command.kind === "payment" && (
        <Link to={`customers/${command.customer_code}`} class="plain-button">
          {t("back_to_customer")}
        </Link>
      )}
    </li>
  );
}

function nameOf(command: Command, t: Translate): string {
  switch (command.kind) {
    case "visit":
      return t("command_visit", { outcome: t(`outcome_${command.body["outcome"] as "met"}`) });
    case "payment":
      return t("command_payment", { amount: dong(Number(command.body["amount"])) });
    default:
      return t(`command_${command.kind}`);
  }
}
