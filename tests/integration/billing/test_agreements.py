"""Instalment agreements: over all that is owed, by two people, filled by payments, kept or broken by themselves."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.billing.arrears.instalments import (
    AgreementInForce,
    AgreementNotInForce,
    AgreementRule,
    PartsDoNotAddUp,
)
from services.billing.audit import audit_facts
from services.billing.ended_agreement import judge_agreements
from services.billing.store.agreements import count_in_force
from shared.contracts.billing import (
    AgreeInstalments,
    AgreementReply,
    Agreements,
    AgreementState,
    EndAgreement,
    GetAgreements,
    Instalment,
    InstalmentAgreement,
    PrintAgreement,
)
from shared.ids import new_id
from shared.problems import NotAllowed, NotFound
from tests.integration.billing.billing_handlers import CODE, NOW, BillingHandlers

DAY = date(2026, 11, 22)
FIRST, SECOND = DAY + timedelta(days=10), DAY + timedelta(days=40)
SUMS = "the parts and the bills of an agreement are what was agreed"
ALONE = "who asked for an agreement has not approved it"
RULES = (AgreementRule(in_force_from=date(2018, 1, 1), allowed=True, parts=3, days=60, least=50_000, late_days=3),)


async def with_debt(billing: BillingHandlers) -> int:
    billing.agreement_rules = RULES
    await billing.customer()
    await billing.bill(320, 9)
    await billing.bill(100, 10)
    return (await billing.state()).debt


def agreement(debt: int, first: int = 200_000, **others: Any) -> AgreeInstalments:
    values = {
        "agreement_id": new_id(),
        "customer_code": CODE,
        "parts": [Instalment(due_on=FIRST, amount=first), Instalment(due_on=SECOND, amount=debt - first)],
        "paper": "TT 12/2026",
        "reason": "Nhà có người ốm",
        "asked_by": "Lê Thị Tính",
        "approved_by": "Phạm Văn Duyệt",
    }
    return AgreeInstalments.model_validate(values | others)


async def agree(billing: BillingHandlers, debt: int, **others: Any) -> InstalmentAgreement:
    reply: AgreementReply = await billing.ask(agreement(debt, **others))
    return reply.agreement


async def read(billing: BillingHandlers, agreement_id: UUID) -> InstalmentAgreement:
    found: Agreements = await billing.look(GetAgreements(agreement_id=agreement_id))
    return found.agreements[0]


async def judge(billing: BillingHandlers, day: date) -> int:
    billing.now = NOW + (day - DAY)
    return await judge_agreements(billing.pool, billing.new_work, billing.clock)


async def violations(billing: BillingHandlers) -> set[str]:
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}


async def test_payments_fill_the_oldest_part_first_and_all_of_them_keep_it(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    made = await agree(billing, debt)
    assert (made.state, made.amount, made.paid, len(made.bills)) == (AgreementState.IN_FORCE, debt, 0, 2)
    await billing.pay(250_000)
    assert [part.paid for part in (await read(billing, made.agreement_id)).parts] == [200_000, 50_000]
    assert await judge(billing, FIRST + timedelta(days=30)) == 0
    await billing.pay(debt - 250_000)
    assert await judge(billing, FIRST + timedelta(days=30)) == 1
    kept = await read(billing, made.agreement_id)
    assert (kept.state, kept.paid) == (AgreementState.KEPT, debt)
    events = await billing.emitted("agreement.changed")
    assert [event["agreement"]["state"] for event in events] == ["in_force", "kept"]
    assert await violations(billing) == set()


@pytest.mark.parametrize(("paid", "days", "ended"), [(199_999, 3, 0), (199_999, 4, 1), (200_000, 4, 0)])
async def test_a_part_that_is_late_by_more_days_than_agreed_breaks_it(
    billing: BillingHandlers, paid: int, days: int, ended: int
) -> None:
    debt = await with_debt(billing)
    made = await agree(billing, debt)
    await billing.pay(paid)
    assert await judge(billing, FIRST + timedelta(days=days)) == ended
    now = await read(billing, made.agreement_id)
    assert now.state is (AgreementState.BROKEN if ended else AgreementState.IN_FORCE)
    events = await billing.emitted("agreement.changed")
    assert [event["agreement"]["state"] for event in events] == ["in_force", "broken"][: 1 + ended]


async def test_a_payment_that_is_taken_back_empties_the_part_again(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    before = await billing.pay(30_000)
    made = await agree(billing, debt - 30_000)
    paid = await billing.pay(200_000)
    await billing.reverse(paid.payment.payment_id)
    # What was paid before the agreement is no part of it, taken back or not.
    await billing.reverse(before.payment.payment_id)
    now = await read(billing, made.agreement_id)
    assert (now.paid, [part.paid for part in now.parts]) == (0, [0, 0])
    assert await violations(billing) == set()


async def test_an_agreement_in_force_is_printed_once_and_no_other_one(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    made = await agree(billing, debt)
    await billing.pay(50_000)
    request = PrintAgreement(print_id=new_id(), agreement_id=made.agreement_id, device_id=new_id(), customer_code=CODE)
    assert await billing.ask(request) == await billing.ask(request)
    [wanted] = await billing.emitted("agreement.wanted")
    assert (wanted["agreement"]["paid"], wanted["customer"]["customer_code"]) == (50_000, CODE)
    for others in ({"customer_code": "PB14010099999"}, {"unit_codes": ["PB1402"]}):
        with pytest.raises(NotFound):
            await billing.ask(request.model_copy(update={"print_id": new_id(), **others}))
    await billing.ask(EndAgreement(ending_id=new_id(), agreement_id=made.agreement_id, reason="Khách đề nghị"))
    with pytest.raises(AgreementNotInForce):
        await billing.ask(request.model_copy(update={"print_id": new_id()}))


async def test_agreements_with_a_late_part_are_counted_before_they_are_broken(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    await agree(billing, debt)

    async def counted(day: date) -> tuple[int, int]:
        async with billing.pool.acquire() as connection:
            return await count_in_force(connection, day)

    assert await counted(FIRST) == (1, 0)
    assert await counted(FIRST + timedelta(days=1)) == (1, 1)
    await billing.pay(200_000)
    assert await counted(FIRST + timedelta(days=1)) == (1, 0)
    await judge(billing, SECOND + timedelta(days=10))
    assert await counted(SECOND + timedelta(days=10)) == (0, 0)


async def test_it_is_about_exactly_what_is_owed(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    request = agreement(debt)
    await billing.pay(1_000)
    with pytest.raises(PartsDoNotAddUp) as refused:
        await billing.ask(request)
    assert refused.value.facts == {"debt": debt - 1_000, "parts": debt}


async def test_one_agreement_at_a_time_even_where_two_are_made_at_once(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    request, other = agreement(debt), agreement(debt, first=100_000)
    answers = await asyncio.gather(billing.ask(request), billing.ask(other), return_exceptions=True)
    assert [type(answer) for answer in answers if not isinstance(answer, AgreementReply)] == [AgreementInForce]
    done, again = next(
        (answer, each)
        for answer, each in zip(answers, (request, other), strict=True)
        if isinstance(answer, AgreementReply)
    )
    assert await billing.ask(again) == done


async def test_one_person_cannot_agree_alone(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    with pytest.raises(NotAllowed):
        await billing.ask(agreement(debt, approved_by="lê thị tính"))


async def test_the_office_ends_one_of_its_units_once(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    made = await agree(billing, debt)
    ending = EndAgreement(ending_id=new_id(), agreement_id=made.agreement_id, reason="Khách đề nghị")
    with pytest.raises(NotFound):
        await billing.ask(ending.model_copy(update={"unit_codes": ["PB1502"]}))
    ended: AgreementReply = await billing.ask(ending)
    assert ended.agreement.state is AgreementState.ENDED
    assert await billing.ask(ending) == ended
    with pytest.raises(AgreementNotInForce):
        await billing.ask(ending.model_copy(update={"ending_id": new_id()}))
    assert (await agree(billing, debt)).state is AgreementState.IN_FORCE
    found: Agreements = await billing.look(GetAgreements(unit_codes=["PB1502"]))
    assert found.agreements == []
    found = await billing.look(GetAgreements(customer_code=CODE, states=[AgreementState.ENDED]))
    assert [one.end_reason for one in found.agreements] == ["Khách đề nghị"]


async def test_a_payment_and_a_judgement_at_once_leave_one_outcome(billing: BillingHandlers) -> None:
    debt = await with_debt(billing)
    made = await agree(billing, debt)
    billing.now = NOW + timedelta(days=20)
    await asyncio.gather(
        billing.pay(debt),
        judge_agreements(billing.pool, billing.new_work, billing.clock),
        judge_agreements(billing.pool, billing.new_work, billing.clock),
    )
    await judge_agreements(billing.pool, billing.new_work, billing.clock)
    assert (await read(billing, made.agreement_id)).state in (AgreementState.KEPT, AgreementState.BROKEN)
    assert len(await billing.emitted("agreement.changed")) == 2


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        (
            "UPDATE agreement_parts SET amount = amount + 1",
            SUMS,
        ),
        (
            "UPDATE agreement_bills SET amount = amount - 1",
            SUMS,
        ),
        ("UPDATE agreement_parts SET due_on = due_on - 400", "an agreement that is kept or broken is not in force"),
        (
            "UPDATE instalment_agreements SET approved_by = asked_by || ' '",
            ALONE,
        ),
    ],
)
async def test_the_audit_finds_what_was_done_to_agreements(billing: BillingHandlers, tampering: str, rule: str) -> None:
    debt = await with_debt(billing)
    await agree(billing, debt)
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(tampering)
    assert rule in await violations(billing)
