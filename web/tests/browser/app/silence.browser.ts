/** A link that swallows everything and closes nothing: the app notices, comes back, and catches up. */

import { after, before, describe, test } from "node:test";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { SwallowingLink } from "../swallowing_link.ts";
import { Collector } from "./collector.ts";
import { APP, debtOf, post } from "./office.ts";

describe("a dead stream", () => {
  let it: Collector;
  let link: SwallowingLink;
  let one: CustomerSummary;

  before(async () => {
    link = await SwallowingLink.before(APP);
    it = await Collector.start();
    it.app = link.over(APP);
    await it.enrol();
    one = (await it.owing())[0] as CustomerSummary;
  });
  after(async () => {
    await it.close();
    link.close();
  });

  test("is shown as no signal, and a payment of that time is there when the link is", async () => {
    await it.goTo(one);
    await it.press("Gặp khách");
    await it.sees(/Khách trả bằng cách nào/);
    await it.page.getByRole("img", { name: "Có sóng", exact: true }).waitFor();
    link.swallow();
    await post(one.customer_code, await debtOf(one.customer_code));
    await it.page.getByRole("img", { name: "Không có sóng" }).waitFor();
    link.heal();
    await it.page.getByText(/Không thu nữa/).waitFor({ timeout: 75_000 });
    await it.page.getByRole("img", { name: "Có sóng", exact: true }).waitFor({ timeout: 75_000 });
  });
});
