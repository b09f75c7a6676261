/** Which screen is shown. */
import { type ComponentChildren, Fragment, h } from "preact";
import { useEffect } from "preact/hooks";
import { DoButton } from "./components/busy.tsx";
import { FailureMessage } from "./components/failure_message.tsx";
import { Message } from "./components/screen_message.tsx";
import { type Part, reloadPage } from "./part.ts";
import { desk, door } from "./parts.ts";
import { usePath } from "./router.ts";
import { Enrol } from "./screens/enrol.tsx";
import { Elsewhere, Locked } from "./screens/gate.tsx";
import { Search } from "./screens/search.tsx";
import { Today } from "./screens/today.tsx";
import { useSelected, useTranslate } from "./use_app.ts";
import { useExternal } from "./use_external.ts";

export function Root() {
  return (
    <>
      <Shown />
      <FailureMessage />
    </>
  );
}

function Shown() {
  const phase = useSelected((state) => state.phase);
  switch (phase) {
    case "enrol":
      return <Enrol />;
    case "locked":
      return <Locked />;
    case "elsewhere":
      return <Elsewhere />;
    case "ready":
      return <Place />;
    default:
      return <Opening />;
  }
}

function Opening() {
  const t = useTranslate();
  return (
    <main class="message">
      <h1>{t("loading")}</h1>
    </main>
  );
}

function Place() {
  const [place, code, part] = usePath();
  switch (place) {
    case "customers":
      return code ? (
        <In part={door}>
          {(screens) => (
            <screens.UnlessInDoubt key={code} code={code} part={part}>
              {ofCustomer(screens, code, part)}
            </screens.UnlessInDoubt>
          )}
        </In>
      ) : (
        <Today />
      );
    case "search":
      return <Search />;
    case "print-jobs":
      return <In part={desk}>{({ PrintJobsScreen }) => <PrintJobsScreen />}</In>;
    case "shift":
      return (
        <In part={desk}>
          {({ Closing, HandInScreen, ShiftScreen }) => {
            if (code === "hand-in") {
              return <HandInScreen />;
            }
            return code === "close" ? <Closing /> : <ShiftScreen />;
          }}
        </In>
      );
    case "printer":
      return <In part={desk}>{({ PrinterScreen }) => <PrinterScreen />}</In>;
    case "outbox":
      return <In part={desk}>{({ OutboxScreen }) => <OutboxScreen />}</In>;
    case "day":
      return <In part={desk}>{({ DayScreen }) => <DayScreen />}</In>;
    case "cut-tasks":
      return <In part={desk}>{({ CutTasksScreen }) => <CutTasksScreen />}</In>;
    case "help":
      return <In part={desk}>{({ Help }) => <Help />}</In>;
    case "settings":
      return <In part={desk}>{({ Settings }) => <Settings />}</In>;
    default:
      return <Today />;
  }
}

function ofCustomer(screens: typeof import("./screens/door.ts"), code: string, part: string | undefined) {
  const { Cash, Customer, Done, PromiseScreen, TransferScreen, VisitScreen } = screens;
  switch (part) {
    case "visit":
      return <VisitScreen key={code} code={code} />;
    case "cash":
      return <Cash key={code} code={code} />;
    case "transfer":
      return <TransferScreen key={code} code={code} />;
    case "promise":
      return <PromiseScreen key={code} code={code} />;
    case "complaint":
      return <In part={desk}>{({ ComplaintScreen }) => <ComplaintScreen key={code} code={code} />}</In>;
    case "done":
      return <Done key={code} code={code} />;
    default:
      return <Customer key={code} code={code} />;
  }
}

/** What `children` makes of a part, once the part is there. */
function In<T>({ part, children }: { part: Part<T>; children: (loaded: T) => ComponentChildren }) {
  const t = useTranslate();
  const loaded = useExternal(part.listen, () => part.loaded);
  const failed = useExternal(part.listen, () => part.failed);
  useEffect(() => void part.load(), [part]);
  if (loaded !== null) {
    return <>{children(loaded)}</>;
  }
  return failed ? (
    <Message title={t("no_answer")} icon="no_signal">
      <DoButton act={reloadPage}>{t("reload")}</DoButton>
    </Message>
  ) : (
    <Opening />
  );
}
