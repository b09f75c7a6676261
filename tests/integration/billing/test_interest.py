"""Interest on late payment: shown before it is charged, charged or waived once for a day, by a bill of its own."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.billing.arrears.instalments import AgreementRule
from services.billing.arrears.interest import InterestChanged, InterestRule, NoInterest
from services.billing.audit import audit_facts
from shared.contracts.billing import (
    AgreeInstalments,
    Bill,
    ChargeInterest,
    ChargeKind,
    ChargeReply,
    CorrectBill,
    CorrectionKind,
    CorrectionReply,
    DueInterest,
    GetDueInterest,
    GetInterest,
    Instalment,
    InterestReply,
    WaiveInterest,
    WaiverReply,
)
from shared.ids import new_id
from shared.money import round_half_up
from shared.problems import InvalidRequest, NotAllowed
from tests.integration.billing.billing_handlers import CODE, NOW, BillingHandlers

DAY = date(2026, 11, 22)
RULE = InterestRule(in_force_from=date(2018, 1, 1), percent_a_year=Decimal("9.5"), legal_basis="Hợp đồng, điều 5")


async def late_bill(billing: BillingHandlers, days: int = 31) -> Bill:
    """Issue a bill, and let it be so many days past due."""
    billing.interest_rules = (RULE,)
    await billing.customer()
    bill = (await billing.bill(320)).bills[0]
    on_day(billing, bill, days)
    return bill


def on_day(billing: BillingHandlers, bill: Bill, days: int) -> None:
    billing.now = NOW + (bill.due_date - DAY) + timedelta(days=days)


def over(amount: int, days: int) -> int:
    return round_half_up(Decimal(amount) * days * Decimal("9.5") / 36_500)


async def shown(billing: BillingHandlers, **others: Any) -> InterestReply:
    reply: InterestReply = await billing.look(GetInterest(customer_code=CODE, **others))
    return reply


def charge(until: date, expected: int, **others: Any) -> ChargeInterest:
    values = {"charge_id": new_id(), "customer_code": CODE, "reason": "Hợp đồng"} | others
    return ChargeInterest(until=until, expected=expected, **values)


def waiver(until: date, expected: int, **others: Any) -> WaiveInterest:
    people = {"asked_by": "Lê Thị Tính", "approved_by": "Phạm Văn Duyệt"}
    values = {"waiver_id": new_id(), "customer_code": CODE, "reason": "Ngân hàng chuyển chậm"} | people | others
    return WaiveInterest(until=until, expected=expected, **values)


async def violations(billing: BillingHandlers) -> set[str]:
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}


async def test_what_is_shown_is_charged_by_a_bill_of_its_own_without_vat(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    until = bill.due_date + timedelta(days=30)
    interest = (await shown(billing)).interest
    assert (interest.until, interest.total, interest.basis) == (until, over(bill.total, 30), "Hợp đồng, điều 5")
    [of_bill] = interest.bills
    [span] = of_bill.spans
    assert (span.first_day, span.days, span.amount, span.percent) == (
        bill.due_date + timedelta(days=1),
        30,
        bill.total,
        "9.5",
    )
    reply: ChargeReply = await billing.ask(charge(until, interest.total))
    charged = reply.bill
    assert charged is not None
    assert (charged.charge, charged.total, charged.vat) == (ChargeKind.LATE_INTEREST, interest.total, 0)
    assert charged.bill_number.endswith("L1")
    assert [line.amount for line in charged.lines] == [interest.total]
    assert reply.account.debt == bill.total + interest.total
    after = await shown(billing)
    assert after.interest.total == 0
    assert [(one.interest, one.charge_id is not None) for one in after.settled] == [(interest.total, True)]
    assert await violations(billing) == set()


async def test_a_day_is_charged_once_and_interest_bears_none(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    first = bill.due_date + timedelta(days=30)
    await billing.ask(charge(first, over(bill.total, 30)))
    with pytest.raises(NoInterest):
        await billing.ask(charge(first, over(bill.total, 30)))
    on_day(billing, bill, 101)
    interest = (await shown(billing)).interest
    assert [(one.first_day, one.interest) for one in interest.bills] == [
        (first + timedelta(days=1), over(bill.total, 70))
    ]
    await billing.ask(charge(bill.due_date + timedelta(days=100), interest.total))
    assert await violations(billing) == set()


async def test_two_who_charge_at_once_charge_once(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    until, total = bill.due_date + timedelta(days=30), over(bill.total, 30)
    request = charge(until, total)
    answers = await asyncio.gather(
        billing.ask(request), billing.ask(request), billing.ask(charge(until, total)), return_exceptions=True
    )
    assert len([answer for answer in answers if isinstance(answer, ChargeReply)]) in (1, 2)
    assert (await billing.state()).debt == bill.total + total


async def test_what_was_paid_late_bears_interest_until_the_day_before(billing: BillingHandlers) -> None:
    bill = await late_bill(billing, days=11)
    await billing.pay(bill.total - 100_000)
    on_day(billing, bill, 21)
    await billing.pay(100_000)
    on_day(billing, bill, 60)
    interest = (await shown(billing)).interest
    exact = (Decimal(bill.total) * 10 + Decimal(100_000) * 10) * Decimal("9.5") / 36_500
    assert interest.total == round_half_up(exact)
    assert [(span.days, span.amount) for span in interest.bills[0].spans] == [(10, bill.total), (10, 100_000)]
    await billing.ask(charge(interest.until, interest.total))
    assert (await shown(billing)).interest.total == 0


async def test_what_is_paid_in_time_bears_none(billing: BillingHandlers) -> None:
    bill = await late_bill(billing, days=0)
    await billing.pay(bill.total, received_at=billing.now)
    on_day(billing, bill, 60)
    assert (await shown(billing)).interest.total == 0


async def test_what_a_correction_took_off_was_never_owed(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    corrected = await billing.correct(bill.bill_number, kwh=200)
    stands = corrected.account.debt
    assert (await shown(billing)).interest.total == over(stands, 30)


async def test_disputed_bills_and_bills_of_an_agreement_in_force_wait(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    complaint = await billing.complain(bill.bill_number)
    assert (await shown(billing)).interest.total == 0
    await billing.answer_complaint(complaint, bill.bill_number)
    assert (await shown(billing)).interest.total > 0
    billing.agreement_rules = (AgreementRule(in_force_from=date(2018, 1, 1), allowed=True),)
    due_on = bill.due_date + timedelta(days=60)
    await billing.ask(
        AgreeInstalments(
            agreement_id=new_id(),
            customer_code=CODE,
            parts=[Instalment(due_on=due_on, amount=bill.total)],
            paper="TT 1",
            reason="Khó khăn",
            asked_by="Lê Thị Tính",
            approved_by="Phạm Văn Duyệt",
        )
    )
    assert (await shown(billing)).interest.total == 0


async def test_two_people_let_off_and_the_days_are_settled(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    until, total = bill.due_date + timedelta(days=30), over(bill.total, 30)
    with pytest.raises(NotAllowed):
        await billing.ask(waiver(until, total, approved_by="Lê Thị Tính"))
    request = waiver(until, total)
    reply: WaiverReply = await billing.ask(request)
    assert (reply.waived, [one.interest for one in reply.settled]) == (total, [total])
    assert await billing.ask(request) == reply
    assert ((await shown(billing)).interest.total, (await billing.state()).debt) == (0, bill.total)
    assert await violations(billing) == set()


async def test_what_came_to_something_else_is_not_charged(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    until, total = bill.due_date + timedelta(days=30), over(bill.total, 30)
    for request in (charge(until, total + 1), waiver(until, total - 1)):
        with pytest.raises(InterestChanged) as refused:
            await billing.ask(request)
        assert refused.value.facts["total"] == total
    with pytest.raises(InvalidRequest):
        await billing.ask(charge(bill.due_date + timedelta(days=31), total))


async def test_whose_interest_is_due_is_listed_by_unit_page_by_page(billing: BillingHandlers) -> None:
    bill = await late_bill(billing)
    other = "PB14010012346"
    await billing.customer(other)
    await billing.bill(100, code=other)
    on_day(billing, bill, 31)
    first: DueInterest = await billing.look(GetDueInterest(limit=1))
    assert ([one.customer_code for one in first.customers], first.after) == ([CODE], CODE)
    second: DueInterest = await billing.look(GetDueInterest(limit=1, after=CODE))
    assert [one.customer_code for one in second.customers] == [other]
    least: DueInterest = await billing.look(GetDueInterest(least=second.customers[0].total + 1))
    assert [one.customer_code for one in least.customers] == [CODE]
    none: DueInterest = await billing.look(GetDueInterest(unit_codes=["PB1502"]))
    assert none.customers == []
    billing.interest_rules = ()
    assert (await billing.look(GetDueInterest())).customers == []


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        (
            "UPDATE settled_interest SET interest = interest + 1",
            "a charge of interest is the interest of its days",
        ),
        ("UPDATE settled_interest SET first_day = first_day - 40", "interest is charged or waived once for a day"),
        ("UPDATE charges SET kind = 'reconnection_fee'", "a charge of interest is the interest of its days"),
    ],
)
async def test_the_audit_finds_what_was_done_to_interest(billing: BillingHandlers, tampering: str, rule: str) -> None:
    bill = await late_bill(billing)
    await billing.ask(charge(bill.due_date + timedelta(days=30), over(bill.total, 30)))
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(tampering)
    assert any(found.startswith(rule) for found in await violations(billing))


async def test_interest_that_was_charged_is_taken_back_and_its_days_are_never_charged_again(
    billing: BillingHandlers,
) -> None:
    bill = await late_bill(billing)
    until = bill.due_date + timedelta(days=30)
    charged: ChargeReply = await billing.ask(charge(until, over(bill.total, 30)))
    assert charged.bill is not None
    taken_back: CorrectionReply = await billing.ask(
        CorrectBill(
            correction_id=new_id(),
            bill_number=charged.bill.bill_number,
            kind=CorrectionKind.ADJUSTMENT,
            expected_difference=-charged.bill.total,
            reason="Ngân hàng chuyển chậm",
            asked_by="Lê Thị Tính",
            approved_by="Phạm Văn Duyệt",
        )
    )
    assert taken_back.account.debt == bill.total
    assert (await shown(billing)).interest.total == 0
    on_day(billing, bill, 41)
    assert (await shown(billing)).interest.total == over(bill.total, 10)
    assert await violations(billing) == set()
