import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { englishBillText } from "../../src/i18n/bill_text.ts";

const BILLING = new URL("../../../services/billing/", import.meta.url);

/** What stands between quotation marks behind these names in the texts of a language. */
function textsOf(language: "vi" | "en"): Map<string, string> {
  const source = readFileSync(new URL("engine/explain.py", BILLING), "utf8");
  const [, texts = ""] = source.split("_TEXTS");
  const [vi = "", en = ""] = texts.split('"en": {');
  const found = (language === "vi" ? vi : en).matchAll(/"(\w+)": "(.+)",/g);
  return new Map([...found].map(([, name = "", text = ""]) => [name, text]));
}

const VALUES: Record<string, string> = {
  first: "05/10/2026",
  last: "04/11/2026",
  days: "31",
  months: "1 + 1/6",
  month_days: "31",
  households: "2",
  kwh: "100 / 100",
  tier: "3",
  cos_phi: "0,85",
  percent: "5,88",
};
const filled = (text: string): string => text.replace(/\{(\w+)\}/g, (all, name: string) => VALUES[name] ?? all);

describe("a bill in English", () => {
  const english = textsOf("en");
  for (const name of ["period", "cut", "whole_month", "months", "limits", "reactive", "tier"]) {
    test(`has the billing service's own English: ${name}`, () => {
      const vietnamese = textsOf("vi").get(name);
      assert.ok(vietnamese);
      assert.equal(englishBillText(filled(vietnamese)), filled(english.get(name) ?? ""));
    });
  }

  test("has no purpose of use in Vietnamese", () => {
    const groups = readFileSync(new URL("tariffs/data/groups.yaml", BILLING), "utf8");
    const lines = [...groups.matchAll(/^ {4}line: (.+)$/gm)].map(([, line = ""]) => line);
    assert.ok(lines.length > 10);
    for (const line of lines) {
      assert.doesNotMatch(englishBillText(`${line}, bậc 1`), /[^\p{ASCII}]/u, line);
    }
  });

  test("keeps what it does not know", () => assert.equal(englishBillText("Trợ giá bão"), "Trợ giá bão"));

  test("joins what is joined", () =>
    assert.equal(
      englishBillText("Kỳ 05/10/2026-04/11/2026: 31 ngày, trừ 2 ngày ngừng cấp điện, định mức đủ 1 tháng"),
      "Period 05/10/2026-04/11/2026: 31 days, less 2 days without supply, quotas for 1 full month",
    ));
});
