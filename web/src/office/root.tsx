/** Which page is shown, to whom. */
import { Fragment, h } from "preact";
import { DoButton } from "../app/components/busy.tsx";
import { FailureMessage } from "../app/components/failure_message.tsx";
import { Message } from "../app/components/screen_message.tsx";
import { Frame } from "./components/frame.tsx";
import { InPart } from "./components/in_part.tsx";
import { Page } from "./components/page.tsx";
import { billing, keeping, routes } from "./parts.ts";
import { usePlace } from "./router.ts";
import { AccountPage } from "./screens/account.tsx";
import { ApprovalPage } from "./screens/approval.tsx";
import { ApprovalsPage } from "./screens/approvals.tsx";
import { CustomerPage } from "./screens/customer.tsx";
import { CustomersPage } from "./screens/customers.tsx";
import { DevicePage } from "./screens/device.tsx";
import { DevicesPage } from "./screens/devices.tsx";
import { EnrolPage } from "./screens/enrol.tsx";
import { HeldPage } from "./screens/held.tsx";
import { MistakesPage } from "./screens/mistakes.tsx";
import { PaymentPage } from "./screens/payment.tsx";
import { RoutePage } from "./screens/route.tsx";
import { ShiftPage } from "./screens/shift.tsx";
import { ShiftsPage } from "./screens/shifts.tsx";
import { SignIn } from "./screens/sign_in.tsx";
import { TodayPage } from "./screens/today.tsx";
import { TransfersPage } from "./screens/transfers.tsx";
import { pageOf, pagesOf } from "./session.ts";
import { useOffice, useOfficeState, useStaff, useWords } from "./use_office.ts";

export function Root() {
  const t = useWords();
  const office = useOffice();
  const phase = useOfficeState((state) => state.phase);
  const session = useOfficeState((state) => state.session);
  return (
    <>
      {phase === "starting" && (
        <main class="message" aria-busy="true">
          {t("loading")}
        </main>
      )}
      {phase === "no_answer" && (
        <Message title={t("no_answer")} icon="no_signal">
          <DoButton act={() => office.begin()}>{t("try_again")}</DoButton>
        </Message>
      )}
      {(phase === "signed_out" || phase === "ended") && <SignIn hasEnded={phase === "ended"} />}
      {/* Behind the sign-in the page stays as it was, with what was typed, and cannot be seen. */}
      {session !== null && (
        <div hidden={phase !== "ready"} key={session.staff.staff_id}>
          <Frame>
            <Shown />
          </Frame>
        </div>
      )}
      <FailureMessage />
    </>
  );
}

function Shown() {
  const t = useWords();
  const { path } = usePlace();
  const pages = pagesOf(useStaff());
  const [name = pages[0] ?? "help", code, part] = path;
  const page = pageOf(name);
  if (page !== null && !pages.includes(page)) {
    return (
      <Page title={t("no_right_title")}>
        <p class="note">{t("no_right")}</p>
      </Page>
    );
  }
  return <Place key={`${name}/${code ?? ""}/${part ?? ""}`} name={name} code={code} part={part} />;
}

function Place({ name, code, part }: { name: string; code: string | undefined; part: string | undefined }) {
  const t = useWords();
  switch (name) {
    case "today":
      return <TodayPage />;
    case "route":
      return code ? <RoutePage collector={code} route={part} /> : <TodayPage />;
    case "customers":
      return <Customers code={code} />;
    case "payments":
      return code ? <PaymentPage id={code} /> : <CustomersPage />;
    case "routes":
      return (
        <InPart part={routes}>
          {({ RoutePlanPage, RoutesPage }) => (code ? <RoutePlanPage code={code} /> : <RoutesPage />)}
        </InPart>
      );
    case "shifts":
      if (code && part === "handover") {
        return <InPart part={keeping}>{({ HandoverPage }) => <HandoverPage id={code} />}</InPart>;
      }
      return code ? <ShiftPage id={code} /> : <ShiftsPage />;
    case "transfers":
      return <TransfersPage />;
    case "mistakes":
      return <MistakesPage />;
    case "approvals":
      return code ? <ApprovalPage id={code} /> : <ApprovalsPage />;
    case "devices":
      if (code === "new") {
        return <EnrolPage />;
      }
      if (code && part === "lost") {
        return <InPart part={keeping}>{({ LostPhonePage }) => <LostPhonePage id={code} />}</InPart>;
      }
      return code ? <DevicePage id={code} /> : <DevicesPage />;
    case "bill_runs":
      if (code === "file") {
        return <InPart part={billing}>{({ ReadingsFilePage }) => <ReadingsFilePage />}</InPart>;
      }
      return (
        <InPart part={billing}>
          {({ BillRunPage, BillRunsPage }) => (code ? <BillRunPage id={code} /> : <BillRunsPage />)}
        </InPart>
      );
    case "cut_offs":
      return (
        <InPart part={billing}>
          {({ CutListPage, CutOffsPage }) => (code ? <CutListPage id={code} /> : <CutOffsPage />)}
        </InPart>
      );
    case "reports":
      return <InPart part={keeping}>{({ ReportsPage }) => <ReportsPage name={code} />}</InPart>;
    case "held":
      return <HeldPage />;
    case "people":
      return <InPart part={keeping}>{({ PeoplePage }) => <PeoplePage />}</InPart>;
    case "log":
      return <InPart part={keeping}>{({ LogPage }) => <LogPage />}</InPart>;
    case "account":
      return <AccountPage />;
    case "first_day":
      return <InPart part={keeping}>{({ FirstDayPage }) => <FirstDayPage />}</InPart>;
    case "help":
      return <InPart part={keeping}>{({ HelpPage }) => <HelpPage page={code} />}</InPart>;
    default:
      return (
        <Page title={t("no_page_title")}>
          <p class="note">{t("no_page")}</p>
        </Page>
      );
  }
}

function Customers({ code }: { code: string | undefined }) {
  if (code === "file") {
    return <InPart part={billing}>{({ ListFilePage }) => <ListFilePage />}</InPart>;
  }
  return code ? <CustomerPage code={code} /> : <CustomersPage />;
}
