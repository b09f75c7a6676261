/** What came of an order to cut off, told by telephone. The units of the sample cut nobody off: the page is given an order. */

import assert from "node:assert/strict";
import type { CustomerSummary, CutOrder, OrderReport } from "../../../src/api/types.ts";
import type { Desk } from "./desk.ts";

export async function reportAnOrder(desk: Desk, of: CustomerSummary): Promise<void> {
  const reports: OrderReport[] = [];
  const order = (): CutOrder => ({
    order_id: "01900000-0000-7000-8000-000000000001",
    unit_code: of.customer_code.slice(0, 6),
    customer_code: of.customer_code,
    collector_code: "TN001",
    kind: "cut",
    state: reports.length > 0 ? "done" : "open",
    cause: "",
    list_id: null,
    cut_order_id: null,
    cut_from: null,
    ordered_at: "2026-01-02T01:00:00Z",
    due_by: "2026-01-03T01:00:00Z",
    ended_at: reports.length > 0 ? "2026-01-02T02:00:00Z" : null,
  });
  const ofOrders = /\/v1\/cut-orders(\?|\/)/;
  await desk.page.route(ofOrders, async (route) => {
    const request = route.request();
    if (request.method() === "POST") {
      reports.push(request.postDataJSON() as OrderReport);
      return route.fulfill({ status: 201, json: { order: order(), further: null } });
    }
    return route.fulfill({ json: { orders: [order()] } });
  });
  await desk.open(`customers/${of.customer_code}`);
  await desk.press("Ghi kết quả");
  await desk.type("Lúc", "2026-01-02T09:30");
  const keep = desk.page.getByRole("button", { name: "Lưu kết quả" });
  assert.ok(await keep.isDisabled(), "the meter has not been read");
  await desk.type("Chỉ số công tơ", "12a345");
  await desk.type("Ghi chú", " Chủ hộ có mặt ");
  await desk.isFitFor("report of an order");
  await keep.click();
  await desk.page.getByText("đã làm").first().waitFor();
  assert.deepEqual(reports, [
    {
      outcome: "done",
      meter_reading: 12_345,
      note: "Chủ hộ có mặt",
      stated_at: "2026-01-02T02:30:00.000Z",
      photo: "",
    },
  ]);
  await desk.page.getByRole("button", { name: "Ghi kết quả" }).waitFor({ state: "detached" });
  await desk.page.unroute(ofOrders);
}
