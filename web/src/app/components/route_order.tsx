/** In which order the route is shown and walked. */
import { h } from "preact";
import { orderOf, ROUTE_ORDERS } from "../day_plan.ts";
import { useApp, useAppState, useTranslate } from "../use_app.ts";

export function RouteOrder() {
  const t = useTranslate();
  const app = useApp();
  const { order } = useAppState();
  return (
    <label class="route-order">
      {t("route_order")}{" "}
      <select
        value={order}
        onChange={(event) => {
          const chosen = orderOf(event.currentTarget.value);
          app.store.set({ order: chosen });
          // Shown already; where it cannot be kept, it is asked for again after the next start.
          app.database.setFacts({ order: chosen }).catch(() => undefined);
        }}
      >
        {ROUTE_ORDERS.map((one) => (
          <option key={one} value={one}>
            {t(`route_order_${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
