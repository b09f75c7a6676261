/** A day of the office, beside a collector who collects: on the real system, by pressing what stands on the page. */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator } from "playwright-core";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { codeIn } from "../../../src/app/scanner.ts";
import { until } from "../../until.ts";
import { Collector } from "../app/collector.ts";
import { debtOf, devices, ordinaryCollectors, paymentsOf } from "../app/office.ts";
import { closePhones } from "../launch.ts";
import { count, notesOf } from "./counting.ts";
import { Desk } from "./desk.ts";
import { doTheFirstDay } from "./first_day.ts";
import { handInAList, handInReadings } from "./lists.ts";
import { reportAnOrder } from "./orders.ts";
import { arrangeARoute } from "./routes.ts";
import { makePeople } from "./staff.ts";
import { watchInTwoWindows } from "./windows.ts";

describe("the office", () => {
  let cashier: Desk;
  let colleague: Desk;
  let supervisor: Desk;
  let clerk: Desk;
  let administrator: Desk;
  let collector: Collector;
  let payer: CustomerSummary;
  let other: CustomerSummary;
  let third: CustomerSummary;
  let fourth: CustomerSummary;

  before(async () => {
    const people = await makePeople();
    cashier = await Desk.start(people.cashier);
    colleague = await Desk.start(people.colleague);
    supervisor = await Desk.start(people.supervisor);
    clerk = await Desk.start(people.clerk);
    administrator = await Desk.start(people.administrator);
    // Another one than in the scripts beside it: their shifts are closed, and not settled.
    collector = await Collector.start((await ordinaryCollectors()).at(-2));
    [payer, other, third, fourth] = (await collector.owing()) as [
      CustomerSummary,
      CustomerSummary,
      CustomerSummary,
      CustomerSummary,
    ];
  });
  after(closePhones);

  test("who is not signed in sees nothing but the sign-in, and comes to the page that was asked for", async () => {
    await supervisor.open("devices/new");
    await supervisor.reads("Văn phòng điện lực");
    await supervisor.isFitFor("sign-in");
    await supervisor.signInFirst();
    await supervisor.reads("Thêm điện thoại");
    await cashier.open("devices");
    await cashier.signInFirst();
    await cashier.reads("Không có quyền");
  });

  test("a wrong password is refused, and whoever signs in again finds the page that was left", async () => {
    await cashier.open("held");
    await cashier.reads("Việc chờ xử lý");
    await cashier.page.context().clearCookies();
    // What the page still reads may have found the session gone already: the link is behind the sign-in then.
    await cashier.page.getByRole("link", { name: "Ca thu", includeHidden: true }).evaluate((link: HTMLElement) => {
      link.click();
    });
    await cashier.sees("Phiên làm việc đã hết");
    await cashier.signIn("con mèo uống nước mía");
    await cashier.page.getByRole("alert").waitFor();
    await cashier.signIn();
    await cashier.reads("Ca thu");
  });

  test("a phone is let in by the code that the office shows", async () => {
    await supervisor.page.getByLabel("Thu ngân viên").selectOption(collector.code);
    await supervisor.press("Tạo mã");
    const picture = supervisor.page.locator("svg.qr-picture");
    await picture.waitFor();
    const shown = codeIn((await picture.getAttribute("data-code")) ?? "");
    assert.ok(shown);
    await supervisor.isFitFor("enrolment code");
    await collector.enrol(shown);
    await supervisor.press("Thiết bị");
    await supervisor.reads("Thiết bị");
    await supervisor.page.getByRole("row", { name: collector.name }).getByText("Đang nối").waitFor();
    await supervisor.isFitFor("devices");
  });

  test("the day is seen as it goes", async () => {
    await collector.openShift();
    await collector.meet(payer);
    // By its address: without a printer the notice asks for one, and the ways to pay move while they are pressed.
    await collector.goTo(payer, "cash");
    await collector.press("Vừa đủ");
    await collector.press(/^Thu .*biên nhận$/);
    await collector.sees(/^Đã thu/);
    await supervisor.press("Hôm nay");
    await supervisor.reads("Hôm nay");
    await supervisor.sees(/^Đang cập nhật trực tiếp/);
    await supervisor.page.locator("figure.day-chart svg").waitFor();
    await supervisor.page
      .locator(".tiles li", { hasText: "Điện thoại đang nối" })
      .getByText(/^[1-9]\d*$/)
      .waitFor();
    await supervisor.page.locator(".day-chart summary").click();
    await supervisor.isFitFor("today with its figures");
    await supervisor.press("Thu ngân viên");
    const row = supervisor.page.getByRole("row", { name: new RegExp(`\\(${collector.code}\\)`) });
    await until("the cash of the collector", async () => !/^0/.test(await row.locator("td").nth(2).innerText()));
    await supervisor.isFitFor("today");
    await row.getByRole("link").click();
    await supervisor.page.getByRole("row", { name: payer.name }).getByText("Đã trả").waitFor();
    await supervisor.isFitFor("route");
  });

  test("of two windows one is told how the day goes, and tells the other; the last one goes on", () =>
    watchInTwoWindows(supervisor, collector));

  test("a route is arranged by keys, typing and dragging, split, and by two people at once", () =>
    arrangeARoute(supervisor));

  test("a customer is found from everywhere, with what was paid and printed", async () => {
    await supervisor.page.keyboard.press("/");
    await supervisor.page.keyboard.type(payer.name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase());
    await supervisor.page.keyboard.press("Enter");
    await supervisor.press(payer.name);
    await supervisor.sees("Không còn nợ");
    await supervisor.press("Xem giấy tờ");
    await supervisor.sees(/Biên nhận/);
    await supervisor.isFitFor("customer");
    await supervisor.page.goBack();
    await supervisor.reads("Khách hàng");
    await supervisor.isFitFor("customers");
    await supervisor.open(`customers/${other.customer_code}`);
    await supervisor.press("Sửa số");
    await supervisor.type("Số điện thoại mới", "0912 345 678");
    await supervisor.press("Lưu số mới");
    await supervisor.sees("0912\u00a0345\u00a0678");
  });

  test("what came of an order, told by telephone, is kept", () => reportAnOrder(supervisor, other));

  test("a transfer is recorded once, and a payment is taken back with a reason", async () => {
    await cashier.open(`transfers?customer=${other.customer_code}`);
    await cashier.type("Mã giao dịch của ngân hàng", `FT${Date.now()}`);
    await cashier.isFitFor("transfer");
    await cashier.press(/^Ghi nhận [\d.]+/);
    await cashier.sees(/^Đã ghi nhận/);
    assert.equal(await debtOf(other.customer_code), 0);
    await cashier.press("Khoản thu");
    await cashier.reads("Khoản thu");
    await cashier.page.locator("canvas[data-drawn]").waitFor();
    await cashier.press("Hủy khoản thu này");
    await cashier.type("Lý do", "Ghi nhầm khách");
    await cashier.page.getByRole("button", { name: "Hủy khoản thu này" }).click();
    await cashier.sees(/^Đã hủy lúc/);
    await cashier.isFitFor("payment");
    assert.deepEqual(await paymentsOf(other.customer_code), []);
  });

  test("a payment above the limit is taken back by two: one asks, another one approves", async () => {
    await cashier.open(`transfers?customer=${third.customer_code}`);
    await cashier.type("Số tiền đã về", "6.000.000");
    await cashier.type("Mã giao dịch của ngân hàng", `FT${Date.now()}`);
    await cashier.press(/^Ghi nhận [\d.]+/);
    await cashier.sees(/^Đã ghi nhận/);
    await cashier.press("Khoản thu");
    await cashier.reads("Khoản thu");
    await cashier.press("Hủy khoản thu này");
    await cashier.type("Lý do", "Ghi nhầm số tiền");
    await cashier.page.getByRole("button", { name: "Hủy khoản thu này" }).click();
    await cashier.sees(/đang chờ người thứ hai duyệt/);
    await cashier.page.reload();
    await cashier.press("Xem đề nghị");
    await cashier.reads("Đề nghị");
    await cashier.sees("Rút lại đề nghị");
    assert.equal(await cashier.page.getByRole("button", { name: "Duyệt", exact: true }).count(), 0);
    await cashier.isFitFor("own request");
    assert.equal((await paymentsOf(third.customer_code)).length, 1, "nothing is taken back yet");
    await supervisor.press("Việc chờ xử lý");
    await supervisor.press(new RegExp(third.customer_code));
    await supervisor.reads("Đề nghị");
    await supervisor.press("Đề nghị duyệt");
    await supervisor.sees("Ghi nhầm số tiền");
    await supervisor.isFitFor("approvals");
    await supervisor.type("Lý do quyết định", "Đã xem sao kê");
    await supervisor.page.getByRole("button", { name: "Duyệt", exact: true }).click();
    await supervisor.sees(/Đã duyệt, đã hủy/);
    await supervisor.sees("Không có đề nghị nào chờ duyệt.");
    await supervisor.press("Đã quyết định");
    await supervisor.sees(/Lê Thu Ngân \(ngan\)/);
    await supervisor.isFitFor("decided");
    assert.deepEqual(await paymentsOf(third.customer_code), []);
  });

  test("a shift is closed for its collector, counted again with a difference, and decided", async () => {
    await colleague.open("shifts?state=open");
    await colleague.signInFirst();
    await colleague.press(new RegExp(`\\(${collector.code}\\)`));
    await colleague.sees("Kết ca thay");
    await colleague.isFitFor("open shift");
    const [paid] = await paymentsOf(payer.customer_code);
    const pieces = notesOf(500_000 + (paid?.amount ?? 0) - 1);
    await count(colleague, pieces);
    // Whoever paid to the đồng leaves what no note makes up.
    await colleague.type("Lý do chênh lệch", "Tiền lẻ");
    await colleague.press(/^Kết ca/);
    await colleague.sees("Nhận tiền");
    await cashier.open(new URL(colleague.page.url()).pathname.replace("/office/", ""));
    await cashier.sees("Nhận tiền");
    await count(cashier, { ...pieces, 500000: (pieces[500_000] ?? 0) + 1 });
    await cashier.type("Vì sao số đếm khác", "Thừa một tờ");
    await cashier.press(/^Xác nhận đã nhận/);
    await cashier.sees(/Chờ người quản lý quyết định/);
    await supervisor.open(new URL(colleague.page.url()).pathname.replace("/office/", ""));
    await supervisor.sees("Quyết định về chênh lệch");
    await supervisor.isFitFor("difference");
    await supervisor.page.getByLabel("Điện lực chịu").check();
    await supervisor.type("Lý do", "Đã đối chiếu");
    await supervisor.press("Quyết định");
    await supervisor.sees("Ca này đã xong");
  });

  test("work that waits is listed, and every page has help", async () => {
    await cashier.press("Việc chờ xử lý");
    await cashier.sees("Không còn khiếu nại nào chờ giải quyết.");
    await cashier.isFitFor("held");
    await cashier.press("Thu nhầm");
    await cashier.sees("Không có khoản nào bị báo thu nhầm.");
    await cashier.page.locator(".page").getByRole("link", { name: "Trợ giúp" }).click();
    await cashier.sees(/Một khoản thu không bao giờ bị xóa/);
    await cashier.isFitFor("help");
  });

  test("a bank credit is matched with its customer or dismissed, and a difference with a partner is settled", async () => {
    await supervisor.open("held");
    const [few, all] = [section(supervisor, "Báo có chờ xác định"), section(cashier, "Báo có chờ xác định")];
    await few.getByRole("button", { name: "Xem nội dung" }).first().click();
    await few.getByText(/^tien dien /).waitFor();
    assert.equal(await few.getByRole("button", { name: /^Chọn|^Ghép|^Bỏ qua/ }).count(), 0, "a cashier decides");
    await cashier.open("held");
    await all.getByText("nêu nhiều khách hàng").waitFor();
    const looking = all.getByRole("button", { name: "Xem nội dung" });
    await looking.first().focus();
    await cashier.page.keyboard.press("Enter");
    await all.getByText(/^tien dien /).waitFor();
    await until("the keyboard goes on from the text", async () =>
      /^tien dien /.test(await cashier.page.evaluate(() => document.activeElement?.textContent ?? "")),
    );
    await cashier.isFitFor("bank credits");
    assert.ok(await all.getByRole("button", { name: "Ghép cho khách hàng" }).isDisabled());
    await cashier.page.keyboard.press("Tab");
    await cashier.page.keyboard.press("Tab");
    await cashier.page.keyboard.press("Enter");
    const code = await all.getByLabel("Mã khách hàng").inputValue();
    const earlier = await paymentsOf(code);
    await all.getByLabel("Lý do").fill("Khách đã gọi điện");
    await all.getByRole("button", { name: "Ghép cho khách hàng" }).click();
    await all.getByText("nêu nhiều khách hàng").waitFor({ state: "detached" });
    const matched = (await paymentsOf(code)).filter((one) => !earlier.some((old) => old.payment_id === one.payment_id));
    assert.deepEqual(
      matched.map(({ amount, method }) => [amount, method]),
      [[123_000, "transfer"]],
    );
    await looking.click();
    await all.getByText("Không có hóa đơn còn nợ nào phù hợp.").waitFor();
    await all.getByLabel("Lý do").fill("Tiền thuê nhà");
    await all.getByRole("button", { name: "Bỏ qua" }).click();
    await all.getByText("Không có khoản báo có nào chờ.").waitFor();

    const differences = section(cashier, "Chênh lệch với đối tác");
    await differences.getByText("bên này không có", { exact: true }).waitFor();
    await differences.getByText(/đối tác 475\.000.*, bên này không có\.$/).waitFor();
    await differences.getByLabel("Lý do").fill("Đối tác nộp bù ngày mai");
    const settled = differences.getByRole("button", { name: "Đã xử lý" });
    assert.ok(await settled.isDisabled(), "how it was settled is not guessed");
    await differences.getByLabel("Cách xử lý").selectOption("partner_pays");
    await cashier.isFitFor("differences with partners");
    await settled.click();
    await differences.getByText("Không có chênh lệch nào chờ xử lý.").waitFor();
  });

  test("readings that may be wrong wait for a billing clerk, who puts them right", async () => {
    await clerk.open("held");
    await clerk.signInFirst();
    await clerk.sees("Chỉ số bị tạm giữ");
    await clerk.page.getByRole("button", { name: "Sửa chỉ số" }).click();
    const field = clerk.page.getByLabel(/^Chỉ số cũ/);
    await clerk.isFitFor("held readings");
    const wrong = Number(await field.inputValue());
    await field.fill(String(wrong - 10));
    await clerk.type("Lý do", "Đã xem ảnh công tơ");
    await clerk.page.getByRole("button", { name: "Sửa chỉ số" }).click();
    await clerk.sees("Không có chỉ số nào bị tạm giữ.");
  });

  test("a file of readings is looked at before it is imported, and says which line is wrong", () =>
    handInReadings(clerk));

  test("a list of customers is looked at, imported, and its customers are found", () => handInAList(clerk));

  test("a bill run is begun by a clerk, and released by somebody else who types what it comes to", async () => {
    await clerk.press("Đợt lập hóa đơn");
    await clerk.reads("Đợt lập hóa đơn");
    await clerk.sees(/^1 kỳ ghi chỉ số đang chờ/);
    await clerk.isFitFor("bill runs");
    await clerk.press("Tính hóa đơn nháp");
    await clerk.sees("Chờ duyệt phát hành");
    await clerk.page.getByRole("heading", { level: 2, name: "So với tháng trước" }).waitFor();
    await clerk.sees("Bạn đã yêu cầu đợt này");
    await clerk.isFitFor("bill run");
    await supervisor.press("Đợt lập hóa đơn");
    await supervisor.page
      .getByRole("row", { name: /Chờ duyệt phát hành/ })
      .getByRole("link")
      .click();
    await supervisor.sees("Chênh lệch");
    const shown = supervisor.page.locator(".tiles li", { hasText: "Tổng tiền" }).locator("strong");
    const total = (await shown.innerText()).replace(/\D/g, "");
    await supervisor.type("Số lượng hóa đơn", "1");
    await supervisor.type("Tổng tiền, gồm thuế", String(Number(total) - 1));
    await supervisor.isFitFor("release of a bill run");
    await supervisor.page.getByRole("button", { name: "Duyệt phát hành" }).click();
    await supervisor.page
      .getByRole("alertdialog")
      .getByText(/số xác nhận là/)
      .waitFor();
    await supervisor.page.getByRole("button", { name: "Đã hiểu" }).click();
    await supervisor.type("Tổng tiền, gồm thuế", total);
    await supervisor.page.getByRole("button", { name: "Duyệt phát hành" }).click();
    await supervisor.page.locator(".facts-list").getByText("Đã phát hành").waitFor();
    await supervisor.sees(/Trần Thị Lan \(lan\)/);
  });

  test("a wrong bill is put right: asked for with a preview, approved by another person, linked both ways", async () => {
    await clerk.open(`customers/${fourth.customer_code}`);
    await clerk.press("Sửa hóa đơn này");
    const field = clerk.page.getByLabel(/^Chỉ số mới/).first();
    await field.fill(String(Number(await field.inputValue()) - 20));
    await clerk.sees(/^Khách trả ít hơn/);
    await clerk.page.getByLabel(/^Thay thế/).check();
    await clerk.sees(/Lập hóa đơn thay thế/);
    await clerk.isFitFor("correction of a bill");
    await clerk.type("Lý do", "Đọc nhầm chỉ số");
    await clerk.page.getByRole("button", { name: "Đề nghị sửa" }).click();
    await clerk.sees(/^Đang chờ duyệt sửa hóa đơn này/);
    await clerk.press("Xem đề nghị");
    await clerk.sees("Rút lại đề nghị");
    await supervisor.press("Đề nghị duyệt");
    await supervisor.sees("Đọc nhầm chỉ số");
    await supervisor.isFitFor("approval of a correction");
    await supervisor.type("Lý do quyết định", "Đã xem ảnh công tơ");
    await supervisor.page.getByRole("button", { name: "Duyệt", exact: true }).click();
    await supervisor.sees(/Đã duyệt, đã sửa hóa đơn/);
    await clerk.sees("Đã duyệt, đã sửa hóa đơn");
    await clerk.press(/^Xem hóa đơn .*T1$/);
    await clerk.sees(/^Thay thế hóa đơn/);
    await clerk.press(/^Xem hóa đơn .*K\d$/);
    await clerk.sees("Đã bị thay thế");
    await clerk.sees(/Đọc nhầm chỉ số · đề nghị: Phạm Thị Hoa/);
    await clerk.isFitFor("a bill that was replaced");
    await collector.goTo(fourth);
    await collector.sees(/^Thay thế hóa đơn .*K\d\.$/);
  });

  test("what was collected and how old debts are is read as a table and a picture, and taken along as files", async () => {
    await cashier.press("Báo cáo");
    await cashier.page.getByRole("img", { name: /đã thu/ }).waitFor();
    await cashier.page.getByRole("row", { name: /^Cộng/ }).waitFor();
    await cashier.isFitFor("reports");
    for (const format of ["XLSX", "CSV"]) {
      const [file] = await Promise.all([
        cashier.page.waitForEvent("download"),
        cashier.page.getByRole("link", { name: `Tải ${format}` }).click(),
      ]);
      assert.match(file.suggestedFilename(), new RegExp(`^collections-.*\\.${format.toLowerCase()}$`));
    }
    await cashier.page.getByLabel("Xem theo").selectOption("unit");
    await cashier.page.getByRole("columnheader", { name: "Điện lực" }).waitFor();
    await cashier.press("Tuổi nợ");
    await cashier.sees(/theo số ngày quá hạn/);
    await cashier.page.getByRole("row", { name: /^Cộng/ }).waitFor();
    await cashier.isFitFor("ageing");
  });

  test("an administrator finds in the log who did what, and looks after accounts", async () => {
    await administrator.open("log?what=decideApproval");
    await administrator.signIn();
    await administrator.reads("Nhật ký");
    // The first decision of the day, which is the last one of the list.
    const row = administrator.page.getByRole("row", { name: /Quyết định đề nghị/ }).last();
    await row.getByRole("link", { name: "lan" }).waitFor();
    await row.getByText("Chi tiết").click();
    await row.getByText("Đã xem sao kê").waitFor();
    await administrator.isFitFor("log");
    const file = await administrator.page.getByRole("link", { name: "Tải CSV" }).getAttribute("href");
    const answer = await administrator.page.request.get(new URL(file ?? "", administrator.page.url()).href);
    assert.match(await answer.text(), /^\ufeff?acted_at,login_name,what,[^\n]*\n[^\n]*,lan,decideApproval,/);
    const clear = administrator.page.getByRole("link", { name: "Bỏ lọc" });
    await clear.click();
    await clear.waitFor({ state: "hidden" });
    await administrator.type("Tên đăng nhập", "ngan");
    await administrator.page.locator("select").selectOption("reversePayment");
    await administrator.press("Lọc");
    await administrator.page
      .getByRole("row", { name: /Hủy khoản thu/ })
      .first()
      .waitFor();
    assert.match(administrator.page.url(), /log\?login_name=ngan&what=reversePayment$/);
    await administrator.page.goBack();
    await administrator.page
      .getByRole("row", { name: /Quyết định đề nghị/ })
      .first()
      .waitFor();
    await administrator.press("Tài khoản");
    await administrator.sees("Võ Thị Thảo");
    await administrator.isFitFor("accounts");
    await administrator.press("Quản trị");
    await administrator.reads("Tài khoản của tôi");
    await administrator.isFitFor("own account");
  });

  test("a new person does the first day alone, from accounts to the money", () => doTheFirstDay(administrator));

  test("a lost phone is locked in four steps", async () => {
    const device = (await devices()).findLast((one) => one.device_name === collector.name);
    await supervisor.open(`devices/${device?.device_id}`);
    await supervisor.press("Mất điện thoại");
    await supervisor.isFitFor("lost phone");
    await supervisor.press("Thu hồi thiết bị này");
    await supervisor.page.getByRole("button", { name: "Thu hồi thiết bị này" }).click();
    await supervisor.sees(/^Đã khóa lúc/);
    await collector.reads("Điện thoại đã bị khóa");
  });

  test("in English there is not a Vietnamese word left, and whoever signs out is out", async () => {
    await supervisor.press("English");
    for (const page of [
      "today",
      "customers",
      "shifts",
      "mistakes",
      "approvals",
      "devices",
      "held",
      "bill_runs",
      "cut_offs",
      "reports",
      "reports/ageing",
      "help",
      "devices/new",
    ]) {
      await supervisor.open(page);
      await supervisor.page.locator(".page h1").waitFor();
      const own = await supervisor.page.locator("nav, h1, h2, label, button, th[scope=col], .lead").allInnerTexts();
      assert.doesNotMatch(own.join(" ").replace(/Tiếng Việt|Thu Ngân|.*TN\d+.*/g, ""), /[ăđơưĂĐƠƯ]|[ạ-ỹ]/, page);
    }
    await supervisor.press("Sign out");
    await supervisor.reads("The office");
    await supervisor.open("devices");
    await supervisor.reads("The office");
  });

  test("nothing was complained of", () => {
    administrator.hasNothingToComplain();
    cashier.hasNothingToComplain();
    clerk.hasNothingToComplain();
    supervisor.hasNothingToComplain();
  });
});

function section({ page }: Desk, heading: string): Locator {
  return page.locator("section", { has: page.getByRole("heading", { level: 2, name: heading }) });
}
