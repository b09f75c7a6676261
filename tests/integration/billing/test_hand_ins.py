"""Cash that is handed in while the shift is open: to a cashier who counts it, or at a bank whose credit proves it."""

import asyncio
from base64 import b64encode
from typing import Any
from uuid import UUID

import pytest

from services.billing.audit import audit_facts
from services.billing.handlers.match_bank_credits import match_bank_credits
from shared.contracts.billing import (
    BankCreditsTaken,
    CountHandIn,
    GetHandIns,
    GetHandover,
    GetSlipPhoto,
    HandIn,
    HandInPlace,
    HandInReply,
    HandInState,
    HandoverReply,
    SeenBankCredit,
    StateHandIn,
    TakeBankCredits,
    TakenBankCredits,
)
from shared.ids import new_id
from shared.problems import NotFound, Problem
from tests.integration.billing.billing_handlers import CASHIER, COLLECTOR, NOW, SUPERVISOR, BillingHandlers

PHONE = UUID(int=50)
SLIP = "VCB-0099 1234"
JPEG = bytes.fromhex("ffd8ffc0000b080001000101011100ffda0008010100003f00d2cfffd9")


async def with_cash(billing: BillingHandlers, amount: int = 300_000) -> UUID:
    """A customer who owes 871.020 đồng, and an open shift that has taken a part of it."""
    await billing.customer()
    await billing.bill(320)
    shift_id = (await billing.open_shift()).shift.shift_id
    await billing.cash(amount)
    return shift_id


async def state(billing: BillingHandlers, shift_id: UUID, amount: int, **others: Any) -> HandInReply:
    values = {"hand_in_id": new_id(), "place": HandInPlace.CASHIER, "stated_by": "collector:TN01", "device_id": PHONE}
    request = StateHandIn(shift_id=shift_id, collector_code=COLLECTOR, amount=amount, **(values | others))
    reply: HandInReply = await billing.ask(request)
    return reply


async def deposit(billing: BillingHandlers, shift_id: UUID, amount: int, **others: Any) -> HandInReply:
    return await state(billing, shift_id, amount, **{"place": HandInPlace.BANK, "slip_number": SLIP} | others)


async def count(billing: BillingHandlers, hand_in: HandIn, counted: int, **others: Any) -> HandInReply:
    values = {"counted_by": "cashier:1", "device_id": CASHIER} | others
    reply: HandInReply = await billing.ask(CountHandIn(hand_in_id=hand_in.hand_in_id, counted_cash=counted, **values))
    return reply


async def tell(billing: BillingHandlers, amount: int, content: str, **others: Any) -> UUID:
    """Have the bank tell of a credit, and have it matched."""
    seen = SeenBankCredit(
        source_id=str(new_id()), account_number="0071", amount=amount, transacted_at=NOW, content=content, **others
    )
    taken: TakenBankCredits = await billing.ask(TakeBankCredits(source="sepay", credits=[seen]))
    async with billing.new_work() as work:
        await match_bank_credits(
            BankCreditsTaken(credit_ids=taken.credit_ids),
            work,
            clock=billing.clock,
            rounding_rules=(),
            plausible_amounts=(),
            bank_accounts=frozenset(),
        )
    return taken.credit_ids[0]


async def stands(billing: BillingHandlers, hand_in_id: UUID) -> HandIn:
    [found] = (await billing.look(GetHandIns(hand_in_id=hand_in_id))).hand_ins
    hand_in: HandIn = found
    return hand_in


async def refused(attempt: Any) -> str:
    with pytest.raises(Problem) as caught:
        await attempt
    return caught.value.slug


async def violations(billing: BillingHandlers) -> set[str]:
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}


async def test_what_a_cashier_counts_leaves_the_box_and_what_is_only_said_does_not(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await state(billing, shift_id, 200_000, denominations={"100000": 2})
    assert (said.hand_in.state, said.shift.cash_in_hand, said.shift.totals.hand_ins) == (
        HandInState.WAITING,
        300_000,
        0,
    )
    counted = await count(billing, said.hand_in, 190_000, reason="Thiếu một tờ 10.000", denominations={"10000": 19})
    assert counted.hand_in.count is not None
    assert (counted.hand_in.state, counted.hand_in.count.difference) == (HandInState.COUNTED, -10_000)
    assert (counted.hand_in.stated_by, counted.hand_in.count.counted_by) == ("collector:TN01", "cashier:1")
    assert (counted.shift.cash_in_hand, counted.shift.totals.cash, counted.shift.totals.handed_in) == (
        110_000,
        300_000,
        190_000,
    )
    closed = await billing.close_shift(shift_id, 110_000)
    assert closed.shift.difference == 0
    [event] = await billing.emitted("shift.closed")
    assert (event["shift"]["totals"]["handed_in"], event["handover"]["hand_ins"][0]["amount"]) == (190_000, 200_000)
    assert await violations(billing) == set()


async def test_the_ceiling_counts_what_is_still_in_the_hand(billing: BillingHandlers) -> None:
    billing.cash_ceiling = 400_000
    shift_id = await with_cash(billing)
    said = await state(billing, shift_id, 250_000)
    assert await refused(billing.cash(150_000)) == "cash-ceiling-reached"
    await count(billing, said.hand_in, 250_000)
    await billing.cash(150_000)
    assert (await billing.shift()).shift.cash_in_hand == 200_000
    banked = await deposit(billing, shift_id, 200_000)
    assert (banked.shift.cash_in_hand, banked.shift.totals.unproven) == (0, 200_000)
    assert await refused(billing.cash(250_000)) == "cash-ceiling-reached", (
        "nobody but the collector says that it is there"
    )
    await tell(billing, 200_000, f"NOP TIEN MAT {SLIP.replace('-', '').replace(' ', '')} TN01")
    await billing.cash(250_000)
    assert await violations(billing) == set()


async def test_a_bank_credit_with_slip_number_and_amount_proves_the_deposit(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await deposit(billing, shift_id, 200_000)
    other = await tell(billing, 199_000, "VCB00991234")
    credit_id = await tell(billing, 200_000, "CONG TY NOP TIEN", reference="VCB.0099.1234")
    found = await stands(billing, said.hand_in.hand_in_id)
    assert found.count is not None
    assert (found.state, found.count.credit_id, found.count.counted_by) == (HandInState.COUNTED, credit_id, "bank")
    rows = await billing.pool.fetch("SELECT credit_id, state FROM bank_credits")
    states = {row["credit_id"]: row["state"] for row in rows}
    assert states == {other: "unmatched", credit_id: "dismissed"}
    assert (await billing.shift()).shift.totals.unproven == 0
    assert await violations(billing) == set()


async def test_a_deposit_that_is_stated_after_its_credit_came_is_proven_at_once(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    credit_id = await tell(billing, 200_000, "nop tien VCB00991234")
    said = await deposit(billing, shift_id, 200_000)
    assert said.hand_in.count is not None
    assert said.hand_in.count.credit_id == credit_id
    assert await violations(billing) == set()


async def test_credit_and_deposit_that_come_at_once_find_each_other(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said, _ = await asyncio.gather(deposit(billing, shift_id, 200_000), tell(billing, 200_000, "VCB00991234"))
    found = await stands(billing, said.hand_in.hand_in_id)
    # Where the credit was matched before the deposit was there, it waits for a person.
    assert found.state in (HandInState.COUNTED, HandInState.WAITING)
    assert await violations(billing) == set()


async def test_the_office_confirms_a_deposit_with_the_credit_that_it_names(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await deposit(billing, shift_id, 200_000)
    await billing.close_shift(shift_id, 100_000)
    credit_id = await tell(billing, 150_000, "khong ro noi dung")
    assert await refused(count(billing, said.hand_in, 150_000, credit_id=credit_id)) == "difference-not-explained"
    wrong = count(billing, said.hand_in, 200_000, credit_id=credit_id)
    assert await refused(wrong) == "credit-not-of-hand-in"
    reply = await count(billing, said.hand_in, 150_000, credit_id=credit_id, reason="Ngân hàng báo có 150.000")
    assert reply.hand_in.count is not None
    assert (reply.hand_in.count.difference, reply.shift.totals.unproven) == (-50_000, 0)
    assert (reply.shift.cash_in_hand, reply.shift.difference) == (100_000, 0), "a closed shift stays as it was counted"
    async with billing.pool.acquire() as connection:
        facts = await audit_facts(connection)
    assert facts.violations == []
    assert [remark.rule for remark in facts.remarks] == ["a deposit at a bank is what was said"]


async def test_a_credit_that_turns_out_to_be_a_deposit_waits_for_nobody_any_more(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    by_office = await tell(billing, 150_000, "NOP TIEN PB15010000")
    by_slip = await tell(billing, 100_000, "nop tien VCB00991234")
    said = await deposit(billing, shift_id, 150_000, slip_number="BIDV 77 1234")
    await count(billing, said.hand_in, 150_000, credit_id=by_office)
    await deposit(billing, shift_id, 100_000)
    told = [(one["credit_id"], one["is_waiting"]) for one in await billing.emitted("bank_credit.waiting")]
    left = [(str(credit_id), False) for credit_id in (by_office, by_slip)]
    assert told == [(str(by_office), True), (str(by_slip), True), *left]


async def test_deposits_that_nobody_has_confirmed_lower_the_ceiling_of_the_next_shift(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await deposit(billing, shift_id, 300_000)
    await billing.close_shift(shift_id, 0)
    await billing.confirm_shift(shift_id, 0)
    assert (await billing.next_shift()).cash_ceiling == billing.cash_ceiling - 300_000
    await count(billing, said.hand_in, 300_000)
    assert (await billing.next_shift()).cash_ceiling == billing.cash_ceiling


async def test_each_step_is_repeatable_by_its_id_and_other_content_is_a_conflict(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    hand_in_id = new_id()
    said = await state(billing, shift_id, 100_000, hand_in_id=hand_in_id)
    assert await state(billing, shift_id, 100_000, hand_in_id=hand_in_id) == said
    assert await refused(state(billing, shift_id, 90_000, hand_in_id=hand_in_id)) == "same-id-other-content"
    counted = await count(billing, said.hand_in, 100_000)
    assert await count(billing, said.hand_in, 100_000) == counted
    assert await refused(count(billing, said.hand_in, 1, reason="x")) == "same-id-other-content"
    assert (await billing.shift()).shift.cash_in_hand == 200_000


async def test_whoever_says_it_does_not_count_it(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await state(billing, shift_id, 100_000)
    assert await refused(count(billing, said.hand_in, 100_000, device_id=PHONE)) == "second-person-needed"


async def test_what_no_cashier_has_counted_lapses_when_the_shift_is_closed(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await state(billing, shift_id, 100_000)
    assert await refused(state(billing, shift_id, 50_000)) == "hand-in-waits"
    closed = await billing.close_shift(shift_id, 300_000)
    assert closed.shift.difference == 0
    assert (await stands(billing, said.hand_in.hand_in_id)).state is HandInState.LAPSED
    assert await refused(count(billing, said.hand_in, 100_000)) == "shift-already-closed"
    assert await refused(state(billing, shift_id, 1_000)) == "shift-already-closed"
    assert await violations(billing) == set()


async def test_a_hand_in_beside_the_closing_is_in_it_or_refused(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    said = await state(billing, shift_id, 100_000)
    done = await asyncio.gather(
        count(billing, said.hand_in, 100_000),
        billing.close_shift(shift_id, 300_000, explanation="Đếm trước khi nộp"),
        return_exceptions=True,
    )
    assert all(isinstance(one, Problem | HandInReply) or one == done[1] for one in done)
    closed = (await billing.shift(shift_id)).shift
    assert closed.difference == closed.totals.handed_in
    assert await violations(billing) == set()


@pytest.mark.parametrize(
    ("others", "amount", "slug"),
    [
        ({}, 400_000, "hand-in-too-large"),
        ({"denominations": {"100000": 1}}, 200_000, "denominations-do-not-add-up"),
        ({"place": HandInPlace.BANK}, 200_000, "bad-slip-number"),
        ({"place": HandInPlace.BANK, "slip_number": "1-2"}, 200_000, "bad-slip-number"),
        ({"slip_number": "123456"}, 200_000, "bad-slip-number"),
        ({"place": HandInPlace.BANK, "slip_number": SLIP, "photo": "AAAA"}, 200_000, "invalid-photo"),
    ],
)
async def test_what_cannot_be_handed_in_so_is_refused(
    billing: BillingHandlers, others: dict[str, Any], amount: int, slug: str
) -> None:
    shift_id = await with_cash(billing)
    assert await refused(state(billing, shift_id, amount, **others)) == slug
    assert (await billing.look(GetHandIns(shift_id=shift_id))).hand_ins == []


async def test_a_slip_is_stated_once_whatever_stands_between_its_digits(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    await deposit(billing, shift_id, 100_000)
    assert await refused(deposit(billing, shift_id, 100_000, slip_number="vcb 00991234")) == "slip-already-stated"


async def test_the_photo_of_a_slip_is_kept_apart(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing)
    photo = b64encode(JPEG).decode()
    said = await deposit(billing, shift_id, 100_000, photo=photo)
    assert said.hand_in.has_photo
    assert (await billing.look(GetSlipPhoto(hand_in_id=said.hand_in.hand_in_id))).jpeg == photo
    with pytest.raises(NotFound):
        await billing.look(GetSlipPhoto(hand_in_id=new_id()))


async def test_the_handover_names_receipts_transfers_and_hand_ins(billing: BillingHandlers) -> None:
    shift_id = await with_cash(billing, 100_000)
    second = (await billing.cash(50_000, device_id=PHONE)).payment
    await billing.receipt(second.payment_id, number=124)
    transfer = (await billing.pay(40_000, reference="FT1", device_id=PHONE)).payment
    await billing.pay(30_000, reference="FT2", device_id=SUPERVISOR)
    await deposit(billing, shift_id, 60_000)
    reply: HandoverReply = await billing.look(GetHandover(shift_id=shift_id))
    handover = reply.handover
    assert (handover.receipts, handover.without_number) == (2, 1)
    assert handover.first_receipt == handover.last_receipt
    assert (handover.transfers, handover.transferred) == (1, transfer.amount)
    assert [(one.place, one.amount, one.slip_number) for one in handover.hand_ins] == [
        (HandInPlace.BANK, 60_000, "VCB00991234")
    ]
    with pytest.raises(NotFound):
        await billing.look(GetHandover(shift_id=new_id()))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE shift_totals SET handed_in = 7", "what was handed in of a shift is its hand-ins"),
        ("UPDATE shift_totals SET unproven = 7", "what was handed in of a shift is its hand-ins"),
        ("UPDATE hand_in_counts SET counted_cash = 1", "a hand-in is counted by another device"),
        ("UPDATE hand_in_counts SET device_id = NULL", "a hand-in is counted by another device"),
        ("UPDATE hand_ins SET collector_code = 'TN02'", "a hand-in is of an open shift of its collector"),
        ("UPDATE hand_ins SET stated_at = stated_at + interval '1 day'", "a hand-in is of an open shift"),
        ("UPDATE bank_credits SET amount = amount + 1", "a deposit is one bank credit of its amount"),
        ("UPDATE hand_in_counts SET credit_id = NULL", "a deposit is one bank credit of its amount"),
        ("DELETE FROM hand_in_counts", "a closed shift's difference"),
    ],
)
async def test_the_audit_names_hand_ins_that_are_not_as_they_were(
    billing: BillingHandlers, change: str, rule: str
) -> None:
    shift_id = await with_cash(billing)
    said = await state(billing, shift_id, 100_000)
    await count(billing, said.hand_in, 100_000)
    await deposit(billing, shift_id, 100_000)
    await tell(billing, 100_000, "VCB00991234")
    await billing.close_shift(shift_id, 100_000)
    assert await violations(billing) == set()
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(change)
    assert any(found.startswith(rule) for found in await violations(billing))
