/** A new person does the first day alone: by what stands on its page, from making accounts to taking the money in. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import { codeIn } from "../../../src/app/scanner.ts";
import { Collector } from "../app/collector.ts";
import { count, notesOf } from "./counting.ts";
import { Desk } from "./desk.ts";

const FLOAT = 500_000;

/** Makes a picture of a step, where somebody wants to look at it. */
type Look = (desk: Desk, name: string) => Promise<void>;

function step({ page }: Desk, name: string): Locator {
  return page.locator(".steps > li", { has: page.getByRole("heading", { level: 2, name }) });
}

async function isDone(desk: Desk, name: string): Promise<void> {
  await desk.open("first_day");
  await step(desk, name).getByText("Đã xong", { exact: true }).waitFor();
}

/** Make an account by the page of accounts; it signs in for the first time at the page of the first day. */
async function newcomer(administrator: Desk, login: string, fullName: string, roles: readonly string[]): Promise<Desk> {
  const { page } = administrator;
  await administrator.open("people");
  await page.getByText("Thêm tài khoản").click();
  const form = page.locator("details", { hasText: "Thêm tài khoản" });
  await form.getByLabel("Họ và tên").fill(fullName);
  await form.getByLabel("Tên đăng nhập").fill(login);
  for (const role of roles) {
    await form.getByLabel(role, { exact: true }).check();
  }
  await form.getByLabel("Điện lực").fill("*");
  await form.getByRole("button", { name: "Tạo tài khoản" }).click();
  const code = await page.locator(".code-aloud").innerText();
  const desk = await Desk.start({ login_name: login, code });
  await desk.open("first_day");
  await desk.signInFirst();
  await desk.reads("Ngày đầu tiên");
  return desk;
}

/** Download a sample file, and import it where its button leads. */
async function importFile(desk: Desk, name: string, button: string): Promise<void> {
  const { page } = desk;
  await desk.open("first_day");
  const [file] = await Promise.all([page.waitForEvent("download"), desk.press(`Tải ${name}`)]);
  assert.equal(file.suggestedFilename(), name);
  await desk.press(button);
  await page.getByLabel("Tệp", { exact: true }).setInputFiles(await file.path());
  await page.getByRole("button", { name: "Xem trước" }).click();
  await page.getByRole("button", { name: "Nhập", exact: true, disabled: false }).click();
  await desk.sees("Đã nhập.");
}

export async function doTheFirstDay(
  administrator: Desk,
  look: Look = (desk, name) => desk.isFitFor(name),
): Promise<void> {
  await administrator.open("first_day");
  await administrator.sees(/trên 9 bước đã xong$/);
  await look(administrator, "first day of an administrator");
  const clerk = await newcomer(administrator, "tap.hoa", "Nguyễn Thị Hoa", ["Nhân viên hóa đơn"]);
  const lead = await newcomer(administrator, "tap.lan", "Trần Thị Lan", ["Quản lý thu", "Thủ quỹ"]);
  await isDone(administrator, "Tạo tài khoản");
  await administrator.sees("Tiếp theo là bước 2, việc của: Nhân viên hóa đơn.");
  await look(administrator, "first day with accounts");

  await look(clerk, "first day of a clerk");
  await importFile(clerk, "units.csv", "1. Nhập điện lực");
  await importFile(clerk, "collectors.csv", "2. Nhập thu ngân viên");
  await importFile(clerk, "routes.csv", "3. Nhập tuyến");
  await isDone(clerk, "Nhập điện lực, thu ngân viên, tuyến");
  await importFile(clerk, "customers.csv", "1. Nhập khách hàng");
  await clerk.press("Ngày đầu tiên");
  await clerk.sees(/^Đã có 15 trên 15 khách hàng/);
  await importFile(clerk, "meters.csv", "2. Nhập công tơ");
  await isDone(clerk, "Nhập khách hàng và công tơ");

  await lead.open("first_day");
  await lead.sees("Việc tiếp theo của bạn: bước 4.");
  await look(lead, "first day of a supervisor");
  await lead.press(/^Mở tuyến/);
  await lead.page.locator(".stop-list .handle").first().focus();
  await lead.page.keyboard.press("ArrowDown");
  await look(lead, "route of the first day");
  await lead.page.getByRole("button", { name: "Lưu", exact: true }).click();
  await lead.sees(/^Đã lưu\./);
  await isDone(lead, "Sắp xếp tuyến");

  await importFile(clerk, "readings.csv", "Nhập chỉ số");
  await look(clerk, "readings of the first day");
  await isDone(clerk, "Nhập chỉ số");
  await clerk.press("Mở Đợt lập hóa đơn");
  await clerk.press("Tính hóa đơn nháp");
  await clerk.sees("Chờ duyệt phát hành");
  await lead.sees(/^Đã có 15 hóa đơn nháp/);
  await lead.press("Mở đợt để phát hành");
  const shown = lead.page.locator(".tiles li", { hasText: "Tổng tiền" }).locator("strong");
  await lead.type("Số lượng hóa đơn", "15");
  await lead.type("Tổng tiền, gồm thuế", (await shown.innerText()).replace(/\D/g, ""));
  await lead.page.getByRole("button", { name: "Duyệt phát hành" }).click();
  await lead.page.locator(".facts-list").getByText("Đã phát hành").waitFor();
  await isDone(lead, "Lập và phát hành hóa đơn");

  await lead.press(/^Tạo mã cho/);
  await lead.press("Tạo mã");
  const picture = lead.page.locator("svg.qr-picture");
  const code = codeIn((await picture.getAttribute("data-code")) ?? "");
  assert.ok(code);
  const collector = await Collector.start("TN9900001");
  await collector.enrol(code);
  await isDone(lead, "Đăng ký điện thoại");
  const paid = await collect(collector);
  await isDone(lead, "Thu tiền");

  await closeShift(collector, FLOAT + paid);
  await lead.press("Mở ca chờ nộp");
  await lead.press(/TN9900001/);
  await lead.sees("Nhận tiền");
  await count(lead, notesOf(FLOAT + paid));
  await lead.press(/^Xác nhận đã nhận/);
  await lead.sees("Ca này đã xong");
  await isDone(lead, "Kết ca và nhận tiền");
  await look(lead, "first day that is done");
  await lead.press("English");
  await lead.sees("Close the shift, take the money in");
  const own = await lead.page.locator(".page h1, .page h2, .page p, .page a, .page summary").allInnerTexts();
  assert.doesNotMatch(own.join(" ").replace("Nguyễn Văn Mẫu", ""), /[ăđơưĂĐƠƯ]|[ạ-ỹ]/);
  for (const desk of [administrator, clerk, lead]) {
    desk.hasNothingToComplain();
  }
  await Promise.all([clerk.close(), lead.close(), collector.close()]);
}

/** The first customer of the route pays in cash, exactly; returns what was paid. */
async function collect(collector: Collector): Promise<number> {
  const { page } = collector;
  await collector.openShift();
  await page.locator('a[href*="customers/PB9900"]').first().click();
  await collector.press("Gặp khách");
  await collector.sees(/Khách trả bằng cách nào/);
  await collector.open(`${new URL(page.url()).pathname.replace("/app/", "").split("/").slice(0, 2).join("/")}/cash`);
  await collector.press("Vừa đủ");
  const take = page.getByRole("button", { name: /^Thu .*biên nhận$/ });
  const amount = Number((await take.innerText()).replace(/\D/g, ""));
  await take.click();
  await collector.sees(/^Đã thu/);
  return amount;
}

async function closeShift(collector: Collector, amount: number): Promise<void> {
  await collector.open("shift");
  await collector.press("Kết ca");
  for (const [note, pieces] of Object.entries(notesOf(amount))) {
    const label = `Số tờ ${Number(note).toLocaleString("de-DE")}`;
    await collector.page.getByLabel(label, { exact: true }).fill(String(pieces));
  }
  const close = collector.page.getByRole("button", { name: /Kết ca, in phiếu/ });
  if (await close.isDisabled()) {
    await collector.type("Lý do chênh lệch", "Không có tờ nhỏ hơn 200 đồng");
    await close.click();
    await collector.press(/^Vẫn kết ca: Thiếu/);
  } else {
    await close.click();
  }
  await collector.sees("Đã kết ca");
}
