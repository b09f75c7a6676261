"""Shifts: one open at a time, closed with the counted cash, and every payment in exactly one."""

import asyncio
from datetime import date
from typing import Any

import pytest

from services.billing.audit import audit_facts
from services.billing.rounding.rules import RoundingRule
from shared.contracts.billing import PaymentReply, ShiftReply, ShiftTotals
from shared.ids import new_id
from shared.problems import NotFound, Problem, SameIdOtherContent
from tests.integration.billing.billing_handlers import CODE, COLLECTOR, BillingHandlers


async def test_a_collector_has_one_open_shift(billing: BillingHandlers) -> None:
    shift_id = new_id()
    opened = await billing.open_shift(shift_id=shift_id, opening_float=100_000)
    assert (opened.shift.cash_in_hand, opened.shift.cash_ceiling) == (100_000, billing.cash_ceiling)
    assert await billing.open_shift(shift_id=shift_id, opening_float=100_000) == opened
    with pytest.raises(Problem) as caught:
        await billing.open_shift()
    assert (caught.value.slug, caught.value.facts["shift_id"]) == ("shift-already-open", str(shift_id))
    with pytest.raises(SameIdOtherContent):
        await billing.open_shift(shift_id=shift_id, opening_float=1)
    with pytest.raises(SameIdOtherContent):
        await billing.open_shift(shift_id=shift_id, collector="TN02")
    await billing.open_shift(collector="TN02")


async def test_opening_twice_at_once_opens_once(billing: BillingHandlers) -> None:
    same = new_id()
    outcomes = await asyncio.gather(
        *(billing.open_shift(shift_id=same) for _ in range(3)),
        *(billing.open_shift() for _ in range(3)),
        return_exceptions=True,
    )
    opened = {outcome.shift.shift_id for outcome in outcomes if isinstance(outcome, ShiftReply)}
    assert len(opened) == 1
    slugs = {outcome.slug for outcome in outcomes if isinstance(outcome, Problem)}
    assert slugs <= {"shift-already-open", "same-id-other-content"}


async def test_the_cash_in_hand_follows_payments_and_reversals(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.open_shift(opening_float=50_000)
    first = await billing.cash(100_000)
    await billing.cash(200_000)
    await billing.reverse(first.payment.payment_id)
    shift = (await billing.shift()).shift
    assert shift.cash_in_hand == 250_000
    assert shift.totals == ShiftTotals(payments=1, cash=200_000, reversals=1, reversed_cash=100_000)


async def test_cash_of_many_at_once_is_all_in_the_totals_and_below_the_ceiling(billing: BillingHandlers) -> None:
    codes = [f"PB1501000{number:04}" for number in range(12)]
    for code in codes:
        await billing.customer(code)
        await billing.bill(50, code=code)
    billing.cash_ceiling = 5 * 107_136 + 1
    await billing.open_shift()
    outcomes = await asyncio.gather(*(billing.cash(107_136, code=code) for code in codes), return_exceptions=True)
    paid = [outcome for outcome in outcomes if isinstance(outcome, PaymentReply)]
    refused = [outcome.slug for outcome in outcomes if isinstance(outcome, Problem)]
    assert (len(paid), refused) == (5, ["cash-ceiling-reached"] * 7)
    shift = (await billing.shift()).shift
    assert (shift.totals.payments, shift.totals.cash, shift.cash_in_hand) == (5, 5 * 107_136, 5 * 107_136)


async def test_cash_that_is_paid_back_after_closing_stays_in_the_totals_of_its_shift(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    shift_id = (await billing.open_shift()).shift.shift_id
    paid = await billing.cash(100_000)
    await billing.close_shift(shift_id, 100_000)
    await billing.reverse(paid.payment.payment_id)
    totals = (await billing.shift(shift_id)).shift.totals
    assert totals == ShiftTotals(payments=1, cash=100_000, reversals=0, reversed_cash=0)


async def test_closing_tells_the_totals_and_the_payments(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    shift_id = (await billing.open_shift(opening_float=50_000)).shift.shift_id
    kept = await billing.cash(100_000)
    await billing.reverse((await billing.cash(200_000)).payment.payment_id)
    device_id = new_id()
    closed = await billing.close_shift(shift_id, 150_000, denominations={"100000": 1, "50000": 1}, device_id=device_id)
    assert (closed.shift.difference, closed.shift.counted_cash) == (0, 150_000)
    [event] = await billing.emitted("shift.closed")
    assert event["payment_ids"] == [str(kept.payment.payment_id)]
    assert (event["collector_name"], event["device_id"]) == ("Trần Văn Thu", str(device_id))
    assert event["shift"] == closed.shift.model_dump(mode="json")

    again = await billing.close_shift(shift_id, 150_000, denominations={"100000": 1, "50000": 1}, device_id=new_id())
    assert again == closed
    with pytest.raises(SameIdOtherContent):
        await billing.close_shift(shift_id, 150_001, explanation="?")
    with pytest.raises(NotFound):
        await billing.shift()
    assert await billing.shift(shift_id) == closed
    assert len(await billing.emitted("shift.closed")) == 1


@pytest.mark.parametrize(
    ("counted", "others", "slug"),
    [
        (90_000, {}, "difference-not-explained"),
        (110_000, {"explanation": "   "}, "difference-not-explained"),
        (100_000, {"denominations": {"50000": 1}}, "denominations-do-not-add-up"),
        (100_000, {"denominations": {"50000": 2, "-1": 5}}, "bad-denominations"),
        (100_000, {"denominations": {"50000": 4, "100000": -1}}, "bad-denominations"),
        (100_000, {"denominations": {"năm mươi": 2}}, "bad-denominations"),
        (100_000, {"denominations": {"²": 2}}, "bad-denominations"),
    ],
)
async def test_a_count_that_does_not_fit_is_refused_and_the_shift_stays_open(
    billing: BillingHandlers, counted: int, others: dict[str, Any], slug: str
) -> None:
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    with pytest.raises(Problem) as caught:
        await billing.close_shift(shift_id, counted, **others)
    assert (caught.value.slug, caught.value.status) == (slug, 422)
    assert (await billing.shift()).shift.closed_at is None


async def test_an_explained_difference_closes_the_shift(billing: BillingHandlers) -> None:
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    closed = await billing.close_shift(shift_id, 99_000, explanation="Thối nhầm 1.000")
    assert (closed.shift.difference, closed.shift.explanation) == (-1_000, "Thối nhầm 1.000")


async def test_a_shift_belongs_to_its_collector(billing: BillingHandlers) -> None:
    shift_id = (await billing.open_shift()).shift.shift_id
    with pytest.raises(NotFound):
        await billing.close_shift(shift_id, 0, collector="TN02")
    with pytest.raises(NotFound):
        await billing.shift(shift_id, collector="TN02")
    with pytest.raises(NotFound):
        await billing.close_shift(new_id(), 0)


async def test_cash_that_arrives_while_the_shift_is_closed_is_in_it_or_refused(billing: BillingHandlers) -> None:
    codes = [f"PB140100000{n:02d}" for n in range(12)]
    for code in codes:
        await billing.customer(code)
        await billing.bill(50, code=code)
    shift_id = (await billing.open_shift()).shift.shift_id

    async def close() -> ShiftReply:
        while True:  # the box is counted again when money arrived in between, as a person would
            cash = (await billing.shift()).shift.cash_in_hand
            try:
                return await billing.close_shift(shift_id, cash)
            except Problem as problem:
                if problem.slug != "difference-not-explained":
                    raise

    payments = [billing.cash(107_136, code=code) for code in codes]
    outcomes = await asyncio.gather(*payments[:6], close(), *payments[6:], return_exceptions=True)
    taken = [outcome for outcome in outcomes if isinstance(outcome, PaymentReply)]
    assert {outcome.slug for outcome in outcomes if isinstance(outcome, Problem)} <= {"no-open-shift"}
    closed = (await billing.shift(shift_id)).shift
    assert closed.totals.cash == closed.counted_cash == 107_136 * len(taken)
    [event] = await billing.emitted("shift.closed")
    assert sorted(event["payment_ids"]) == sorted(str(outcome.payment.payment_id) for outcome in taken)
    assert (await billing.open_shift(collector=COLLECTOR)).shift.totals.payments == 0


async def test_a_shift_of_rounded_cash_is_counted_in_notes_of_200_and_more_and_every_dong_is_credit_or_cleared(
    billing: BillingHandlers,
) -> None:
    billing.rounding_rules = [RoundingRule(in_force_from=date(2018, 1, 1), units=frozenset({"PB1401"}), step=200)]
    codes = [f"PB1501000{number:04}" for number in range(4)]
    for code, kwh in zip(codes, (50, 73, 151, 320), strict=True):
        await billing.customer(code)
        await billing.bill(kwh, code=code)
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    taken = 0
    for code in codes:
        debt = (await billing.state(code)).debt
        asked = -(-debt // 200) * 200
        paid = await billing.cash(asked, code=code)
        assert (paid.account.debt, paid.account.credit) == (0, asked - debt)
        with pytest.raises(Problem):
            await billing.cash(debt + 1, code=code)
        taken += asked
    notes, rest = {}, 100_000 + taken
    for note in (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5000, 2000, 1000, 500, 200):
        # Of 1,000 and more only: what is left is made up of notes of 200.
        if note != 500:
            notes[str(note)], rest = divmod(rest, note)
    assert rest == 0
    closed = (await billing.close_shift(shift_id, 100_000 + taken, denominations=notes)).shift
    assert (closed.difference, closed.totals.cash) == (0, taken)
    owed = await billing.pool.fetchval("SELECT sum(total) FROM bills")
    credit = await billing.pool.fetchval("SELECT sum(credit) FROM payments")
    assert taken == owed + credit


MANY = 30_000
PAYMENTS = """
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference,
    collector_code, shift_id)
SELECT gen_random_uuid(), $1, 1000, 1000, 'cash', $3, $3, '', $4, $2 FROM generate_series(1, $5::int)
"""


async def test_a_shift_of_30_000_payments_is_closed_with_the_sum_of_all_and_names_none(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    shift_id = (await billing.open_shift()).shift.shift_id
    async with billing.pool.acquire() as connection, connection.transaction():
        # Without the triggers, which would keep the totals with each row.
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(PAYMENTS, CODE, shift_id, billing.clock(), COLLECTOR, MANY)
        await connection.execute("UPDATE shift_totals SET payments = $1, cash = $2", MANY, MANY * 1000)
    closed = (await billing.close_shift(shift_id, MANY * 1000)).shift
    assert (closed.totals.payments, closed.difference) == (MANY, 0)
    [event] = await billing.emitted("shift.closed")
    assert (event["payment_ids"], event["shift"]["totals"]["payments"]) == ([], MANY)
    async with billing.pool.acquire() as connection:
        rules = {found.rule for found in (await audit_facts(connection)).violations}
    assert "a shift was emitted with the cash that moved in it" not in rules
