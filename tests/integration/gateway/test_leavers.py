"""Collectors who do not work any more: refused everywhere and at once, and no money of theirs is lost."""

from datetime import datetime, timedelta

import pytest

from services.gateway.store import collectors
from shared import clock
from shared.contracts.billing import PaymentReply, RecordPayment
from shared.contracts.common import Outcome
from shared.contracts.customer import CollectorChanged, GetVisit
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.problems import Conflict, NotFound, Problem
from shared.testing.conditions import wait_until
from simulation.phone import VirtualDesk, VirtualPhone
from tests.integration.gateway.back_office import TOTAL
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem

LEFT = 4103


async def _changed(system: GatewaySystem, *, active: bool, at: datetime | None = None, code: str = "TN001") -> datetime:
    """Let the customer service announce a collector, and wait until the gateway knows."""
    moment = at or clock.now()
    event = CollectorChanged(collector_code=code, name="Lê", unit_code="PB1501", active=active, changed_at=moment)
    async with system.office_bus.work() as work:
        await work.emit(event, aggregate=code)

    async def known() -> bool:
        changed = await system.pool.fetchval("SELECT changed_at FROM collectors WHERE collector_code = $1", code)
        return changed is not None and changed >= moment

    await wait_until(known, timeout=30)
    return moment


async def _refused(phone: VirtualPhone) -> Problem:
    with pytest.raises(Problem) as refused:
        await phone.me()
    return refused.value


async def test_a_leavers_requests_and_streams_are_refused_by_every_copy_and_work_again_after_the_return(
    gateway: GatewaySystem,
) -> None:
    async with gateway.gateway() as other:
        here, there = await gateway.phone(), await gateway.phone(url=other)
        colleague = await gateway.phone("TN002")
        for phone in (here, there, colleague):
            await phone.open_stream()
        left_at = await _changed(gateway, active=False)
        for phone in (here, there):
            assert await phone.wait_for(lambda phone=phone: phone.stream.closed_with, within=30) == LEFT  # type: ignore[misc]
            assert not phone.stream.revoked, "nothing on the phone is wiped"
            problem = await _refused(phone)
            assert (problem.status, problem.slug) == (403, "collector-left")
            assert datetime.fromisoformat(problem.facts["left_at"]) == left_at
        await colleague.me()
        await _changed(gateway, active=True)
        await here.me()
        await there.me()


async def test_a_stream_is_closed_whose_wake_up_was_lost(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    async with gateway.pool.acquire() as connection:
        now = clock.now()
        await collectors.note(connection, "TN001", active=False, changed_at=now, left_at=now, now=now)
    assert await phone.wait_for(lambda: phone.stream.closed_with, within=30) == LEFT


async def test_an_older_event_that_comes_late_changes_nothing(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await _changed(gateway, active=False)
    async with gateway.office_bus.work() as work:
        before = clock.now() - timedelta(days=1)
        for code in ("TN001", "TN009"):
            await work.emit(
                CollectorChanged(collector_code=code, name="Lê", unit_code="PB1501", active=True, changed_at=before),
                aggregate="collectors",
            )

    async def consumed() -> bool:
        return await gateway.pool.fetchval("SELECT true FROM collectors WHERE collector_code = 'TN009'") is True

    await wait_until(consumed, timeout=30)
    assert (await _refused(phone)).slug == "collector-left"


async def test_a_collector_who_left_before_there_were_events_is_asked_for(gateway: GatewaySystem) -> None:
    phone = await gateway.phone("TN-LEFT")
    await phone.wait_for(lambda: True)

    async def learnt() -> bool:
        async with gateway.pool.acquire() as connection:
            return await collectors.has_left(connection, "TN-LEFT")

    await wait_until(learnt, timeout=30)
    assert (await _refused(phone)).slug == "collector-left"


async def test_a_code_made_before_the_collector_left_lets_nobody_in(gateway: GatewaySystem) -> None:
    code = await gateway.code("collector", collector_code="TN001")
    await _changed(gateway, active=False)
    with pytest.raises(Problem) as refused:
        await VirtualDesk(gateway.url, session=gateway.session).enrol(code)
    assert (refused.value.status, refused.value.slug) == (409, "inactive-collector")
    assert refused.value.facts == {"collector_code": "TN001"}


async def test_cash_from_before_that_a_phone_sends_after_it_is_recorded_and_listed(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    taken = clock.now() - timedelta(minutes=30)
    await phone.open_shift(opened_at=taken)
    await gateway.add_customer("PB15010000002", "TN002")
    await _changed(gateway, active=False)
    usual = gateway.office.RecordPayment

    async def recorded_now(request: RecordPayment, work: UnitOfWork) -> PaymentReply:
        reply = await usual(request, work)
        return reply.model_copy(update={"payment": reply.payment.model_copy(update={"received_at": clock.now()})})

    gateway.office.other_answers[RecordPayment] = recorded_now
    payment_id = new_id()
    # By now the customer is on another route.
    for _ in range(2):
        await phone.pay("PB15010000002", TOTAL, payment_id=payment_id, received_at=taken)
    sent = gateway.office.asked_for(RecordPayment)[-1]
    assert (sent.collector_code, sent.device_id) == ("TN001", None), "nothing is printed for somebody who left"
    await phone.visit(CUSTOMER, Outcome.MET, visited_at=taken)

    after = new_id()
    with pytest.raises(Problem) as refused:
        await phone.pay(CUSTOMER, TOTAL, payment_id=after, received_at=clock.now())
    assert refused.value.slug == "collector-left"
    with pytest.raises(Problem) as refused:
        await phone.open_shift(opened_at=clock.now())
    assert refused.value.slug == "collector-left"
    with pytest.raises(Problem) as refused:
        await phone.visit(CUSTOMER, Outcome.AWAY, visited_at=clock.now())
    assert refused.value.slug == "collector-left"

    listed = (await cashier.call("GET", "/v1/leaver-payments"))["payments"]
    assert [(one["payment_id"], one["amount"], one["outcome"]) for one in listed] == [
        (str(after), TOTAL, "collector-left"),
        (str(payment_id), TOTAL, "recorded"),
    ]
    with pytest.raises(Problem) as refused:
        await phone.call("GET", "/v1/leaver-payments")
    assert refused.value.status == 403


async def test_cash_of_a_leaver_that_is_refused_is_listed_with_why(gateway: GatewaySystem) -> None:
    phone, supervisor = await gateway.phone(), await gateway.desk("supervisor")
    taken = clock.now() - timedelta(minutes=30)
    await _changed(gateway, active=False)
    gateway.office.refuse(GetVisit, NotFound("?"))
    gateway.office.refuse(RecordPayment, Conflict("Chưa mở ca.", slug="no-open-shift"))
    with pytest.raises(Problem) as refused:
        await phone.pay(CUSTOMER, TOTAL, received_at=taken, visit_id=new_id())
    assert refused.value.slug == "no-open-shift"
    [listed] = (await supervisor.call("GET", "/v1/leaver-payments"))["payments"]
    assert (listed["collector_code"], listed["customer_code"], listed["outcome"]) == (
        "TN001",
        CUSTOMER,
        "no-open-shift",
    )


async def test_a_payment_that_was_there_before_the_collector_left_is_not_listed_when_it_is_repeated(
    gateway: GatewaySystem,
) -> None:
    phone, supervisor = await gateway.phone(), await gateway.desk("supervisor")
    await phone.open_shift()
    payment_id, taken = new_id(), clock.now() - timedelta(minutes=30)
    before = await phone.pay(CUSTOMER, TOTAL, payment_id=payment_id, received_at=taken)
    await _changed(gateway, active=False)
    again = await phone.pay(CUSTOMER, TOTAL, payment_id=payment_id, received_at=taken)
    assert again.payment.payment_id == before.payment.payment_id
    assert (await supervisor.call("GET", "/v1/leaver-payments"))["payments"] == []
