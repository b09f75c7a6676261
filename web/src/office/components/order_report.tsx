/** What came of an order to cut or to connect again, told by telephone: kept from the desk. */
import { h } from "preact";
import { useState } from "preact/hooks";
import type { CutOrder, OrderOutcome, OrderReport } from "../../api/types.ts";
import { DoButton } from "../../app/components/busy.tsx";
import { newId } from "../../app/ids.ts";
import { tidyLine } from "../../app/text.ts";
import { jpegOf, usePhoto } from "../../app/use_photo.ts";
import { may } from "../session.ts";
import { useOffice, useOfficeState, useStaff, useWords } from "../use_office.ts";
import { orderReportWords } from "./order_report_words.ts";

const OUTCOMES: readonly OrderOutcome[] = ["done", "not_possible"];
/** As many digits as a meter may show (services/gateway/api/cut_orders.py). */
const MOST_DIGITS = 10;

interface OrderReportProps {
  readonly order: CutOrder;
  readonly done: () => void;
}

export function OrderReported({ order, done }: OrderReportProps) {
  const staff = useStaff();
  const words = orderReportWords(useOfficeState((state) => state.language));
  const [isOpen, setOpen] = useState(false);
  if (order.state === "done" || !may(staff, "POST /v1/cut-orders/{order_id}/reports")) {
    return null;
  }
  return isOpen ? (
    <Form
      order={order}
      close={() => setOpen(false)}
      done={() => {
        setOpen(false);
        done();
      }}
    />
  ) : (
    <button type="button" class="small-button" onClick={() => setOpen(true)}>
      {words.open}
    </button>
  );
}

function Form({ order, close, done }: OrderReportProps & { readonly close: () => void }) {
  const t = useWords();
  const office = useOffice();
  const words = orderReportWords(useOfficeState((state) => state.language));
  const [outcome, setOutcome] = useState<OrderOutcome>("done");
  const [reading, setReading] = useState("");
  const [at, setAt] = useState("");
  const [note, setNote] = useState("");
  const [photo, take] = usePhoto();
  const [key, setKey] = useState({ of: "", id: "" });
  const isDone = outcome === "done";
  const stated = Date.parse(at);
  const isLater = stated > office.now();
  return (
    <form class="inline" onSubmit={(event) => event.preventDefault()}>
      <p class="hint">{order.state === "withdrawn" ? words.withdrawn : words.explain}</p>
      <fieldset>
        <legend>{words.outcome}</legend>
        {OUTCOMES.map((one) => (
          <label key={one} class="check">
            <input type="radio" name="outcome" checked={outcome === one} onChange={() => setOutcome(one)} />
            {words.outcomes[one]}
          </label>
        ))}
      </fieldset>
      <div class="filters">
        <label>
          {words.at}
          <input type="datetime-local" value={at} onInput={(event) => setAt(event.currentTarget.value)} />
        </label>
        {isDone && (
          <label>
            {words.reading}
            <input
              inputMode="numeric"
              autocomplete="off"
              maxLength={MOST_DIGITS}
              value={reading}
              onInput={(event) => setReading(event.currentTarget.value.replace(/\D/g, ""))}
            />
          </label>
        )}
      </div>
      {isLater && <p class="note bad">{words.later}</p>}
      <label>
        {words.note}
        <input
          value={note}
          maxLength={500}
          autocomplete="off"
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <label>
        {words.photo}
        <input type="file" accept="image/*" onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
      {photo === "wrong" && <p class="note bad">{words.photoWrong}</p>}
      {typeof photo === "object" && (
        <img class="photo" src={`data:image/jpeg;base64,${photo.jpeg}`} alt={words.photo} />
      )}
      <div class="pair">
        <DoButton
          disabled={Number.isNaN(stated) || isLater || (isDone && reading === "") || photo === "working"}
          act={async () => {
            const body: OrderReport = {
              outcome,
              meter_reading: isDone ? Number(reading) : null,
              note: tidyLine(note),
              stated_at: new Date(stated).toISOString(),
              photo: jpegOf(photo),
            };
            // The same report under the same id, should the answer be lost; another one under another.
            const of = JSON.stringify(body);
            const id = key.of === of ? key.id : newId();
            setKey({ of, id });
            await office.api.call("POST /v1/cut-orders/{order_id}/reports", {
              params: { order_id: order.order_id },
              key: id,
              body,
            });
            done();
          }}
        >
          {words.keep}
        </DoButton>
        <button type="button" class="plain-button" onClick={close}>
          {t("cancel")}
        </button>
      </div>
    </form>
  );
}
