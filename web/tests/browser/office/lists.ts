/** Files are handed in: looked at, with what is wrong in them, and imported. */
import { ordinaryCollectors, routeOf } from "../app/office.ts";
import type { Desk } from "./desk.ts";

const COLUMNS =
  "customer_code,name,address,phone,tax_code,unit_code,route_code,place_in_route,price_group,households,active";

function list(...lines: string[]): { name: string; mimeType: string; buffer: Buffer } {
  return { name: "khach hang.csv", mimeType: "text/csv", buffer: Buffer.from([COLUMNS, ...lines, ""].join("\n")) };
}

export async function handInAList(clerk: Desk): Promise<void> {
  const { page } = clerk;
  const stops = (await routeOf((await ordinaryCollectors()).at(-3) ?? "")).stops;
  const route = stops[0]?.customer.route_code ?? "";
  const unit = route.split("-")[0] ?? "";
  const newcomer = `${unit}9990001,Lâm Thị Mười Hai,12 Phan Ngọc Hiển,,,${unit},${route},900,household,1,true`;
  await clerk.open("customers");
  await clerk.press("Nhập danh sách");
  await clerk.reads("Nhập danh sách");
  await clerk.isFitFor("list");
  const file = page.getByLabel("Tệp", { exact: true });
  await file.setInputFiles(list(newcomer, newcomer.replace("9990001", "9990002").replace(route, "KHONG-CO")));
  await page.getByRole("button", { name: "Xem trước" }).click();
  await clerk.sees(/^Không nhập được/);
  await clerk.sees(/KHONG-CO is not known/);
  await clerk.isFitFor("list with a wrong line");
  await file.setInputFiles(list(newcomer));
  await page.getByRole("button", { name: "Xem trước" }).click();
  await clerk.sees("1 dòng: 1 mới, 0 thay đổi, 0 giữ nguyên.");
  await page.getByRole("button", { name: "Nhập", exact: true }).click();
  await clerk.sees("1 khách hàng có thông tin mới; điện thoại của thu ngân viên tự cập nhật.");
  // The same with another name: what would change is named.
  await file.setInputFiles(list(newcomer.replace("Mười Hai", "Mười Ba")));
  await page.getByRole("button", { name: "Xem trước" }).click();
  await clerk.sees("name: 1");
  await clerk.isFitFor("list with a change");
  await page.keyboard.press("/");
  await page.keyboard.type("lam thi muoi hai");
  await page.keyboard.press("Enter");
  await clerk.press("Lâm Thị Mười Hai");
  await clerk.sees("12 Phan Ngọc Hiển");
}

export async function handInReadings(clerk: Desk): Promise<void> {
  await clerk.open("bill_runs/file");
  const file = { name: "chi so.csv", mimeType: "text/csv", buffer: Buffer.from("customer_code\nPB14019999999\n") };
  await clerk.page.getByLabel("Tệp", { exact: true }).setInputFiles(file);
  await clerk.press("Xem trước");
  await clerk.sees(/^Dòng 1 · /);
  await clerk.isFitFor("file of readings");
  await clerk.page.getByRole("button", { name: "Nhập", exact: true, disabled: true }).waitFor();
}
