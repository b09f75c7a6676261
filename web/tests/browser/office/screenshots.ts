/** A picture of every page of the office, on a desk, a tablet and the narrowest screen. Started by `./dev screenshots`. */

import { mkdirSync } from "node:fs";
import type { CustomerSummary } from "../../../src/api/types.ts";
import { COLLECTORS, devices, paymentsOf, routeOf } from "../app/office.ts";
import { closePhones, required } from "../launch.ts";
import { Desk, SIZES } from "./desk.ts";
import { makePeople } from "./staff.ts";

const FOLDER = `${required("THUNGAN_SCREENSHOTS")}/office`;
mkdirSync(FOLDER, { recursive: true });
let number = 0;

async function shot({ page }: Desk, name: string): Promise<void> {
  number += 1;
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    const path = `${FOLDER}/${String(number).padStart(2, "0")}-${name}-${size}.png`;
    await page.screenshot({ path, fullPage: true });
    console.warn(path);
  }
  await page.setViewportSize(SIZES.desk);
}

async function open(desk: Desk, path: string, name: string): Promise<void> {
  await desk.open(path);
  await desk.page.locator(".page h1").waitFor();
  await shot(desk, name);
}

/** A customer of whom there is something to see: who has paid today, else the first one. */
async function customer(): Promise<CustomerSummary> {
  const stops = (await Promise.all(COLLECTORS.map((code) => routeOf(code)))).flatMap((route) => route.stops);
  const found = stops.find((stop) => stop.done_today) ?? stops[0];
  if (!found) {
    throw new Error("there is no customer");
  }
  return found.customer;
}

try {
  const people = await makePeople();
  const supervisor = await Desk.start(people.supervisor);
  const cashier = await Desk.start(people.cashier);
  const clerk = await Desk.start(people.clerk);
  const administrator = await Desk.start(people.administrator);
  await supervisor.open();
  await supervisor.reads("Văn phòng điện lực");
  await shot(supervisor, "sign-in");
  await supervisor.signInFirst();
  await cashier.open();
  await cashier.signInFirst();
  const { customer_code: code, name } = await customer();
  await open(supervisor, "today?by=unit", "today");
  await open(supervisor, "today?by=route", "today-routes");
  await open(supervisor, `route/${COLLECTORS[0]}`, "route");
  await supervisor.page.emulateMedia({ media: "print" });
  await shot(supervisor, "route-on-paper");
  await supervisor.page.emulateMedia({ media: "screen" });
  await open(supervisor, "routes", "routes");
  await supervisor.page.locator(".rows tbody a").first().click();
  await supervisor.page.locator(".stop-list li").nth(4).waitFor();
  await supervisor.page.locator(".stop-list .handle").first().focus();
  await supervisor.page.keyboard.press("ArrowDown");
  await supervisor.page
    .getByRole("button", { name: /^Rời tuyến/ })
    .nth(3)
    .click();
  await supervisor.page.getByLabel("Tuyến mới", { exact: true }).check();
  await shot(supervisor, "route-arranged");
  await open(supervisor, "customers", "customers-empty");
  await open(supervisor, `customers?q=${encodeURIComponent(name.split(" ").at(-1) ?? "")}`, "customers");
  await open(supervisor, `customers/${code}`, "customer");
  await supervisor.press("Xem giấy tờ");
  await supervisor.page.getByRole("button", { name: "Xem", exact: true }).first().click();
  await shot(supervisor, "customer-papers");
  const [payment] = await paymentsOf(code);
  if (payment) {
    await open(cashier, `payments/${payment.payment_id}`, "payment");
  }
  await open(supervisor, "shifts", "shifts");
  const shift = supervisor.page.locator(".rows tbody a").first();
  if (await shift.isVisible()) {
    await shift.click();
    await supervisor.sees("Theo sổ");
    await shot(supervisor, "shift");
  }
  await open(cashier, "transfers", "transfers");
  await open(cashier, `transfers?customer=${code}`, "transfer");
  await open(cashier, "mistakes", "mistakes");
  await open(supervisor, "approvals", "approvals-empty");
  await cashier.open(`transfers?customer=${code}`);
  await cashier.type("Số tiền đã về", "6.000.000");
  await cashier.type("Mã giao dịch của ngân hàng", `FT${Date.now()}`);
  await cashier.press(/^Ghi nhận [\d.]+/);
  await cashier.press("Khoản thu");
  await cashier.press("Hủy khoản thu này");
  await cashier.type("Lý do", "Ghi nhầm số tiền");
  await cashier.page.getByRole("button", { name: "Hủy khoản thu này" }).click();
  await cashier.sees(/đang chờ người thứ hai duyệt/);
  await shot(cashier, "payment-waits");
  await cashier.press("Xem đề nghị");
  await cashier.reads("Đề nghị");
  await shot(cashier, "approval-own");
  await open(supervisor, "held", "held-approval");
  await open(supervisor, "approvals", "approvals");
  await supervisor.type("Lý do quyết định", "Đã xem sao kê");
  await supervisor.page.getByRole("button", { name: "Duyệt", exact: true }).click();
  await supervisor.sees(/Đã duyệt, đã hủy/);
  await shot(supervisor, "approvals-done");
  await open(supervisor, "approvals?state=decided", "approvals-decided");
  await open(supervisor, "devices?all=1", "devices");
  await open(supervisor, "devices/new", "enrol");
  await supervisor.page.getByLabel("Thu ngân viên").selectOption(COLLECTORS[0] ?? "");
  await supervisor.press("Tạo mã");
  await supervisor.page.locator("svg.qr-picture").waitFor();
  await shot(supervisor, "enrol-code");
  const device = (await devices()).at(-1);
  if (device) {
    await open(supervisor, `devices/${device.device_id}`, "device");
    await open(supervisor, `devices/${device.device_id}/lost`, "lost-phone");
  }
  await open(cashier, "held", "held");
  await cashier.page.getByRole("button", { name: "Xem nội dung" }).first().click();
  await cashier.sees(/^tien dien /);
  await shot(cashier, "held-credit");
  await clerk.open("held");
  await clerk.signInFirst();
  await clerk.page.getByRole("button", { name: "Cho lập hóa đơn" }).first().click();
  await clerk.type("Lý do", "Đã xem ảnh công tơ");
  await clerk.page.getByRole("button", { name: "Cho lập hóa đơn" }).first().click();
  await clerk.sees("Không có chỉ số nào bị tạm giữ.");
  await open(clerk, "customers/file", "list-file");
  await open(clerk, "bill_runs", "bill-runs-start");
  await clerk.press("Tính hóa đơn nháp");
  await clerk.page.getByRole("heading", { level: 2, name: "So với tháng trước" }).waitFor();
  await shot(clerk, "bill-run");
  const run = new URL(clerk.page.url()).pathname.replace("/office/", "");
  await open(supervisor, run, "bill-run-release");
  await open(supervisor, "bill_runs", "bill-runs");
  await clerk.open(`customers/${code}`);
  await clerk.press("Sửa hóa đơn này");
  const field = clerk.page.getByLabel(/^Chỉ số mới/).first();
  await field.fill(String(Number(await field.inputValue()) - 20));
  await clerk.sees(/^Khách trả ít hơn/);
  await shot(clerk, "correction");
  await clerk.page.getByLabel(/^Thay thế/).check();
  await clerk.sees(/Lập hóa đơn thay thế/);
  await clerk.type("Lý do", "Đọc nhầm chỉ số");
  await clerk.page.getByRole("button", { name: "Đề nghị sửa" }).click();
  await clerk.press("Xem đề nghị");
  await clerk.reads("Đề nghị");
  await open(supervisor, "approvals", "approval-correction");
  await supervisor.type("Lý do quyết định", "Đã xem ảnh công tơ");
  await supervisor.page.getByRole("button", { name: "Duyệt", exact: true }).click();
  await supervisor.sees(/Đã duyệt, đã sửa hóa đơn/);
  await open(supervisor, "approvals?state=decided", "approvals-corrected");
  await open(clerk, `customers/${code}`, "customer-corrected");
  await open(cashier, "reports", "reports");
  await open(cashier, "reports/ageing", "reports-ageing");
  await administrator.open("people");
  await administrator.signIn();
  await administrator.sees("Võ Thị Thảo");
  await shot(administrator, "people");
  await administrator.page.locator("summary").first().click();
  await administrator.page.locator("summary").nth(1).click();
  await shot(administrator, "people-change");
  await open(administrator, "log", "log");
  await administrator.page.locator(".act summary").first().click();
  await shot(administrator, "log-details");
  await open(administrator, "account", "account");
  await open(administrator, "first_day", "first-day-administrator");
  await open(clerk, "first_day", "first-day-clerk");
  await open(cashier, "help", "help");
  await open(cashier, "help/shifts", "help-shifts");
} finally {
  await closePhones();
}
