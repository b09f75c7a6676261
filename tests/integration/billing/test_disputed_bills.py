"""A complaint is about one bill: billing tells which bills are disputed, and what is owed besides."""

import asyncio
from datetime import date

import pytest
import pytest_asyncio

from services.billing.audit import audit_facts
from services.billing.bill_run import do_part
from shared.contracts.billing import CorrectionKind
from shared.contracts.common import AccountState, DisputedBills, NextStep, Outcome
from shared.messaging.errors import RetryLater
from shared.testing import wait_until
from tests.integration.billing.billing_handlers import CODE, TARIFFS, BillingHandlers, reading
from tests.integration.billing.test_releases import confirm, do_all, start

OCTOBER, NOVEMBER = "PB14010012345T102026K1", "PB14010012345T112026K1"
SMALL, LARGE = 107_136, 871_020


@pytest_asyncio.fixture(autouse=True)
async def two_bills(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.bill(320, 11)


async def sound(billing: BillingHandlers) -> bool:
    async with billing.pool.acquire() as connection:
        violations = (await audit_facts(connection)).violations
    assert violations == []
    return True


async def disputes(billing: BillingHandlers) -> dict[str, bool]:
    return {bill.bill_number: bill.is_disputed for bill in (await billing.account()).bills}


async def test_a_complaint_disputes_its_bill_and_no_other(billing: BillingHandlers) -> None:
    before = await billing.state()
    await billing.complain(OCTOBER)
    state = await billing.state()
    assert (state.debt, state.version) == (SMALL + LARGE, before.version + 1)
    assert state.disputed == DisputedBills(bill_numbers=[OCTOBER], debt=SMALL, other_due_date=date(2026, 12, 10))
    assert await disputes(billing) == {OCTOBER: True, NOVEMBER: False}
    [told] = await billing.emitted("bill.dispute_changed")
    assert AccountState.model_validate(told["account"]) == state
    assert await sound(billing)


async def test_an_answer_ends_the_dispute_and_a_late_repetition_does_not_begin_it_again(
    billing: BillingHandlers,
) -> None:
    complaint = await billing.complain(OCTOBER)
    await billing.answer_complaint(complaint, OCTOBER)
    assert (await billing.state()).disputed is None
    await billing.complain(OCTOBER, complaint_id=complaint)
    assert (await billing.state()).disputed is None
    assert await sound(billing)


async def test_two_complaints_about_one_bill_are_both_answered_before_it_is_asked_for(billing: BillingHandlers) -> None:
    first = await billing.complain(OCTOBER)
    await billing.complain(f" {OCTOBER} ")
    await billing.answer_complaint(first, OCTOBER)
    assert await disputes(billing) == {OCTOBER: True, NOVEMBER: False}


async def test_a_disputed_bill_may_be_paid_and_the_money_clears_the_oldest_first(billing: BillingHandlers) -> None:
    await billing.complain(OCTOBER)
    await billing.pay(SMALL)
    state = await billing.state()
    assert (state.debt, state.disputed) == (
        LARGE,
        DisputedBills(bill_numbers=[OCTOBER], debt=0, other_due_date=date(2026, 12, 10)),
    )


@pytest.mark.parametrize("kind", CorrectionKind)
async def test_the_bill_that_corrects_a_disputed_one_is_disputed_too(
    billing: BillingHandlers, kind: CorrectionKind
) -> None:
    await billing.complain(OCTOBER)
    done = await billing.correct(OCTOBER, kind, kwh=100)
    assert done.new_bill is not None
    assert done.new_bill.is_disputed
    assert done.account.disputed is not None
    assert done.account.disputed.bill_numbers == [OCTOBER, done.new_bill.bill_number]
    assert await sound(billing)


async def test_a_complaint_about_a_further_bill_disputes_the_bill_that_it_adjusts(billing: BillingHandlers) -> None:
    done = await billing.correct(OCTOBER, kwh=100)
    assert done.new_bill is not None
    await billing.complain(done.new_bill.bill_number)
    assert await disputes(billing) == {OCTOBER: True, done.new_bill.bill_number: True, NOVEMBER: False}


async def test_a_number_that_is_no_bill_disputes_nothing(billing: BillingHandlers) -> None:
    await billing.complain(f"{CODE}T092026K1")
    assert (await billing.state()).disputed is None
    assert await sound(billing)


async def test_a_complaint_of_a_customer_who_is_not_known_yet_is_tried_again(billing: BillingHandlers) -> None:
    with pytest.raises(RetryLater):
        await billing.complain("PB14010099999T102026K1", code="PB14010099999")


async def test_a_notice_says_which_of_its_bills_are_disputed(billing: BillingHandlers) -> None:
    await billing.complain(OCTOBER)
    await billing.visit(Outcome.AWAY, NextStep.REVISIT)
    [notice] = await billing.emitted("notice.issued")
    assert [bill["is_disputed"] for bill in notice["bills"]] == [True, False]
    assert notice["account"]["disputed"]["debt"] == SMALL


async def test_the_audit_finds_a_dispute_that_was_lost_and_one_that_nobody_has_begun(billing: BillingHandlers) -> None:
    await billing.complain(OCTOBER)
    await billing.pool.execute(
        "UPDATE disputed_bills SET bill_id = (SELECT bill_id FROM bills WHERE bill_number = $1)", NOVEMBER
    )
    async with billing.pool.acquire() as connection:
        found = (await audit_facts(connection)).violations
    rule = "a bill is disputed while a complaint about it is open, with what corrected it"
    assert sorted(each.detail for each in found if each.rule == rule) == [
        "no complaint is open",
        "not kept as disputed",
    ]


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_complaint_while_a_bill_is_released_counts_beside_the_new_bill(
    billing: BillingHandlers, is_first: bool
) -> None:
    assert (await billing.import_readings(reading(50, 12, old=2000))).ok
    run = await confirm(billing, await do_all(billing, await start(billing)))

    async def release() -> None:
        async with billing.new_work() as work:
            assert await do_part(work, run.run_id, TARIFFS, billing.clock) is not None

    async def complain() -> None:
        await billing.complain(OCTOBER)

    async def somebody_waits() -> bool:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await billing.pool.fetchval(waits))

    async with billing.new_work() as work:
        if is_first:
            await billing.complain(OCTOBER, work=work)
            other = asyncio.create_task(release())
        else:
            assert await do_part(work, run.run_id, TARIFFS, billing.clock) is not None
            other = asyncio.create_task(complain())
        await wait_until(somebody_waits)
    await other
    state = await billing.state()
    assert state.disputed is not None
    assert (state.open_bills, state.disputed.bill_numbers, state.disputed.debt) == (3, [OCTOBER], SMALL)
    assert await sound(billing)
