"""Cash that is given back past the shift that it was taken in stands in the next settlement of whoever gave it back."""

import asyncio
from uuid import UUID

import pytest

from services.billing.audit import audit_facts
from shared.contracts.billing import (
    GetReversals,
    GiveBackAtDesk,
    Payment,
    ReturnPaper,
    ReversalReply,
    Reversals,
    ShiftState,
    TakenBackPayment,
)
from shared.ids import new_id
from shared.problems import NotFound, Problem
from tests.integration.billing.billing_handlers import CASHIER, CODE, COLLECTOR, SUPERVISOR, BillingHandlers

DESK, OTHER_DESK = CASHIER, SUPERVISOR


async def paid_and_closed(billing: BillingHandlers, amount: int = 100_000) -> tuple[UUID, Payment]:
    """Take cash and close the shift with it."""
    shift_id = (await billing.open_shift()).shift.shift_id
    payment = (await billing.cash(amount)).payment
    await billing.close_shift(shift_id, amount)
    return shift_id, payment


async def with_debt(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)


async def waiting(billing: BillingHandlers) -> list[TakenBackPayment]:
    found: Reversals = await billing.look(GetReversals(waiting=True))
    return found.reversals


async def violations(billing: BillingHandlers) -> set[str]:
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}


async def test_cash_of_a_closed_shift_leaves_the_box_of_the_collectors_open_shift(billing: BillingHandlers) -> None:
    await with_debt(billing)
    closed, payment = await paid_and_closed(billing)
    current = (await billing.open_shift(opening_float=200_000)).shift.shift_id
    await billing.cash(50_000)
    await billing.reverse(payment.payment_id)
    shift = (await billing.shift(current)).shift
    assert (shift.cash_in_hand, shift.totals.cash) == (150_000, 50_000)
    assert (shift.totals.given_back, shift.totals.given_back_items) == (100_000, 1)
    assert (await billing.shift(closed)).shift.totals.cash == 100_000
    assert await waiting(billing) == []
    assert (await billing.close_shift(current, 150_000)).shift.difference == 0
    [_, event] = await billing.emitted("shift.closed")
    assert (event["shift"]["totals"]["given_back"], event["shift"]["cash_in_hand"]) == (100_000, 150_000)
    assert await violations(billing) == set()


async def test_without_an_open_shift_it_waits_for_the_next_one(billing: BillingHandlers) -> None:
    await with_debt(billing)
    _, payment = await paid_and_closed(billing)
    await billing.reverse(payment.payment_id)
    [item] = await waiting(billing)
    assert item.cash is not None
    assert (item.payment_id, item.cash.amount, item.cash.shift_id) == (payment.payment_id, 100_000, None)
    opened = (await billing.open_shift(opening_float=300_000)).shift
    assert opened.cash_in_hand == 200_000
    assert await waiting(billing) == []
    found: Reversals = await billing.look(GetReversals(shift_id=opened.shift_id))
    assert [one.payment_id for one in found.reversals] == [payment.payment_id]
    await billing.close_shift(opened.shift_id, 200_000)
    assert await violations(billing) == set()


async def test_it_belongs_to_the_collector_who_took_it_and_to_no_other(billing: BillingHandlers) -> None:
    await with_debt(billing)
    other = (await billing.open_shift(collector="TN02", opening_float=500_000)).shift.shift_id
    _, payment = await paid_and_closed(billing)
    await billing.reverse(payment.payment_id)
    assert (await billing.shift(other, collector="TN02")).shift.cash_in_hand == 500_000
    assert len(await waiting(billing)) == 1


async def test_what_the_office_gives_back_is_settled_with_the_next_shift_that_it_counts(
    billing: BillingHandlers,
) -> None:
    await with_debt(billing)
    first, payment = await paid_and_closed(billing)
    current = (await billing.open_shift()).shift.shift_id
    await billing.reverse(payment.payment_id, given_back_by=DESK)
    assert (await billing.shift(current)).shift.cash_in_hand == 0, "the collector has given nothing back"
    await billing.close_shift(current, 0)
    by_another = await billing.confirm_shift(current, 0, device_id=OTHER_DESK)
    assert by_another.shift.confirmation is not None
    assert by_another.shift.confirmation.given_back == 0
    confirmed = await billing.confirm_shift(first, 100_000)
    assert confirmed.shift.confirmation is not None
    assert confirmed.shift.state is ShiftState.SETTLED
    assert (confirmed.shift.confirmation.counted_cash, confirmed.shift.confirmation.given_back) == (100_000, 100_000)
    assert await waiting(billing) == []
    assert await violations(billing) == set()


async def test_the_office_may_give_back_what_the_collectors_open_box_holds(billing: BillingHandlers) -> None:
    await with_debt(billing)
    current = (await billing.open_shift()).shift.shift_id
    payment = (await billing.cash(100_000)).payment
    await billing.reverse(payment.payment_id, given_back_by=DESK)
    assert (await billing.shift(current)).shift.cash_in_hand == 100_000
    await billing.close_shift(current, 100_000)
    await billing.confirm_shift(current, 100_000)
    assert await waiting(billing) == []
    assert await violations(billing) == set()


async def test_the_office_gives_back_what_waits_for_a_collector_once(billing: BillingHandlers) -> None:
    await with_debt(billing)
    closed, payment = await paid_and_closed(billing)
    reversal_id = new_id()
    await billing.reverse(payment.payment_id, reversal_id=reversal_id)
    request = GiveBackAtDesk(reversal_id=reversal_id, given_back_by=DESK)
    given: ReversalReply = await billing.ask(request)
    assert given.reversal.cash is not None
    assert given.reversal.cash.given_back_by == DESK
    assert await billing.ask(request) == given
    assert (await billing.open_shift(opening_float=1000)).shift.cash_in_hand == 1000
    await billing.confirm_shift(closed, 100_000)
    assert await waiting(billing) == []
    unknown = GiveBackAtDesk(reversal_id=new_id(), given_back_by=DESK)
    with pytest.raises(NotFound):
        await billing.ask(unknown)


async def test_what_is_in_a_settlement_is_not_given_back_again(billing: BillingHandlers) -> None:
    await with_debt(billing)
    _, payment = await paid_and_closed(billing)
    await billing.open_shift(opening_float=200_000)
    reversal_id = new_id()
    await billing.reverse(payment.payment_id, reversal_id=reversal_id)
    with pytest.raises(Problem) as caught:
        await billing.ask(GiveBackAtDesk(reversal_id=reversal_id, given_back_by=DESK))
    assert caught.value.slug == "cash-settled"


async def test_a_paper_that_is_asked_for_is_listed_until_it_is_back(billing: BillingHandlers) -> None:
    await with_debt(billing)
    await billing.open_shift()
    kept, returned, unsaid = [(await billing.cash(1000)).payment.payment_id for _ in range(3)]
    reversal_id = new_id()
    await billing.reverse(kept, reversal_id=reversal_id, paper_returned=False)
    await billing.reverse(returned, paper_returned=True)
    await billing.reverse(unsaid)
    [listed] = await waiting(billing)
    assert listed.reversal_id == reversal_id
    assert listed.paper is not None
    assert listed.paper.returned_at is None
    back: ReversalReply = await billing.ask(ReturnPaper(reversal_id=reversal_id))
    assert back.reversal.paper is not None
    assert back.reversal.paper.returned_at is not None
    assert await billing.ask(ReturnPaper(reversal_id=reversal_id)) == back
    assert await waiting(billing) == []
    with pytest.raises(NotFound):
        await billing.ask(ReturnPaper(reversal_id=new_id()))
    told = [(event["to_give_back"], event["paper_missing"]) for event in await billing.emitted("payment.reversed")]
    assert told == [(1000, True), (1000, False), (1000, False)]


async def test_a_transfer_that_is_taken_back_is_no_cash_to_give_back(billing: BillingHandlers) -> None:
    await with_debt(billing)
    payment = (await billing.pay(1000, reference="FT1")).payment
    await billing.reverse(payment.payment_id, given_back_by=DESK)
    assert await waiting(billing) == []
    [event] = await billing.emitted("payment.reversed")
    assert event["to_give_back"] == 0
    assert await violations(billing) == set()


async def test_a_reversal_beside_opening_and_closing_is_an_item_of_one_settlement(billing: BillingHandlers) -> None:
    await with_debt(billing)
    payments = [await paid_and_closed(billing, 1000) for _ in range(4)]
    current = (await billing.open_shift(opening_float=4000)).shift.shift_id

    async def settle() -> None:
        try:
            await billing.close_shift(current, 4000)
        except Problem:
            await billing.close_shift(current, 4000, explanation="Chưa trả lại")
        await billing.open_shift(opening_float=4000)

    await asyncio.gather(settle(), *(billing.reverse(payment.payment_id) for _, payment in payments))
    last = (await billing.shift()).shift
    await billing.close_shift(last.shift_id, last.cash_in_hand)
    assert await waiting(billing) == []
    settled = await billing.pool.fetchval("SELECT sum(given_back) FROM shift_totals")
    assert settled == 4000
    assert await violations(billing) == set()


async def test_a_version_before_makes_an_item_that_waits(billing: BillingHandlers) -> None:
    await with_debt(billing)
    _, payment = await paid_and_closed(billing)
    current = (await billing.open_shift(opening_float=200_000)).shift.shift_id
    await billing.pool.execute(
        "INSERT INTO reversals (reversal_id, payment_id, reason, reversed_by, reversed_at)"
        " VALUES ($1, $2, 'x', 'x', $3)",
        new_id(),
        payment.payment_id,
        billing.clock(),
    )
    [item] = await waiting(billing)
    assert (item.customer_code, item.collector_code) == (CODE, COLLECTOR)
    assert (await billing.close_shift(current, 100_000)).shift.difference == 0


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("DELETE FROM cash_given_back", "cash given back past its shift is an item of a settlement"),
        ("UPDATE cash_given_back SET amount = 1", "cash given back past its shift is an item of a settlement"),
        ("UPDATE cash_given_back SET shift_id = $1, settled_at = now()", "an item of a settlement is of whoever"),
        ("UPDATE cash_given_back SET shift_id = NULL, settled_at = NULL", "cash given back is an item of the next"),
        ("UPDATE shift_totals SET given_back = 7", "cash given back out of a shift's box is its items"),
    ],
)
async def test_the_audit_names_cash_given_back_that_stands_nowhere_or_elsewhere(
    billing: BillingHandlers, change: str, rule: str
) -> None:
    await with_debt(billing)
    other = (await billing.open_shift(collector="TN02")).shift.shift_id
    _, payment = await paid_and_closed(billing)
    await billing.reverse(payment.payment_id)
    billing.now = billing.now.replace(hour=billing.now.hour + 1)
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    await billing.close_shift(shift_id, 0)
    assert await violations(billing) == set()
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(change, *([other] if "$1" in change else []))
    assert any(found.startswith(rule) for found in await violations(billing))
