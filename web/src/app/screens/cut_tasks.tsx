/** What a collector has to do about cutting off: warnings on paper, orders to cut and to connect again. Works without signal. */
import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ignoreNoAnswer } from "../../api/problem.ts";
import type { CutOrder, WarningTask } from "../../api/types.ts";
import { timeOf, writtenMoment } from "../clock.ts";
import { deliverWarning, reportOrder } from "../commands.ts";
import { DoButton } from "../components/busy.tsx";
import { Link } from "../components/link.tsx";
import { PhotoField } from "../components/photo_field.tsx";
import { Screen } from "../components/screen.tsx";
import { addressOf, commandOf, nameOf, refreshCutTasks } from "../cut_tasks.ts";
import { newId } from "../ids.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";
import { jpegOf, usePhoto } from "../use_photo.ts";

export function CutTasksScreen() {
  const t = useTranslate();
  const app = useApp();
  const { cutTasks, offline } = useAppState();
  useEffect(() => {
    void refreshCutTasks(app).catch(ignoreNoAnswer);
  }, [app]);
  const orders = cutTasks?.orders ?? [];
  const warnings = cutTasks?.warnings ?? [];
  return (
    <Screen title={t("cut_tasks")} back="day">
      {offline && <p class="note bad">{t("cut_offline")}</p>}
      {orders.length + warnings.length === 0 && <p class="empty">{t("cut_none")}</p>}
      {orders.map((order) => (
        <Order key={order.order_id} order={order} />
      ))}
      {warnings.map((task) => (
        <Warning key={task.warning_id} task={task} />
      ))}
      {cutTasks && <p class="hint">{t("cut_read_at", { time: timeOf(cutTasks.read_at) })}</p>}
    </Screen>
  );
}

/** Name and address, as far as this phone knows them, on the way to the customer's screen. */
function Whose({ code }: { code: string }) {
  const t = useTranslate();
  const state = useAppState();
  const name = nameOf(state, code);
  const address = addressOf(state, code);
  return (
    <>
      {name !== code && <h2 class="name">{name}</h2>}
      {address !== null && <p class="hint">{address}</p>}
      <Link to={`customers/${code}`} class="small-button">
        {t("cut_customer")}
      </Link>
    </>
  );
}

function Order({ order }: { order: CutOrder }) {
  const t = useTranslate();
  const app = useApp();
  const state = useAppState();
  const [reading, setReading] = useState("");
  const [note, setNote] = useState("");
  const [photo, take] = usePhoto();
  const isKept = commandOf(state.commands, order) !== undefined;
  return (
    <section class="card">
      <Whose code={order.customer_code} />
      <p>
        <b>{t(`cut_${order.kind}`)}</b> · {order.customer_code}
      </p>
      {order.cut_from !== null && <p>{t("cut_from", { time: writtenMoment(order.cut_from) })}</p>}
      <p>
        {`${t("cut_by", { time: writtenMoment(order.due_by) })} `}
        {Date.parse(order.due_by) < app.clock.now() && <span class="mark bad">{t("cut_late")}</span>}
      </p>
      {isKept ? (
        <p class="note">{t("cut_kept")}</p>
      ) : (
        <>
          <label>
            {t("complaint_reading")}
            <input
              inputMode="numeric"
              autocomplete="off"
              value={reading}
              maxLength={10}
              onInput={(event) => setReading(event.currentTarget.value.replace(/\D/g, ""))}
            />
          </label>
          <label>
            {t("cut_note")}
            <input value={note} maxLength={300} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <PhotoField words="complaint_photo" photo={photo} take={take} />
          <DoButton
            disabled={reading === "" || photo === "working"}
            act={async () => {
              await reportOrder(app, order, "done", Number(reading), note, jpegOf(photo));
            }}
          >
            {t(`cut_done_${order.kind}`)}
          </DoButton>
          <DoButton
            class="plain-button"
            disabled={note.trim() === "" || photo === "working"}
            act={async () => {
              const shown = reading === "" ? null : Number(reading);
              await reportOrder(app, order, "not_possible", shown, note, jpegOf(photo));
            }}
          >
            {t("cut_not_possible")}
          </DoButton>
        </>
      )}
    </section>
  );
}

function Warning({ task }: { task: WarningTask }) {
  const t = useTranslate();
  const app = useApp();
  const state = useAppState();
  // The same paper under the same id, should the answer be lost; another one where it is asked for again.
  const [printId, setPrintId] = useState(() => newId(app.clock.now()));
  const isKept = commandOf(state.commands, task) !== undefined;
  return (
    <section class="card">
      <Whose code={task.customer_code} />
      <p>
        <b>{t("cut_warning")}</b> · {task.customer_code}
      </p>
      <p>{t("cut_from", { time: writtenMoment(task.cut_from) })}</p>
      {isKept ? (
        <p class="note">{t("cut_kept")}</p>
      ) : (
        <>
          <DoButton
            class="plain-button"
            act={async () => {
              const { customer_code, warning_id } = task;
              await app.api.call("POST /v1/customers/{customer_code}/warnings/{warning_id}/prints", {
                params: { customer_code, warning_id },
                key: printId,
                body: {},
              });
              setPrintId(newId(app.clock.now()));
            }}
          >
            {t("cut_print")}
          </DoButton>
          <DoButton
            act={async () => {
              await deliverWarning(app, task, "handed_over", "");
            }}
          >
            {t("cut_handed_over")}
          </DoButton>
          <DoButton
            class="plain-button"
            act={async () => {
              await deliverWarning(app, task, "left_at_door", "");
            }}
          >
            {t("cut_left_at_door")}
          </DoButton>
        </>
      )}
    </section>
  );
}
