import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type LocalNotice, localJob, localNotice } from "../../src/app/local_notice.ts";
import { untrueBecause } from "../../src/app/untrue_documents.ts";
import type { CustomerFile, KeptJob } from "../../src/storage/schema.ts";

const CODE = "PB14010000001";
const BILL = {
  bill_id: "b",
  cycle: 1,
  month: 10,
  year: 2026,
  period_from: "2026-10-01",
  period_to: "2026-10-31",
  readings: [{ meter_number: "M1", meter_register: "KT", old_reading: 100, new_reading: 150, multiplier: 1, kwh: 50 }],
  lines: [{ label: "Bậc 1", kwh: 50, unit_price: 1984, amount: 99200 }],
  pre_vat: 99200,
  vat_rate: "8",
  vat: 7936,
  total: 107136,
  open_principal: 99200,
  open_vat: 7936,
  state: "open",
};

function file(debt: number): CustomerFile {
  return {
    customer_code: CODE,
    details: {
      step: "revisit",
      facts: { customer_code: CODE, name: "Nguyễn Thị Hạnh", address: "12 Lê Lợi", unit: { name: "Điện lực Cà Mau" } },
    },
    account: { account: { debt, oldest_due_date: "2026-11-10" }, bills: [BILL], payments: [] },
    read_at: "2026-11-22T01:00:00Z",
    outdated: false,
  } as unknown as CustomerFile;
}

const NOTICE: LocalNotice = {
  file: file(107_136),
  collector: { name: "Trần Văn Thu", phone: "+84951000001" } as LocalNotice["collector"],
  outcome: "cannot_pay",
  appointment: "2026-11-25T01:00:00Z",
  points: [],
  bank: { bank_bin: "970436", account: "1023456789", name: "DIEN LUC" } as LocalNotice["bank"],
  at: "2026-11-22T03:05:00Z",
};

describe("a notice from the phone's copy", () => {
  test("says of a bill without details where they are, and has its sums", () => {
    const archived = { ...BILL, readings: [], lines: [], details_archived: true };
    const account = { ...NOTICE.file.account, bills: [archived] };
    const of = { ...NOTICE, file: { ...NOTICE.file, account } } as unknown as LocalNotice;
    const text = JSON.stringify(localNotice(of)).replaceAll("\u00a0", " ");
    assert.ok(text.includes("Chi tiết đã đưa vào kho lưu trữ"));
    assert.ok(text.includes("107.136"));
  });

  test("is marked as such, with the time of its figures, the debt, the appointment and whom to call", () => {
    const text = JSON.stringify(localNotice(NOTICE)).replaceAll("\u00a0", " ");
    for (const part of [
      "IN TỪ BẢN LƯU TRÊN MÁY",
      "Số liệu lúc 22/11 08:00. In lúc 22/11 10:05.",
      "107.136 đ",
      "50 × 1.984",
      "Thứ tư 25/11 08:00",
      "0951 000 001",
      "970436",
      "không phải là biên nhận",
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  test("names the collection points where the customer is sent to one", () => {
    const point = {
      name: "Bưu điện Cà Mau",
      address: "1 Lý Bôn",
      opening_hours: "7:00-17:00",
    } as LocalNotice["points"][0];
    const text = JSON.stringify(localNotice({ ...NOTICE, points: [point] }));
    assert.ok(text.includes("1. Bưu điện Cà Mau"));
    assert.ok(!text.includes("Hẹn thu tiền"));
  });

  test("is not made where nothing is owed or the bills are not on the phone", () => {
    assert.equal(localNotice({ ...NOTICE, file: file(0) }), null);
    assert.equal(localJob("j", "v", { ...NOTICE, file: { ...file(1), account: null } }), null);
    assert.equal(localJob("j", "v", NOTICE)?.visit_id, "v");
  });
});

describe("a document is not printed any more", () => {
  const job = { job_id: "j", kind: "notice", customer_code: CODE, visit_id: "2" } as const;
  const visit = (id: string, code = CODE) => ({ [code]: { visit_id: id, customer_code: code } }) as never;
  const files = { [CODE]: file(107_136) };

  test("once the customer has paid, a newer visit was made, or the door was left", () => {
    assert.equal(untrueBecause(job, { files, visits: visit("2") }, []), null);
    assert.equal(untrueBecause(job, { files: { [CODE]: file(0) }, visits: visit("2") }, []), "paid");
    assert.equal(untrueBecause(job, { files, visits: visit("3") }, []), "replaced");
    assert.equal(untrueBecause(job, { files, visits: visit("3", "PB14010000002") }, []), "door_left");
    assert.equal(untrueBecause(job, { files, visits: visit("1", "PB14010000002") }, []), null);
    assert.equal(untrueBecause({ ...job, kind: "receipt" }, { files, visits: visit("3") }, []), null);
    const withdrawn = { [CODE]: { visit_id: "2", customer_code: CODE, withdrawn: true } } as never;
    assert.equal(untrueBecause(job, { files, visits: withdrawn }, []), "visit_withdrawn");
  });

  test("when the phone has printed its own copy", () => {
    const own: KeptJob = {
      job_id: "l",
      attempt: 1,
      frame: { ...job, job_id: "l" } as never,
      phase: "done",
      state: "printed",
      cause: null,
      local: "2026-11-22T03:00:00Z",
    };
    assert.equal(untrueBecause(job, { files, visits: {} }, [own]), "printed_from_phone");
    assert.equal(untrueBecause(job, { files, visits: {} }, [{ ...own, state: "cancelled" }]), null);
    assert.equal(untrueBecause({ ...job, job_id: "l" }, { files, visits: {} }, [own]), null);
  });
});
