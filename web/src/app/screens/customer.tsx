/** One customer: what both check before anything is printed. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Bill, Payment, Visit } from "../../api/types.ts";
import { billName } from "../bill_name.ts";
import { writtenMoment } from "../clock.ts";
import { visit } from "../commands.ts";
import { BillDetails } from "../components/bill_details.tsx";
import { DoButton } from "../components/busy.tsx";
import { ComplaintState } from "../components/complaint_state.tsx";
import { CopyOrder } from "../components/copy_order.tsx";
import { Icon } from "../components/icons.tsx";
import { Link } from "../components/link.tsx";
import { MapLink } from "../components/map_link.tsx";
import { ReportMistake } from "../components/mistakes.tsx";
import { PaidBanner } from "../components/paid_banner.tsx";
import { PhoneCorrection } from "../components/phone_correction.tsx";
import { PrinterState } from "../components/printer_state.tsx";
import { Screen } from "../components/screen.tsx";
import { SmsLanguageChoice } from "../components/sms_language.tsx";
import { dong } from "../money.ts";
import { isMobile } from "../phones.ts";
import { groupName } from "../price_groups.ts";
import { go } from "../router.ts";
import { usage } from "../usage_part.ts";
import { useApp, useTranslate } from "../use_app.ts";
import { type CustomerView, useCustomer } from "../use_customer.ts";
import { useExternal } from "../use_external.ts";
import { wardOf } from "../wards.ts";

export function Customer({ code }: { code: string }) {
  const t = useTranslate();
  const customer = useCustomer(code);
  const { details, account, debt } = customer;
  if (customer.unknown && !details) {
    return (
      <Screen title={t("customer")} back="">
        <p class="empty">{t("customer_unknown")}</p>
      </Screen>
    );
  }
  const oldest = [...customer.openBills];
  const newest = oldest.at(-1);
  return (
    <Screen title={t("customer")} back="" actions={<Actions customer={customer} />}>
      <PaidBanner customer={customer} />
      {customer.debt > 0 && <PrinterState />}
      <Facts customer={customer} />
      <section class="card due">
        <span>{t(debt > 0 ? "total_due" : "nothing_due")}</span>
        <strong>{dong(Math.max(0, debt))}</strong>
        {account && account.account.credit > 0 && (
          <span class="hint">{t("credit", { amount: dong(account.account.credit) })}</span>
        )}
      </section>
      {!account && !customer.reading && <p class="note">{t("customer_not_here")}</p>}
      {[...customer.openBills].reverse().map((bill) => (
        <BillCard key={bill.bill_id} bill={bill} isOld={bill !== newest} />
      ))}
      {account && <WhatWasUsed code={code} version={account.account.version} />}
      {details && <Visits visits={details.visits} />}
      {account && <Payments customer={customer} payments={account.payments} />}
      {customer.readAt !== null && <p class="hint">{t("customer_as_of", { time: writtenMoment(customer.readAt) })}</p>}
    </Screen>
  );
}

function Facts({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const { details, stop } = customer;
  const facts = details?.facts;
  const { address, ward, address_old: addressOld } = facts ?? stop?.customer ?? {};
  const meter = facts?.meter?.meter_number ?? stop?.customer.meter_number;
  const appointment = details?.appointment ?? stop?.customer.appointment;
  const step = details?.step ?? stop?.customer.step;
  return (
    <section class="card facts">
      <h2 class="name">{customer.name}</h2>
      <p class="code">
        <span class="label">{t("customer_code")}</span> <strong>{customer.code}</strong>
      </p>
      <p>
        <span class="label">{t("address")}</span> {address}
      </p>
      {ward && !wardOf(address ?? "") && (
        <p>
          <span class="label">{t("ward")}</span> {ward}
        </p>
      )}
      {addressOld && (
        <p>
          <span class="label">{t("address_old")}</span> {addressOld}
        </p>
      )}
      {address && <MapLink address={address} />}
      <PhoneCorrection customer={customer} />
      {isMobile(customer.phone) && details && <SmsLanguageChoice customer={customer} />}
      {meter && (
        <p>
          <span class="label">{t("meter")}</span> {meter}
        </p>
      )}
      {facts && (
        <p>
          <span class="label">{t("price_group")}</span> {groupName(facts.price_group, t)}
          {facts.households && facts.households !== "1" && facts.households !== "0"
            ? ` · ${t("households", { n: facts.households })}`
            : ""}
          {facts.tax_code ? ` · ${t("tax_code")} ${facts.tax_code}` : ""}
        </p>
      )}
      {step === "collection_point" && <p class="mark wait">{t("step_collection_point")}</p>}
      {appointment && step !== "collection_point" && (
        <p class="mark info">{t("appointment_on", { moment: writtenMoment(appointment) })}</p>
      )}
    </section>
  );
}

function useUsage() {
  const part = useExternal(usage.listen, () => usage.loaded);
  useEffect(() => void usage.load(), []);
  return part;
}

function WhatWasUsed({ code, version }: { code: string; version: number }) {
  const part = useUsage();
  return part && <part.UsageCard code={code} version={version} />;
}

function Followed({ bill }: { bill: Bill }) {
  const part = useUsage();
  return part && <part.BillFollowed bill={bill} />;
}

function BillCard({ bill, isOld }: { bill: Bill; isOld: boolean }) {
  const t = useTranslate();
  return (
    <section class="card bill">
      <h3>
        {billName(bill, t)}
        {isOld && <span class="mark bad">{t("bill_old")}</span>}
      </h3>
      <Followed bill={bill} />
      <BillDetails bill={bill} />
      <ComplaintState code={bill.customer_code} billNumber={bill.bill_number} />
      <Link to={`customers/${bill.customer_code}/complaint`} class="small-button">
        {t("complaint")}
      </Link>
    </section>
  );
}

function Visits({ visits }: { visits: readonly Visit[] }) {
  const t = useTranslate();
  return (
    <section class="card">
      <h3>{t("visits_before")}</h3>
      {visits.length === 0 && <p class="hint">{t("visits_none")}</p>}
      <ul class="plain">
        {visits.slice(0, 6).map((one) => (
          <li key={`${one.visit_id}${one.outcome}`}>
            {writtenMoment(one.visited_at)} · {t(`outcome_${one.outcome}`)}
            {one.withdrawn_at ? ` · ${t("visit_withdrawn")}` : ""}
            {one.appointment ? ` · ${t("appointment_on", { moment: writtenMoment(one.appointment) })}` : ""}
            {[one.note, ...(one.later_notes ?? [])].filter(Boolean).map((note) => (
              <span key={note} class="where">
                {note}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Payments({ customer, payments }: { customer: CustomerView; payments: readonly Payment[] }) {
  const t = useTranslate();
  if (payments.length === 0) {
    return null;
  }
  return (
    <section class="card">
      <h3>{t("payments_before")}</h3>
      <ul class="plain">
        {payments.slice(0, 5).map((one) => (
          <li key={one.payment_id}>
            {writtenMoment(one.received_at)} · {t(`payment_${one.method}`)} · <strong>{dong(one.amount)}</strong>
            {one.reversed_at ? ` · ${t("payment_reversed")}` : ""}
            {one.receipt_number ? <span class="where">{`${t("document_receipt")} ${one.receipt_number}`}</span> : null}
            {one.receipt_id && !one.reversed_at ? (
              <CopyOrder receiptId={one.receipt_id} isPrinted={one.method === "cash"} />
            ) : null}
            <ReportMistake customer={customer} payment={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Actions({ customer }: { customer: CustomerView }) {
  const t = useTranslate();
  const app = useApp();
  const [away, setAway] = useState(false);
  const whom = { customer_code: customer.code, name: customer.name };
  const here = `customers/${customer.code}`;
  if (customer.debt <= 0) {
    return customer.lastVisit ? (
      <button type="button" class="main-button" onClick={() => go(`${here}/done`)}>
        {t("see_result")}
        <Icon name="next" />
      </button>
    ) : null;
  }
  if (customer.visit) {
    return (
      <button type="button" class="main-button" onClick={() => go(`${here}/visit`)}>
        {t("go_on")}
        <Icon name="next" />
      </button>
    );
  }
  if (away) {
    return (
      <div class="confirm">
        <p>
          {t("away_explain")} {t(isMobile(customer.phone) ? "away_sms" : "away_no_sms")}
        </p>
        <div class="pair">
          <button type="button" class="plain-button" onClick={() => setAway(false)}>
            {t("cancel")}
          </button>
          <DoButton
            act={async () => {
              await visit(app, whom, "away");
              go(`${here}/done`);
            }}
          >
            {t("away_do")}
          </DoButton>
        </div>
      </div>
    );
  }
  return (
    <div class="pair">
      <button type="button" class="plain-button" onClick={() => setAway(true)}>
        <Icon name="door" />
        {t("away")}
      </button>
      <DoButton
        act={async () => {
          await visit(app, whom, "met");
          go(`${here}/visit`);
        }}
      >
        <Icon name="person" />
        {t("met")}
      </DoButton>
    </div>
  );
}
