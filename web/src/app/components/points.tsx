/** Where a notice can be paid, the points of the customer's own ward first. */
import { h } from "preact";
import { dialled } from "../text.ts";
import { useAppState } from "../use_app.ts";
import type { CustomerView } from "../use_customer.ts";
import { nearestFirst } from "../wards.ts";

const MOST = 3;

export function Points({ customer }: { customer: CustomerView }) {
  const { points } = useAppState();
  const known = customer.details?.facts ?? customer.stop?.customer;
  const address = known?.ward ?? known?.address ?? "";
  return (
    <ul class="points">
      {nearestFirst(points, address)
        .slice(0, MOST)
        .map((point) => (
          <li key={point.collection_point_code} class="card">
            <b>{point.name}</b>
            <span class="where">{point.address}</span>
            <span class="where">
              {point.opening_hours?.replace(/–/g, "\u2060–\u2060")}
              {point.phone ? ` · ${dialled(point.phone)}` : ""}
            </span>
          </li>
        ))}
    </ul>
  );
}
