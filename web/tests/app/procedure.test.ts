import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CustomerAccount, Payment, RouteStop } from "../../src/api/types.ts";
import { Clock, dayAfter, dayOf, momentOf, timeOf, weekdayOf, writtenDay } from "../../src/app/clock.ts";
import { newId } from "../../src/app/ids.ts";
import { dong, inNotes, likelyAmounts, NOTES, readDong } from "../../src/app/money.ts";
import {
  expectedStep,
  grouped,
  moneyInDoubt,
  newVisit,
  openVisit,
  transferReference,
  transfersNow,
  unsettledMoney,
} from "../../src/app/procedure.ts";
import { searchKey, tidyLine } from "../../src/app/text.ts";
import { crc16, MAX_CONTENT, parseCode, paymentCode } from "../../src/app/vietqr.ts";
import type { Command, CurrentVisit, Transfer } from "../../src/storage/schema.ts";

const ACCOUNT = { bank_bin: "970436", account: "1023456789" };

describe("VietQR", () => {
  const published = [
    "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA530370454061200005802VN62170813ung ho lu lut6304C15C",
    "00020101021238540010A00000072701240006970436011010234567890208QRIBFTTA5303704540719430005802VN62120808TT0000696304A8E5",
    "00020101021238500010A0000007270120000697041601065454460208QRIBFTTA53037045405801005802VN62250821Thanh toan anyLEARN 86304FA27",
    "00020101021238600010A00000072701300006970403011697040311012345670208QRIBFTTC530370454061800005802VN62340107NPS68690819thanh toan don hang6304A203",
  ] as const;

  test("the checksum is CCITT-FALSE", () => assert.equal(crc16("123456789"), 0x29b1));

  for (const code of published) {
    test(`a published code is read: ${code.slice(-12)}`, () => {
      const fields = parseCode(code);
      assert.deepEqual([fields["53"], fields["58"], fields["38.00"]], ["704", "VN", "A000000727"]);
    });
  }

  test("a published code is made again byte for byte", () =>
    assert.equal(paymentCode(ACCOUNT, 1_943_000, "TT000069"), published[1]));

  test("a right checksum over wrong lengths is refused", () => {
    const damaged = published[3].replace("0819thanh", "0823thanh").slice(0, -4);
    const sum = crc16(damaged).toString(16).toUpperCase().padStart(4, "0");
    assert.throws(() => parseCode(damaged + sum), RangeError);
  });

  test("a damaged code is refused", () =>
    assert.throws(() => parseCode(published[0].replace("120000", "130000")), RangeError));

  test("content is written without accents", () =>
    assert.equal(parseCode(paymentCode(ACCOUNT, 1000, "Tiền điện Đẹt"))["62.08"], "Tien dien Det"));

  test("without an amount the payer fills it in", () => {
    const fields = parseCode(paymentCode(ACCOUNT, null, "TIEN DIEN"));
    assert.deepEqual([fields["54"], fields["01"]], [undefined, "11"]);
  });

  for (const [amount, content] of [
    [0, "A"],
    [-5, "A"],
    [1e13, "A"],
    [1.5, "A"],
    [1, "A".repeat(26)],
    [1, ""],
  ] as const) {
    test(`what a bank would refuse is refused: ${amount} ${content.length}`, () =>
      assert.throws(() => paymentCode(ACCOUNT, amount, content), RangeError));
  }

  for (const [bankBin, account] of [
    ["97041", "1"],
    ["123456", "1"],
    ["970415", ""],
    ["970415", "1 2"],
  ] as const) {
    test(`an account that cannot be one is refused: ${bankBin} "${account}"`, () =>
      assert.throws(() => paymentCode({ bank_bin: bankBin, account }, 1, "A"), RangeError));
  }

  test("a reference fits, names the customer, and no two are the same", () => {
    const references = new Set(Array.from({ length: 500 }, () => transferReference("PB14010012345")));
    assert.equal(references.size, 500);
    for (const reference of references) {
      assert.ok(reference.length <= MAX_CONTENT && reference.includes("PB14010012345"));
      assert.equal(parseCode(paymentCode(ACCOUNT, 1, reference))["62.08"], reference);
    }
  });
});

describe("money", () => {
  test("amounts are written with dots and never break", () => {
    assert.equal(dong(1_234_567), "1.234.567\u00a0đ");
    assert.equal(dong(0), "0\u00a0đ");
    assert.equal(dong(-500), "-500\u00a0đ");
  });

  test("what is typed is read as people write it, and nothing else", () => {
    assert.equal(readDong("1.234.567 đ"), 1_234_567);
    assert.equal(readDong(" 200 000"), 200_000);
    for (const wrong of ["", "1e5", "-5", "12a", "1/2", "9".repeat(13)]) {
      assert.equal(readDong(wrong), null, wrong);
    }
  });

  test("what a payer may hand over is never less than what is due, and has the exact amount first", () => {
    for (let due = 1; due < 3_000_000; due += 7_919) {
      const amounts = likelyAmounts(due);
      assert.equal(amounts[0], due);
      assert.ok(amounts.every((amount) => amount >= due));
      assert.equal(new Set(amounts).size, amounts.length);
    }
  });

  test("change in notes adds up", () => {
    for (let change = 0; change < 1_500_000; change += 4_177) {
      const { notes, rest } = inNotes(change);
      assert.equal(
        notes.reduce((sum, [note, pieces]) => sum + note * pieces, rest),
        change,
      );
      assert.ok(rest < Math.min(...NOTES));
    }
  });
});

describe("time", () => {
  test("the day is that of Vietnam, whatever the phone's zone", () => {
    assert.equal(dayOf("2026-11-22T16:59:59Z"), "2026-11-22");
    assert.equal(dayOf("2026-11-22T17:00:00Z"), "2026-11-23");
    assert.equal(timeOf("2026-11-22T17:05:00Z"), "00:05");
    assert.equal(momentOf("2026-11-23", "08:00"), Date.parse("2026-11-23T01:00:00Z"));
    assert.equal(dayAfter("2026-12-31", 1), "2027-01-01");
    assert.equal(weekdayOf("2026-11-22"), 0);
    assert.equal(writtenDay("2026-11-22T17:00:00Z"), "23/11/2026");
  });

  test("a clock that is wrong by a day is corrected by the gateway", () => {
    const own = Date.parse("2026-11-21T03:00:00Z");
    const kept: number[] = [];
    const clock = new Clock(
      0,
      (offset) => kept.push(offset),
      () => own,
    );
    assert.equal(clock.isWrong, false);
    clock.correct(own + 86_400_000);
    assert.equal(clock.day(), "2026-11-22");
    assert.equal(clock.isWrong, true);
    clock.correct(own + 86_400_000 + 900);
    assert.deepEqual(kept, [86_400_000], "a second more or less is the way through the net");
  });

  test("a clock that was put right is believed again", () => {
    let own = 1_000_000_000_000;
    const clock = new Clock(
      0,
      () => undefined,
      () => own,
    );
    clock.correct(own + 3_600_000);
    own += 3_600_000;
    clock.correct(own);
    assert.equal(clock.offset, 0);
  });
});

test("ids are UUIDv7 that increase with time", () => {
  const ids = [1, 2, 3].map((minute) => newId(Date.UTC(2026, 10, 22, 8, minute)));
  assert.deepEqual([...ids].sort(), ids);
  assert.match(ids[0] ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a name is one key however it is composed, and loses what is not a letter or a digit", () => {
  assert.equal(searchKey("Nguyễn Thị Ánh".normalize("NFD")), searchKey("NGUYỄN THỊ ÁNH"));
  assert.equal(searchKey("  Đặng\u0007 Văn 😀 Ơn!! "), "dang van on");
  assert.equal(searchKey("Y Ƀlưk Kđăm, Rơ\u0306n"), "y bluk kdam ron");
});

test("a note becomes one composed line without control characters", () => {
  assert.equal(tidyLine("Hẹn\u001b@ mai\r\n  sáng\u200b ".normalize("NFD")), "Hẹn @ mai sáng");
});

describe("the visit", () => {
  const visit = newVisit("PB14010000001", "met", "2026-11-22T03:00:00.000Z", "2026-11-22");

  test("a visit that was begun goes on after a crash, until it is over or the day is", () => {
    assert.equal(openVisit(visit, "2026-11-22"), visit);
    assert.equal(openVisit({ ...visit, over: true }, "2026-11-22"), null);
    assert.equal(openVisit(visit, "2026-11-23"), null);
    assert.equal(openVisit(undefined, "2026-11-22"), null);
  });

  test("nobody home is over at once", () => {
    assert.equal(newVisit("PB14010000001", "away", "2026-11-22T03:00:00.000Z", "2026-11-22").over, true);
  });

  test("without money on another occasion leads to a collection point, also without signal", () => {
    const details = { step: "revisit", collection_point_from: "2026-11-23T17:00:00Z" } as unknown as Parameters<
      typeof expectedStep
    >[0];
    const tomorrow = Date.parse("2026-11-23T17:00:00Z");
    assert.equal(expectedStep(details, tomorrow), "collection_point");
    assert.equal(expectedStep(details, tomorrow - 1), "revisit", "a second entry of the same day corrects the first");
    assert.equal(expectedStep(null, tomorrow), "revisit");
  });
});

describe("money in doubt", () => {
  const payment = { kind: "payment", customer_code: "PB14010000001", state: "waiting", body: {} } as unknown as Command;

  test("locks its customer while it waits, and after a refusal until the money was given back", () => {
    const refused: Command = { ...payment, state: "refused" };
    assert.equal(moneyInDoubt([payment], "PB14010000001"), payment);
    assert.equal(moneyInDoubt([refused], "PB14010000001"), refused);
    for (const other of [
      { ...refused, seen: true },
      { ...payment, state: "sent" as const },
    ]) {
      assert.equal(moneyInDoubt([other], "PB14010000001"), null);
    }
    assert.equal(moneyInDoubt([payment], "PB14010000002"), null);
    assert.equal(moneyInDoubt([{ ...payment, kind: "visit" }], "PB14010000001"), null);
  });
});

test("money whose end is not known outlives a phone that is shut out, without names", () => {
  const payment = {
    kind: "payment",
    customer_code: "PB14010000001",
    customer_name: "A",
    state: "waiting",
    body: { amount: 5_000 },
    made_at: "2026-11-22T03:00:00Z",
  } as unknown as Command;
  assert.deepEqual(unsettledMoney([payment, { ...payment, state: "sent" }, { ...payment, kind: "visit" }]), [
    { customer_code: "PB14010000001", amount: 5_000, made_at: "2026-11-22T03:00:00Z" },
  ]);
});

describe("the day's list", () => {
  const stop = (code: string, debt: number, more: Partial<RouteStop> = {}): RouteStop =>
    ({ customer: { customer_code: code, debt }, done_today: debt <= 0, ...more }) as RouteStop;
  const groups = (stops: RouteStop[], commands: Command[] = [], visits: Record<string, CurrentVisit> = {}) => {
    const found = grouped({ stops, commands, visits, day: "2026-11-22" });
    return Object.fromEntries(
      Object.entries(found).map(([name, list]) => [
        name,
        (list as RouteStop[]).map(({ customer }) => customer.customer_code).join(""),
      ]),
    );
  };

  test("visited and collected are two things: who owes is due, those who were visited last", () => {
    const stops = [stop("a", 5, { visited_today: true }), stop("b", 5), stop("c", 0), stop("d", 5)];
    assert.deepEqual(groups(stops), { due: "bda", promised: "", done: "c", visited: "a" });
    const visit = newVisit("b", "met", "2026-11-22T03:00:00.000Z", "2026-11-22");
    assert.equal(groups(stops, [], { b: visit })["visited"], "ab", "a visit that waits on the phone counts");
  });

  test("whose payment has no answer is not done, whatever the account says", () => {
    const waiting = { kind: "payment", customer_code: "c", state: "waiting" } as Command;
    assert.deepEqual(groups([stop("c", 0)], [waiting])["due"], "c");
  });
});

describe("a transfer", () => {
  const waiting: Transfer = {
    transfer_id: "t",
    customer_code: "PB14010000001",
    customer_name: "A",
    amount: 200_000,
    reference: "TD PB14010000001 ABCDEFGH",
    shown_at: "2026-11-22T03:00:00.000Z",
    state: "waiting",
    recorded_at: null,
  };
  const account = (debt: number, ...payments: Partial<Payment>[]): CustomerAccount =>
    ({ account: { debt }, bills: [], payments }) as unknown as CustomerAccount;
  const now = (of: CustomerAccount, ...transfers: Transfer[]): Transfer[] => transfersNow(transfers, of, "now");
  const states = (of: CustomerAccount, ...transfers: Transfer[]): string[] =>
    now(of, ...transfers).map((one) => one.state);
  const credit: Partial<Payment> = {
    payment_id: "p",
    transfer_content: "",
    method: "transfer",
    amount: 200_000,
    received_at: "2026-11-22T03:05:00Z",
    reversed_at: null,
  };

  test("only a recorded credit makes it paid", () => {
    assert.deepEqual(states(account(200_000), waiting), ["waiting"]);
    assert.deepEqual(states(account(0, credit), waiting), ["recorded"]);
  });

  test("money of another kind, sum or time is another payment", () => {
    for (const other of [
      { ...credit, method: "cash" as const },
      { ...credit, amount: 199_999 },
      { ...credit, received_at: "2026-10-22T03:05:00Z" },
      { ...credit, reversed_at: "2026-11-22T04:00:00Z" },
    ]) {
      assert.deepEqual(states(account(200_000, other), waiting), ["waiting"], JSON.stringify(other));
    }
  });

  test("paid in another way, the code is of no use any more", () => {
    assert.deepEqual(states(account(0, { ...credit, method: "collection_point" }), waiting), ["given_up"]);
  });

  const other: Transfer = { ...waiting, transfer_id: "o", reference: "TD PB14010000001 12345678" };

  test("the reference identifies the transfer, however banks write it, and whatever was paid", () => {
    for (const content of [
      other.reference,
      "MBVCB.3278907687.TD PB14010000001 12345678.CT tu 0071000 NGUYEN VAN A toi 1023456789",
      "tdpb1401000000112345678",
      "IBFT TD-PB14010000001-12345678",
    ]) {
      const paid = account(200_000, { ...credit, amount: 150_000, transfer_content: content });
      assert.deepEqual(states(paid, waiting, other), ["waiting", "recorded"], content);
      assert.equal(now(paid, waiting, other)[1]?.amount, 150_000, "what came is what is shown");
    }
  });

  test("one credit is one transfer, also when two of the same amount wait", () => {
    assert.deepEqual(states(account(200_000, credit), waiting, other), ["recorded", "waiting"]);
    assert.deepEqual(states(account(0, credit, { ...credit, payment_id: "q" }), waiting, other), [
      "recorded",
      "recorded",
    ]);
    const [first] = now(account(200_000, credit), waiting);
    assert.ok(first);
    assert.deepEqual(states(account(200_000, credit), first, other), ["recorded", "waiting"], "also later");
  });

  test("a credit with another reference is not taken for this one, one without any is", () => {
    assert.deepEqual(states(account(200_000, { ...credit, transfer_content: other.reference }), waiting), ["waiting"]);
    for (const content of ["TD PB14010000001 thanh toan tien dien", "chuyen tien", "TD PB14010000001"]) {
      assert.deepEqual(
        states(account(200_000, { ...credit, transfer_content: content }), waiting),
        ["recorded"],
        content,
      );
    }
  });

  test("a credit that was there before the code was shown is another one", () => {
    assert.deepEqual(states(account(200_000, credit), { ...waiting, before: ["p"] }), ["waiting"]);
  });
});
