import assert from "node:assert/strict";
import { test } from "node:test";
import { namesWard, nearestFirst, wardOf } from "../../src/app/wards.ts";

for (const [address, ward] of [
  ["Số 7, đường Lý Bôn, khóm 2, phường Tân Thành, tỉnh Cà Mau", "tan thanh"],
  ["ấp Tân Điền, xã Tân Thành", "tan thanh"],
  ["12 Lê Lợi, P.5, TP Cà Mau", "5"],
  ["Khóm 1, thị trấn Đầm Dơi", "dam doi"],
  ["12 Lê Lợi, TT. Đầm Dơi", "dam doi"],
  ["Khu phố 5, đặc khu Phú Quốc", "phu quoc"],
  ["12 Lê Lợi, phường 05", "5"],
  ["12 Phường Chí Kiên", null],
  ["", null],
] as const) {
  test(`the ward of "${address}"`, () => assert.equal(wardOf(address), ward));
}

test("points of the own ward come first, the others in their order", () => {
  const points = ["Bưu điện, xã Tân Hưng", "Quầy thu, phường 5", "Chợ, Phường Tân Thành", "Bạc Liêu"].map(
    (address) => ({ address }),
  );
  assert.deepEqual(
    nearestFirst(points, "Số 7 Lý Bôn, phường Tân Thành, tỉnh Cà Mau").map(({ address }) => address),
    ["Chợ, Phường Tân Thành", "Bưu điện, xã Tân Hưng", "Quầy thu, phường 5", "Bạc Liêu"],
  );
  assert.deepEqual(nearestFirst(points, "Cà Mau"), points);
  const named = [{ address: "1 Lý Bôn, phường 2" }, { address: "1 Lý Bôn, phường 2", ward: "Phường An Xuyên" }];
  assert.equal(nearestFirst(named, "Phường An Xuyên")[0], named[1]);
});

for (const [address, ward, expected] of [
  ["12 Lê Lợi, An Xuyên, Cà Mau", "an xuyen", true],
  ["12 Lê Lợi, An Xuyên, Cà Mau", "le loi", false],
  ["An Xuyên, phường Tân Thành", "an xuyen", false],
  ["Lê Lợi, Cà Mau", "le loi", false],
] as const) {
  test(`"${address}" is ${expected ? "" : "not "}in "${ward}"`, () => assert.equal(namesWard(address, ward), expected));
}
