"""While a complaint about a bill is open, no SMS asks its customer for money."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.verdict import Limits
from shared.contracts.customer import ComplaintFinding, ComplaintKind, ComplaintRecorded, ComplaintSettled
from shared.contracts.notify import ReminderState
from shared.ids import new_id
from tests.integration.notify.notices import CODE, NIGHT, NOON, Clock, Operator, notice, paid
from tests.integration.notify.notify_handlers import Notify


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def clock() -> Clock:
    return Clock(NIGHT)


@pytest_asyncio.fixture
async def notify(pool_for: Callable[..., Awaitable[asyncpg.Pool]], operator: Operator, clock: Clock) -> Notify:
    return Notify(await pool_for("notify"), [operator], clock, Limits())


def complained(complaint_id: UUID, *, bill_number: str | None = "HD-10", code: str = CODE) -> ComplaintRecorded:
    return ComplaintRecorded(
        complaint_id=complaint_id,
        customer_code=code,
        kind=ComplaintKind.AMOUNT,
        bill_number=bill_number,
        answer_by=date(2026, 12, 7),
        recorded_at=NOON,
    )


def answered(complaint_id: UUID, *, bill_number: str | None = "HD-10") -> ComplaintSettled:
    return ComplaintSettled(
        complaint_id=complaint_id,
        customer_code=CODE,
        bill_number=bill_number,
        finding=ComplaintFinding.OTHER,
        is_bill_right=True,
        settled_at=NOON + timedelta(days=1),
    )


async def test_a_reminder_that_waits_is_cancelled_by_a_complaint(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice(issued_at=NIGHT), complained(new_id()))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.CANCELLED, "complaint")
    assert await notify.violations() == []


async def test_a_notice_that_is_issued_while_a_complaint_is_open_schedules_nothing(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(complained(new_id()), notice(issued_at=NIGHT))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []
    assert (await notify.reminder()).cause == "complaint"


async def test_a_complaint_of_somebody_else_stops_nothing(notify: Notify, operator: Operator, clock: Clock) -> None:
    await notify.consume(complained(new_id(), code="PB14010099999"), notice(issued_at=NIGHT))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert len(operator.sent) == 1


async def test_a_complaint_about_a_reading_that_names_no_bill_stops_nothing(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice(issued_at=NIGHT), complained(new_id(), bill_number=None))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert len(operator.sent) == 1


async def test_a_reminder_that_is_still_of_use_is_sent_once_the_complaint_is_answered(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    complaint = new_id()
    await notify.consume(notice(issued_at=NIGHT), complained(complaint), answered(complaint))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert len(operator.sent) == 1


async def test_a_reminder_of_what_was_paid_meanwhile_is_not_sent_after_the_answer(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    complaint = new_id()
    await notify.consume(notice(issued_at=NIGHT), complained(complaint), paid(), answered(complaint))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []


async def test_two_complaints_are_both_answered_before_anything_is_sent(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    first, second = new_id(), new_id()
    await notify.consume(notice(issued_at=NIGHT), complained(first), complained(second), answered(first))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []


async def test_complaint_and_answer_leave_the_same_in_whatever_order_and_however_often_they_come(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    for order in permutations(range(3)):
        code = new_id()
        events = (complained(code), answered(code), complained(code))
        await notify.consume(*(events[place] for place in order))
    await notify.consume(notice(issued_at=NIGHT))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert len(operator.sent) == 1
