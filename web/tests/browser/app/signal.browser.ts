/** Without signal: the app opens, the day is there, visits wait and are sent once; and clocks that are wrong. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { until } from "../../until.ts";
import { Collector } from "./collector.ts";
import { accountOf, debtOf, ordinaryCollectors, paymentsOf, post, printJobsOf, today } from "./office.ts";

const [OTHER] = await ordinaryCollectors();
assert.ok(OTHER, "no collector has an ordinary route");

describe("a morning without signal", () => {
  let it: Collector;
  let people: CustomerSummary[];

  before(async () => {
    it = await Collector.start(OTHER);
    await it.enrol();
    await it.openShift();
    people = await it.owing();
    // Everything is on the phone, and the service worker has the app.
    await it.page.getByText(new RegExp(`${people.length} khách có sẵn`)).waitFor({ timeout: 40_000 });
    await it.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  });
  after(() => it.close());

  const signal = async (isThere: boolean): Promise<void> => it.context.setOffline(!isThere);

  test("the app opens at any address, with the day's route and bills", async () => {
    await signal(false);
    await it.page.close();
    it.page = await it.context.newPage();
    const one = people[0] as CustomerSummary;
    await it.open(`customers/${one.customer_code}`);
    await it.sees(/Không có sóng/);
    await it.sees(one.name);
    await it.sees(/Thuế GTGT/);
    await it.press("Quay lại");
    for (const each of people.slice(0, 5)) {
      await it.sees(each.name);
    }
  });

  test("search finds on the phone what the gateway would", async () => {
    const wanted = people.find((one) => one.name.split(" ").length >= 3) as CustomerSummary;
    const plain = wanted.name.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
    await it.press("Tìm khách");
    await it.type(/Tìm theo/, plain.split(" ").reverse().join(" "));
    await it.page.locator(`a[href$="${wanted.customer_code}"]`).waitFor();
    await it.sees(/tuyến đã tải về máy/);
    await it.press("Hôm nay");
  });

  test("cash is not taken, and the app shows why", async () => {
    const one = people[0] as CustomerSummary;
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.sees(/chưa thu tiền mặt được/);
    await it.press("Vừa đủ");
    assert.equal(await it.page.getByRole("button", { name: /^Thu .*biên nhận$/ }).isDisabled(), true);
    await it.page.getByRole("button", { name: "Quay lại" }).click();
    await it.press(/^Chưa trả được/);
    await it.press(/^Ghi hẹn/);
    await it.sees("Đã ghi hẹn");
    await it.sees(/Đang chờ gửi/);
  });

  test("visits and corrections wait on the phone, visible, over a restart of the app", async () => {
    for (const one of people.slice(1, 4)) {
      await it.goToByClick(one);
      await it.press("Khách vắng");
      await it.press("Vắng, in giấy báo");
      await it.sees("Đã ghi khách vắng");
    }
    const corrected = people[4] as CustomerSummary;
    await it.goToByClick(corrected);
    await it.press("Sửa số");
    await it.type("Số điện thoại mới", "0912 000 777");
    await it.press("Lưu số mới");
    await it.sees(/0912 000 777 đang chờ gửi/);
    await it.page.close();
    it.page = await it.context.newPage();
    await it.open();
    await it.sees("6 việc chờ gửi");
    await it.press("6 việc chờ gửi");
    await it.sees(/Lượt ghé: Khách vắng/);
  });

  test("meanwhile somebody pays at the post office", async () => {
    const paid = people[5] as CustomerSummary;
    await post(paid.customer_code, await debtOf(paid.customer_code));
    await it.goToByClick(paid);
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await it.goHome();
  });

  test("at noon everything is sent once, in order, and what was overtaken is shown", async () => {
    const sent: string[] = [];
    it.page.on("request", (request) => {
      if (request.method() !== "GET") {
        sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
      }
    });
    await signal(true);
    await it.sees("1 việc chưa ghi được");
    await it.page.getByText(/việc chờ gửi/).waitFor({ state: "hidden" });
    await it.press("1 việc chưa ghi được");
    await it.sees("Không có việc nào chờ gửi.");
    await it.sees(/không còn nợ/);
    await it.press("Đã hiểu");
    await it.page.getByText("chưa ghi được").first().waitFor({ state: "hidden" });
    const visits = sent.filter((one) => one.startsWith("PUT /v1/visits/"));
    assert.equal(visits.length, 6, "met and cannot pay of one visit, three away, one too late");
    assert.equal(visits[0], visits[1], "the same visit goes on");
    assert.equal(new Set(sent).size, sent.length - 1, "nothing was sent twice");
    const notices = await until("the notices", async () => {
      const found = (await printJobsOf(it.name)).filter((job) => job.kind === "notice");
      return found.length >= 4 && found;
    });
    assert.deepEqual(
      new Set(notices.map((job) => job.customer_code)),
      new Set(people.slice(0, 4).map((one) => one.customer_code)),
    );
    assert.deepEqual(await paymentsOf((people[0] as CustomerSummary).customer_code), []);
    await it.goToByClick(people[5] as CustomerSummary);
    await it.sees(/Đã thanh toán/);
    await it.goToByClick(people[4] as CustomerSummary);
    await it.sees("0912 000 777");
  });

  test("with signal, cash is taken again", async () => {
    const one = people[6] as CustomerSummary;
    await it.goToByClick(one);
    await it.press("Gặp khách");
    await it.press(/^Tiền mặt/);
    await it.press("Vừa đủ");
    await it.press(/^Thu .*biên nhận$/);
    await it.sees(/^Đã thu/);
    assert.equal((await accountOf(one.customer_code)).account.debt, 0);
  });

  test("nothing was complained of", () => it.hasNothingToComplain());
});

test("a part of the app that could not be loaded is loaded when somebody asks again", async () => {
  const it = await Collector.start(OTHER);
  try {
    // No service worker, which would have it.
    const missing = /\/sw\.js|\/door-.*\.js/;
    await it.page.route(missing, (route) => route.abort());
    await it.enrol();
    await it.page.locator("ol.stops a").first().click();
    await it.reads(/Không có trả lời/);
    await it.page.unroute(missing);
    await it.press("Tải lại");
    await it.sees(/Mã khách hàng/);
  } finally {
    await it.close();
  }
});

for (const [how, days] of [
  ["a day slow", -1],
  ["a day fast", 1],
] as const) {
  test(`a phone whose clock is ${how} shows today's route and records today's visits`, async () => {
    const it = await Collector.start(OTHER);
    try {
      await it.context.addInitScript((shift) => {
        const now = Date.now.bind(Date);
        globalThis.Date = class extends Date {
          constructor(...parts: [] | [number]) {
            super(...((parts.length === 0 ? [now() + shift] : parts) as [number]));
          }

          static override now(): number {
            return now() + shift;
          }
        } as DateConstructor;
      }, days * 86_400_000);
      await it.enrol();
      await it.sees(/Đồng hồ điện thoại sai/);
      const [, month, date] = today().split("-");
      await it.reads(new RegExp(`${date}/${month}`));
      const [one] = await it.owing();
      assert.ok(one);
      await it.goToByClick(one);
      await it.press("Khách vắng");
      await it.press("Vắng, in giấy báo");
      await it.sees("Đã ghi khách vắng");
      await until("the notice", async () =>
        (await printJobsOf(it.name)).some((job) => job.customer_code === one.customer_code && job.kind === "notice"),
      );
      await it.goHome();
      assert.equal(await it.page.getByText("chưa ghi được").count(), 0);
    } finally {
      await it.close();
    }
  });
}
