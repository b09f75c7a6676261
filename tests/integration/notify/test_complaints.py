"""While a complaint about a bill is open, no SMS asks for its money; other bills are reminded of."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.verdict import Limits
from shared.contracts.common import AccountState, DisputedBills
from shared.contracts.customer import ComplaintFinding, ComplaintKind, ComplaintRecorded, ComplaintSettled
from shared.contracts.notify import ReminderState
from shared.ids import new_id
from shared.testing.builders import account, dispute_changed
from tests.integration.notify.notices import CODE, NIGHT, NOON, Clock, Operator, notice, paid, reversed_payment
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


def disputed(
    *numbers: str, debt: int = 300_000, of: int = 871_020, other_due: date | None = None, version: int = 2
) -> AccountState:
    """Return an account with bills that complaints are open about, ``debt`` of them open."""
    bills = DisputedBills(bill_numbers=list(numbers), debt=debt, other_due_date=other_due) if numbers else None
    return account(CODE, debt=of, version=version, disputed=bills)


async def test_a_customer_with_another_bill_is_reminded_of_that_one_with_its_amount(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice(issued_at=NIGHT), complained(new_id()), dispute_changed(disputed("HD-10")))
    assert await notify.violations() == []
    clock.advance(hours=10)
    await notify.sender.send_due()
    [sms] = operator.sent
    assert "571.020d" in sms.text
    # The months were those of both bills.
    assert "T10/2026" not in sms.text


async def test_what_billing_tells_and_the_complaint_may_come_in_any_order(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice(issued_at=NIGHT), dispute_changed(disputed("HD-10")), complained(new_id()))
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert ["571.020d" in sms.text for sms in operator.sent] == [True]


async def test_a_customer_who_owes_the_disputed_bill_only_is_not_reminded(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    told = dispute_changed(disputed("HD-10", debt=871_020))
    await notify.consume(notice(issued_at=NIGHT), complained(new_id()), told)
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []
    assert (await notify.reminder()).cause == "complaint"
    assert await notify.violations() == []


async def test_a_number_that_is_no_bill_stops_everything(notify: Notify, operator: Operator, clock: Clock) -> None:
    told = dispute_changed(disputed("HD-10"))
    await notify.consume(notice(issued_at=NIGHT), complained(new_id()), complained(new_id(), bill_number="HD-1O"), told)
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []


async def test_an_answer_brings_the_whole_debt_back_in_whatever_order_it_is_told(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    for order in permutations(range(2)):
        complaint = new_id()
        version = 10 * (len(operator.sent) + 1)
        await notify.consume(notice(issued_at=clock.moment, version=version), complained(complaint))
        await notify.consume(dispute_changed(disputed("HD-10", debt=871_020, version=version + 1)))
        ends = (answered(complaint), dispute_changed(disputed(version=version + 2)))
        await notify.consume(*(ends[place] for place in order))
        assert await notify.violations() == []
        clock.advance(hours=10)
        await notify.sender.send_due()
        clock.advance(hours=14)
        assert "871.020d" in operator.sent[-1].text
    assert len(operator.sent) == 2


async def test_a_payment_of_the_other_bill_that_is_taken_back_is_reminded_of_again(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    bill = DisputedBills(bill_numbers=["HD-10"], debt=300_000)
    payment, reversal = paid(debt=300_000, version=3), reversed_payment(version=4)
    await notify.consume(notice(issued_at=NIGHT), complained(new_id()), dispute_changed(disputed("HD-10")))
    await notify.consume(
        payment.model_copy(update={"account": payment.account.model_copy(update={"disputed": bill})}),
        reversal.model_copy(update={"account": reversal.account.model_copy(update={"disputed": bill})}),
    )
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert ["571.020d" in sms.text for sms in operator.sent] == [True]


async def test_an_account_that_a_version_before_wrote_since_asks_for_nothing(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice(issued_at=NIGHT), complained(new_id()), dispute_changed(disputed("HD-10")))
    await notify.pool.execute("UPDATE accounts SET version = 3, debt = 871020")
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert operator.sent == []
