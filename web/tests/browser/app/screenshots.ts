/** A picture of every screen, as a collector sees it. Started by `./dev screenshots`. */

import { mkdirSync } from "node:fs";
import { until } from "../../until.ts";
import { required } from "../launch.ts";
import { Collector } from "./collector.ts";
import { debtOf, post, printJobsOf, recordTransfer, revoke } from "./office.ts";

const FOLDER = required("THUNGAN_SCREENSHOTS");
mkdirSync(FOLDER, { recursive: true });
let number = 0;

async function shot({ page }: Collector, name: string, whole = false): Promise<void> {
  number += 1;
  const path = `${FOLDER}/${String(number).padStart(2, "0")}-${name}.png`;
  if (whole) {
    // As on a phone that is long enough: what is held at the edges of the screen covers nothing.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: 390, height });
    await page.evaluate(() => scrollTo(0, 0));
  }
  let before: Uint8Array = new Uint8Array();
  await until("a screen at rest", async () => {
    const now = await page.screenshot({ path });
    const isAtRest = now.equals(before);
    before = now;
    return isAtRest;
  });
  await page.setViewportSize({ width: 390, height: 844 });
  console.warn(path);
}

const collector = await Collector.start();
try {
  await collector.open();
  await collector.reads("Đăng ký máy");
  await shot(collector, "enrol");
  await collector.type("Mã đăng ký", "AAAA-BBBB");
  await collector.press(/^Đăng ký$/);
  await collector.page.getByRole("alert").waitFor();
  await shot(collector, "enrol-refused");
  await collector.enrol();
  await shot(collector, "today-no-shift");
  await collector.open("shift");
  await collector.reads("Ca thu");
  await shot(collector, "shift-open");
  await collector.openShift();
  await collector.sees(/Tiền mặt đang giữ/);
  await collector.open("print-jobs");
  await collector.reads("Phiếu in");
  await shot(collector, "print-jobs-no-printer");
  await collector.press(/Nối máy in/);
  await shot(collector, "printer");
  await collector.press(/SPP/);
  await collector.sees("Máy in này chưa được kiểm tra");
  await shot(collector, "printer-new");
  await collector.press("Kiểm tra máy in");
  await collector.sees(/mũi tên/);
  await shot(collector, "printer-width");
  await collector.press("Không: giấy 58 mm");
  await collector.sees(/đánh dấu/);
  await collector.page.getByLabel(/Chữ Việt/).check();
  await collector.page.getByLabel(/khoảng trắng/).check();
  await shot(collector, "printer-look");
  await collector.press("Lưu");
  await collector.sees("Khổ giấy 58 mm");
  await shot(collector, "printer-ready");
  await collector.page.getByRole("button", { name: "Quay lại" }).click();

  const [first, second, third, fourth, fifth] = await collector.owing();
  if (!first || !second || !third || !fourth || !fifth) {
    throw new Error("the route is too short");
  }
  await collector.press(/Hôm nay/);
  await collector.sees(first.name);
  await shot(collector, "today");
  await collector.press(/Tìm khách/);
  await collector.type(
    /Tìm theo/,
    first.name.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase(),
  );
  await collector.sees(first.name);
  await collector.sees(/mã khách hàng|tên/);
  await shot(collector, "search");
  await collector.press(new RegExp(first.name));
  await collector.sees(/Tổng tiền phải trả/);
  await collector.sees(/Thuế GTGT/);
  await shot(collector, "customer");
  await shot(collector, "customer-whole", true);
  await collector.press("Khiếu nại hóa đơn");
  await collector.sees("Công tơ đang chỉ");
  await shot(collector, "complaint");
  await collector.page.getByRole("button", { name: "Quay lại" }).click();
  await collector.press("Sửa số");
  await shot(collector, "customer-phone");
  await collector.press("Thôi");
  await collector.press("Gặp khách");
  await collector.sees(/Đã in/);
  await shot(collector, "visit");
  await collector.press(/^Tiền mặt/);
  await collector.sees(/Khách đưa/);
  await shot(collector, "cash");
  await collector.page.locator(".chips button").nth(2).click();
  await shot(collector, "cash-change");
  await collector.press(/^Thu .*biên nhận$/);
  await collector.sees(/^Đã thu/);
  await collector.sees("Đã in");
  await shot(collector, "paid");

  await collector.press("Khách kế tiếp");
  await collector.sees(second.name);
  await collector.press("Gặp khách");
  await collector.press(/^Chuyển khoản/);
  await collector.sees(/Đang chờ ngân hàng/);
  await shot(collector, "transfer-waiting");
  await recordTransfer(second.customer_code, await debtOf(second.customer_code), collector.name);
  await collector.sees("Ngân hàng đã báo có");
  await shot(collector, "transfer-recorded");
  await collector.press("Xem kết quả");
  await collector.sees("Đã in");
  await shot(collector, "transfer-done");

  await collector.goToByClick(third);
  await collector.press("Gặp khách");
  await collector.press(/^Chưa trả được/);
  await shot(collector, "promise");
  await collector.page.getByLabel(/Ngày khác/).fill(new Date(Date.now() + 12 * 86_400_000).toISOString().slice(0, 10));
  await shot(collector, "promise-another-day");
  await collector.press(/^Ngày mai/);
  await collector.press(/^Ghi hẹn/);
  await collector.sees("Đã ghi hẹn");
  await collector.sees("Đã in");
  await shot(collector, "promised");
  await collector.goToByClick(third);
  await collector.press("Gặp khách");
  await collector.press(/^Chưa trả được/);
  await collector.sees(/điểm thu gần nhất/);
  await shot(collector, "promise-second");
  await collector.press(/Ghi nhận/);
  await collector.sees("Mời khách trả tại điểm thu");
  await collector.sees("Đã in");
  await shot(collector, "collection-points");

  await collector.goToByClick(fourth);
  await collector.press("Khách vắng");
  await shot(collector, "away-confirm");
  await collector.press("Vắng, in giấy báo");
  await collector.sees("Đã ghi khách vắng");
  await collector.sees("Đã in");
  await shot(collector, "away");
  await collector.press("Thêm ghi chú");
  await shot(collector, "away-note");

  await collector.goToByClick(fifth);
  await collector.sees(/Thuế GTGT/);
  await post(fifth.customer_code, await debtOf(fifth.customer_code));
  await collector.sees(/Không thu nữa/);
  await shot(collector, "paid-elsewhere");

  collector.printer.paperLeft = 0;
  const [sixth] = await collector.owing();
  if (sixth) {
    await collector.goToByClick(sixth);
    await collector.press("Gặp khách");
    await collector.sees(/hết giấy/);
    await shot(collector, "visit-paper-out");
  }
  await collector.goHome();
  await collector.press(/Phiếu in/);
  await collector.sees(/hết giấy/);
  await shot(collector, "print-jobs-held");
  collector.printer.loadPaper();
  await collector.press("In tiếp");
  await until(
    "all documents",
    async () => (await printJobsOf(collector.name)).every((job) => job.state === "printed"),
    40_000,
  );
  collector.link.faults.reset();
  collector.link.faults.at(12, "lost after");
  const [seventh] = await collector.owing();
  if (seventh) {
    await collector.goToByClick(seventh);
    await collector.press("Gặp khách");
    await collector.sees(/Đã in ra chưa/);
    await shot(collector, "visit-unconfirmed");
  }
  await collector.goHome();
  await collector.press(/Phiếu in/);
  await shot(collector, "print-jobs-unconfirmed", true);
  await collector.press("Rồi, đã ra đủ");
  await collector.page
    .getByText(/Hãy nhìn máy in/)
    .first()
    .waitFor({ state: "hidden" });
  await collector.press("In bản sao");
  await shot(collector, "copy");
  await collector.press("Thôi");

  await collector.press(/Hôm nay/);
  await collector.context.setOffline(true);
  await collector.page.evaluate(() => dispatchEvent(new Event("online")));
  await collector.sees(/Không có sóng/);
  const [eighth] = await collector.owing();
  if (eighth) {
    await collector.goToByClick(eighth);
    await collector.press("Gặp khách");
    await collector.sees(/chờ gửi/);
    await shot(collector, "offline-visit");
    await collector.press(/^Tiền mặt/);
    await shot(collector, "offline-cash");
    await collector.page.getByRole("button", { name: "Quay lại" }).click();
    await collector.press(/^Chưa trả được/);
    await collector.press(/^Ghi hẹn/);
    await shot(collector, "offline-promised");
  }
  await collector.press(/việc chờ gửi/);
  await shot(collector, "outbox");
  await collector.context.setOffline(false);
  await collector.page.evaluate(() => dispatchEvent(new Event("online")));
  await collector.sees("Không có việc nào chờ gửi.");
  await shot(collector, "outbox-sent");
  await collector.goHome();
  await collector.press(/^Đã trả/);
  await shot(collector, "today-done");
  await collector.press("Tổng kết và lịch hẹn");
  await collector.sees("Lịch hẹn");
  await shot(collector, "day");
  await collector.page.getByRole("button", { name: "Quay lại" }).click();
  await collector.press("Cài đặt");
  await shot(collector, "settings");
  await collector.press(/Trợ giúp/);
  await collector.sees("Máy in không in");
  await shot(collector, "help");
  await collector.page.getByRole("button", { name: "Quay lại" }).click();
  await collector.page.getByLabel("English").click();
  await collector.reads("Settings");
  await collector.goHome();
  await shot(collector, "today-english");
  await collector.press("Settings");
  await collector.page.getByLabel("Tiếng Việt").click();
  await collector.reads("Cài đặt");
  await collector.goHome();

  await collector.press(/Ca thu/);
  await collector.sees("Còn thu được");
  await shot(collector, "shift");
  await collector.press("Kết ca");
  await collector.type("Số tờ 500.000", "1");
  await shot(collector, "shift-close", true);
  await collector.type(/Lý do chênh lệch/, "Chưa đếm hết tiền lẻ");
  await collector.press(/Kết ca, in phiếu/);
  await collector.sees("Hãy đếm lại một lần nữa.");
  await shot(collector, "shift-close-again");
  await collector.press(/^Vẫn kết ca/);
  await collector.sees("Đã kết ca");
  await collector.sees("Đã in");
  await shot(collector, "shift-closed");

  const other = await collector.context.newPage();
  await other.goto(collector.page.url());
  await collector.reads("Ứng dụng đang mở ở thẻ khác");
  await collector.page.bringToFront();
  await shot(collector, "other-tab");
  await other.close();
  await collector.press("Dùng ở đây");
  await collector.reads("Ca thu");
  await revoke(collector.name);
  await collector.reads("Điện thoại đã bị khóa");
  await shot(collector, "locked");
  await until("nothing", async () => true);
  collector.hasNothingToComplain();
} catch (error) {
  await collector.page.screenshot({ path: `${FOLDER}/failed.png`, fullPage: true });
  throw error;
} finally {
  await collector.close();
}
