/** Where a notice can be paid. */
import { h } from "preact";
import { dialled } from "../text.ts";
import { useAppState } from "../use_app.ts";

const MOST = 3;

export function Points() {
  const { points } = useAppState();
  return (
    <ul class="points">
      {points.slice(0, MOST).map((point) => (
        <li key={point.collection_point_code} class="card">
          <b>{point.name}</b>
          <span class="where">{point.address}</span>
          <span class="where">
            {point.opening_hours}
            {point.phone ? ` · ${dialled(point.phone)}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
