/** Why the route is empty or missing, where that is no fault of the signal. */
import { h } from "preact";
import { useAppState, useTranslate } from "../use_app.ts";

export function RouteCause() {
  const t = useTranslate();
  const { collector, device, route, routeProblem, stops } = useAppState();
  const code = device?.collector_code ?? "";
  if (routeProblem !== null) {
    return (
      <p class="note bad" role="alert">
        {t("route_refused", { code })} {routeProblem}
      </p>
    );
  }
  if (route !== null && stops.length === 0 && collector !== null) {
    const key = collector.routes.length === 0 ? "route_unassigned" : "route_without_debt";
    return <p class="note">{t(key, { code, routes: collector.routes.join(", ") })}</p>;
  }
  return null;
}
