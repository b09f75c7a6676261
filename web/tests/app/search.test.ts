import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomerSummary, RouteStop } from "../../src/api/types.ts";
import { RouteIndex } from "../../src/app/search/search.ts";
import { spellingWeight } from "../../src/app/search/spelling.ts";

function stop(code: string, name: string, address: string, phone: string | null, meter: string | null): RouteStop {
  const customer: CustomerSummary = {
    customer_code: code,
    name,
    address,
    phone,
    meter_number: meter,
    route_code: "R1",
    place_in_route: 1,
    step: "due",
    debt: 100_000,
    appointment: null,
  };
  return { customer, done_today: false, promised_today: false, last_outcome: null };
}

const INDEX = new RouteIndex([
  stop("PB14010000106", "Huỳnh Chí Dũng", "Số 3 đường Nguyễn Việt Khái, khóm 7", "+84953000000", "120000000"),
  stop("PB14010000790", "Nguyễn Tuyết Hằng", "Số 7 đường Nguyễn Việt Khái", "+84912345678", "120000771"),
  stop("PB14010000773", "Trần Ánh Trang", "ấp Kênh Hãng", null, null),
  stop(
    "PB14010000771",
    "Đặng Duy Nghĩa".normalize("NFD"),
    "Số 17/12 đường Lý Thường Kiệt",
    "+84956617748",
    "120000004",
  ),
  stop("PB14010000555", "Nguyễn Thị Hạnh", "Số 1 đường Phan Ngọc Hiển", "+84901112233", "130000009"),
]);

const first = (typed: string): string | undefined => INDEX.search(typed)[0]?.customer.customer_code;

for (const [typed, code, why] of [
  ["huỳnh chí dũng", "PB14010000106", "with accents"],
  ["\u202a0912\u2011345\u2013678\u202c", "PB14010000790", "a phone number out of a chat"],
  ["PB14010\u200b000773", "PB14010000773", "a code with a mark that cannot be seen"],
  ["０９０１１１２２３３", "PB14010000555", "full-width digits"],
  ["huynh chi dung", "PB14010000106", "without accents"],
  ["chi dung hynh", "PB14010000106", "a letter missing, words turned"],
  ["dung huynh", "PB14010000106", "a word left out"],
  ["ng.t.hanh", "PB14010000555", "initials"],
  ["nguyen tuyet hang", "PB14010000790", "a common first word"],
  ["dang duy nghia", "PB14010000771", "a name stored decomposed"],
  ["tran anh tran", "PB14010000773", "the last word unfinished"],
  ["kenh hang", "PB14010000773", "an address"],
  ["PB14010000790", "PB14010000790", "the whole code"],
  ["pb14 0100 00790", "PB14010000790", "a code with blanks"],
  ["0790", "PB14010000790", "the end of a code"],
  ["0912 345 678", "PB14010000790", "a phone number"],
  ["5678", "PB14010000790", "the end of a phone number"],
  ["120000771", "PB14010000790", "a meter number"],
  ["0912345679", "PB14010000790", "a phone number with one slip"],
  ["huin tri zung", "PB14010000106", "as it is spoken"],
  ["tran an chan", "PB14010000773", "as it is spoken in the south"],
  ["giang vuy nghia", "PB14010000771", "gi and v for d"],
  ["anh ơi PB14010000790 chưa trả, gần nhà Trần Ánh Trang", "PB14010000790", "a code in a message"],
  ["MBVCB.327.TDPB14010000790ABCDEFGH.CT tu 0071", "PB14010000790", "a code in a transfer"],
  ["PB14010000790T092026K1", "PB14010000790", "the number of a bill"],
  ["gọi 0912.345.678 gặp chị Trang", "PB14010000790", "a phone number in a message"],
] as const) {
  test(`"${typed}" finds the customer: ${why}`, () => assert.equal(first(typed), code));
}

for (const typed of ["", "   ", "!!!", "😀", "\u001b@", "xyzxyz qqq"]) {
  test(`${JSON.stringify(typed)} finds nobody, and nothing breaks`, () => assert.deepEqual(INDEX.search(typed), []));
}

test("an address of before the reform, and the ward of today", () => {
  const moved = stop("PB14010000900", "Lê Văn Tám", "Số 2 đường Lý Bôn", null, null);
  const customer = { ...moved.customer, ward: "Phường An Xuyên", address_old: "Số 9 đường Bà Triệu, phường 2" };
  const index = new RouteIndex([{ ...moved, customer }]);
  for (const typed of ["an xuyen", "ba trieu"]) {
    assert.equal(index.search(typed)[0]?.customer.customer_code, customer.customer_code);
  }
});

test("a query of a thousand words is answered", () => {
  assert.doesNotThrow(() => INDEX.search("nguyen ".repeat(1000)));
});

test("spelling is weighed by the server's rules", () => {
  assert.equal(spellingWeight("hanh", "hanh"), 1);
  assert.equal(spellingWeight("12", "13"), 0, "numbers are never misspelt");
  assert.ok(spellingWeight("han", "hanh") > spellingWeight("hnah", "hanh"));
  assert.ok(spellingWeight("xuong", "suong") > spellingWeight("buong", "suong"), "what sounds alike is half a slip");
});
