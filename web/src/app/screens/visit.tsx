/** At the door: the notice is printed, and the customer chooses how to pay. */
import { Fragment, h } from "preact";
import { AddNote } from "../components/add_note.tsx";
import { Icon, type IconName } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { PrinterState } from "../components/printer_state.tsx";
import { Screen } from "../components/screen.tsx";
import { VisitNotice } from "../components/visit_notice.tsx";
import { dong } from "../money.ts";
import { useTranslate } from "../use_app.ts";
import { useCustomer } from "../use_customer.ts";

export function VisitScreen({ code }: { code: string }) {
  const t = useTranslate();
  const customer = useCustomer(code);
  const here = `customers/${code}`;
  return (
    <Screen title={t("visit_title")} back={here}>
      <PaidBanner customer={customer} />
      <section class="card">
        <h2 class="name">{customer.name}</h2>
        <span>{t("visit_owes")}</span>
        <strong class="big">{dong(Math.max(0, customer.debt))}</strong>
      </section>
      {customer.lastVisit && <VisitNotice visit={customer.lastVisit} title={t("visit_notice")} />}
      {customer.debt > 0 && customer.visit && (
        <>
          <PrinterState isPaying />
          <p class="lead">{t("visit_show")}</p>
          <div class="choices">
            <Choice to={`${here}/cash`} icon="cash" title={t("pay_cash")} more={t("pay_cash_more")} />
            <Choice to={`${here}/transfer`} icon="bank" title={t("pay_transfer")} more={t("pay_transfer_more")} />
            <Choice to={`${here}/promise`} icon="calendar" title={t("cannot_pay")} more={t("cannot_pay_more")} />
          </div>
        </>
      )}
      {customer.lastVisit && <AddNote customer={customer} visit={customer.lastVisit} />}
      {!(customer.debt > 0 && customer.visit) && (
        <Link to={`${here}/done`} class="main-button" way="instead">
          {t("see_result")}
        </Link>
      )}
    </Screen>
  );
}

function Choice({ to, icon, title, more }: { to: string; icon: IconName; title: string; more: string }) {
  return (
    <Link to={to} class="choice">
      <Icon name={icon} />
      <span>
        <b>{title}</b>
        <span class="where">{more}</span>
      </span>
      <Icon name="next" />
    </Link>
  );
}
