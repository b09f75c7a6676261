/** Which screen is shown. */
import { h } from "preact";
import { Cash } from "./screens/cash.tsx";
import { Customer } from "./screens/customer.tsx";
import { Done } from "./screens/done.tsx";
import { Enrol } from "./screens/enrol.tsx";
import { Elsewhere, Locked } from "./screens/gate.tsx";
import { OutboxScreen } from "./screens/outbox.tsx";
import { Papers } from "./screens/papers.tsx";
import { PrinterScreen } from "./screens/printer.tsx";
import { PromiseScreen } from "./screens/promise.tsx";
import { Search } from "./screens/search.tsx";
import { Settings } from "./screens/settings.tsx";
import { Closing, ShiftScreen } from "./screens/shift.tsx";
import { Today } from "./screens/today.tsx";
import { TransferScreen } from "./screens/transfer.tsx";
import { VisitScreen } from "./screens/visit.tsx";
import { usePath } from "./router.ts";
import { useSelected, useTranslate } from "./use_app.ts";

export function Root() {
  const t = useTranslate();
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
      return (
        <main class="message">
          <h1>{t("loading")}</h1>
        </main>
      );
  }
}

function Place() {
  const [place, code, part] = usePath();
  switch (place) {
    case "customers":
      return code ? <OfCustomer key={code} code={code} part={part} /> : <Today />;
    case "search":
      return <Search />;
    case "papers":
      return <Papers />;
    case "shift":
      return code === "close" ? <Closing /> : <ShiftScreen />;
    case "printer":
      return <PrinterScreen />;
    case "outbox":
      return <OutboxScreen />;
    case "settings":
      return <Settings />;
    default:
      return <Today />;
  }
}

function OfCustomer({ code, part }: { code: string; part: string | undefined }) {
  switch (part) {
    case "visit":
      return <VisitScreen code={code} />;
    case "cash":
      return <Cash code={code} />;
    case "transfer":
      return <TransferScreen code={code} />;
    case "promise":
      return <PromiseScreen code={code} />;
    case "done":
      return <Done code={code} />;
    default:
      return <Customer code={code} />;
  }
}
