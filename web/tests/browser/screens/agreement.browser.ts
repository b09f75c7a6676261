/** Asking for an agreement in the office: the parts that are proposed add up to what is owed, and are asked for as they stand. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Me } from "../../../src/api/types.ts";
import { APP_URL, closePhones, launchPhone } from "../launch.ts";
import { FakeGateway } from "./gateway.ts";

const ME: Me = {
  csrf_token: "c",
  full_name: "Trần Thị Lan",
  login_name: "lan",
  roles: ["supervisor"],
  second_factor: true,
  session_ends_at: "2099-01-01T00:00:00Z",
  staff_id: "00000000-0000-0000-0000-000000000001",
  units: ["PB1401"],
};
const ANSWERS: Readonly<Record<string, object>> = {
  "GET /v1/staff/me": ME,
  "GET /v1/agreements": { agreements: [] },
  "GET /v1/approvals": { approvals: [] },
  "GET /v1/customers/PB14010000001/interest": { interest: { bills: [], total: 0 }, settled: [] },
  "GET /v1/customers/PB14010000001/complaints": { complaints: [] },
};

after(closePhones);

test("an agreement is asked for in parts that add up to the debt", async () => {
  let gateway = new FakeGateway();
  const asked: unknown[] = [];
  const desk = await launchPhone({
    serviceWorkers: "block",
    isDesk: true,
    before: async (context) => {
      gateway = await FakeGateway.install(context);
      await context.route("**/v1/**", async (route) => {
        const what = `${route.request().method()} ${new URL(route.request().url()).pathname}`;
        if (/^POST .*\/agreements$/.test(what)) {
          asked.push(route.request().postDataJSON());
        }
        const json = ANSWERS[what];
        await (json ? route.fulfill({ status: 200, json }) : route.fallback());
      });
    },
  });
  desk.context.setDefaultTimeout(8_000);
  const code = gateway.owes("Nguyễn Thị Kim Phượng Hoàng", 5_030_176);
  await desk.page.goto(`${APP_URL.replace(/\/app\/$/, "/office/")}customers/${code}`);
  await desk.page.getByRole("button", { name: "Cho trả dần" }).click();
  await desk.page.getByText("Vừa đủ số nợ").waitFor();
  await desk.page.getByLabel("Số giấy thỏa thuận khách đã ký").fill("TT 12/2026");
  await desk.page.getByLabel("Lý do", { exact: true }).fill("Nhà có người ốm");
  const sent = desk.page.waitForRequest(
    (request) => request.method() === "POST" && /\/agreements$/.test(request.url()),
  );
  await desk.page.getByRole("button", { name: "Đề nghị duyệt" }).click();
  await sent;
  const [{ parts }] = asked as [{ parts: { amount: number }[] }];
  assert.equal(
    parts.reduce((sum, { amount }) => sum + amount, 0),
    5_030_176,
  );
  assert.equal(parts.length, 3);
});
