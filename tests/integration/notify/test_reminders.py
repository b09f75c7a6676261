"""From a notice to an SMS on a real database: once, in time, and only while it is wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.delivery.sender import Sender
from services.notify.domain.causes import Cause
from services.notify.domain.outcome import Handover
from services.notify.domain.verdict import Limits
from services.notify.handlers.get_due_sms import get_due_sms
from shared.contracts.billing import NoticeKind
from shared.contracts.customer import CustomerChanged
from shared.contracts.notify import GetDueSms, ReminderState
from shared.ids import new_id
from shared.testing import wait_until
from shared.testing.builders import account, bill_corrected, customer
from tests.integration.notify.notices import (
    CODE,
    NIGHT,
    NOON,
    PHONE,
    Clock,
    Operator,
    notice,
    paid,
    reversed_payment,
    withdrawn,
)
from tests.integration.notify.notify_handlers import Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def notify(pool: asyncpg.Pool, operator: Operator, clock: Clock) -> Notify:
    return Notify(pool, [operator], clock, Limits())


# --- once


async def test_an_away_visit_is_reminded_of_once(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice())
    assert await notify.sender.send_due() == 1
    assert await notify.sender.send_due() == 0
    [sms] = operator.sent
    assert sms.phone == PHONE
    assert sms.segments == 1
    for words in ("PB14010012345", "871.020d", "Nguyen Van An", "0951000001", "T10/2026"):
        assert words in sms.text
    reminder = await notify.reminder()
    assert reminder.state is ReminderState.SENT
    assert (reminder.provider, reminder.provider_reference) == ("operator", "operator-1")
    assert reminder.text == sms.text


async def test_a_repeated_notice_of_the_same_visit_adds_nothing(notify: Notify, operator: Operator) -> None:
    visit = new_id()
    await notify.consume(notice(visit_id=visit), notice(visit_id=visit))
    await notify.sender.send_due()
    await notify.consume(notice(visit_id=visit, debt=900_000, version=5))
    await notify.sender.send_due()
    assert len(operator.sent) == 1
    assert len(await notify.reminders()) == 1


async def test_a_visit_that_was_taken_back_is_not_reminded_of(notify: Notify, operator: Operator) -> None:
    issued = notice()
    await notify.consume(issued)
    await notify.consume(withdrawn(issued))
    assert await notify.sender.send_due() == 0
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.CANCELLED, Cause.VISIT_WITHDRAWN)


async def test_two_visits_are_reminded_of_twice(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice(), notice(version=2))
    await notify.sender.send_due()
    assert len(operator.sent) == 2


@pytest.mark.parametrize("kind", [NoticeKind.CHECK, NoticeKind.CANNOT_PAY, NoticeKind.COLLECTION_POINT])
async def test_other_notices_are_not_reminded_of(notify: Notify, kind: NoticeKind) -> None:
    await notify.consume(notice(kind=kind))
    assert await notify.reminders() == []


async def test_many_senders_send_each_reminder_once(notify: Notify, operator: Operator) -> None:
    codes = [f"PB1401{number:07d}" for number in range(40)]
    await notify.consume(*(notice(code=code, phone=f"+8495300{n:04d}") for n, code in enumerate(codes)))
    senders = [notify.another_sender(concurrency=2) for _ in range(3)]
    handed_over = await asyncio.gather(*(sender.send_due() for sender in senders))
    assert sum(handed_over) == 40
    assert len({sms.client_reference for sms in operator.sent}) == 40 == len(operator.sent)
    assert await notify.violations() == []


async def test_both_events_of_the_life_of_an_sms_are_emitted(notify: Notify) -> None:
    await notify.consume(notice(), notice(phone=None, version=2))
    await notify.sender.send_due()
    (first, failed), (second, sent) = await notify.emitted()
    assert (first, second) == ("sms.failed.v1", "sms.sent.v1")
    assert failed["cause"] == "no_phone"
    assert (sent["provider"], sent["segments"]) == ("operator", 1)


# --- only while it is wanted


async def test_a_payment_cancels_what_waits(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice(), paid())
    assert await notify.sender.send_due() == 0
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.CANCELLED, Cause.PAID)
    assert operator.sent == []


async def test_a_payment_in_part_leaves_the_reminder_with_what_is_still_owed(
    notify: Notify, operator: Operator
) -> None:
    await notify.consume(notice(), paid(debt=100_500))
    await notify.sender.send_due()
    assert "100.500d" in operator.sent[0].text
    assert (await notify.reminder()).text == operator.sent[0].text


async def test_a_reminder_names_what_is_owed_after_a_bill_was_corrected_and_none_is_sent_for_nothing(
    notify: Notify, operator: Operator
) -> None:
    first = notice()
    due = first.account.oldest_due_date
    lower = account(first.customer.customer_code, debt=100_500, version=2, oldest_due_date=due)
    await notify.consume(first, bill_corrected(first.bills[0], lower, corrected_at=NOON))
    await notify.sender.send_due()
    assert "100.500d" in operator.sent[0].text
    await notify.consume(notice(visit_id=new_id()))
    nothing = account(first.customer.customer_code, version=3)
    await notify.consume(bill_corrected(first.bills[0], nothing, corrected_at=NOON))
    assert await notify.sender.send_due() == 0


async def test_a_payment_that_arrives_before_its_notice_counts(notify: Notify, operator: Operator) -> None:
    await notify.consume(paid(version=2), notice(version=1))
    await notify.sender.send_due()
    assert operator.sent == []
    assert (await notify.reminder()).state is ReminderState.CANCELLED


async def test_an_older_account_does_not_undo_a_newer_one(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice(version=5), paid(version=4))
    await notify.sender.send_due()
    assert len(operator.sent) == 1


async def test_a_reversal_before_the_morning_schedules_the_reminder_again(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = NIGHT
    await notify.consume(notice(issued_at=NIGHT), paid(version=2), reversed_payment(version=3))
    assert (await notify.reminder()).state is ReminderState.SCHEDULED
    clock.advance(hours=9)
    await notify.sender.send_due()
    assert len(operator.sent) == 1


async def test_a_reversal_after_the_reminder_was_due_sends_nothing_late(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice(), paid(version=2))
    clock.advance(hours=1)
    await notify.consume(reversed_payment(version=3))
    await notify.sender.send_due()
    assert operator.sent == []


async def test_payments_of_others_change_nothing(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice(), paid(code="PB14010099999"))
    await notify.sender.send_due()
    assert len(operator.sent) == 1


async def test_nothing_is_sent_for_a_visit_where_nothing_is_owed(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice(debt=0))
    await notify.sender.send_due()
    assert operator.sent == []


@pytest.mark.parametrize(
    ("phone", "cause"), [(None, Cause.NO_PHONE), ("+842903831234", Cause.LANDLINE), (PHONE, Cause.OPTED_OUT)]
)
async def test_an_event_names_who_cannot_or_may_not_be_texted(
    notify: Notify, operator: Operator, phone: str | None, cause: Cause
) -> None:
    if cause is Cause.OPTED_OUT:
        await notify.block(PHONE)
    await notify.consume(notice(phone=phone))
    await notify.sender.send_due()
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.FAILED, cause)
    assert [(key, body["cause"]) for key, body in await notify.emitted()] == [("sms.failed.v1", cause)]
    assert operator.sent == []


async def test_an_opt_out_counts_for_what_already_waits(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice())
    await notify.block(PHONE)
    await notify.sender.send_due()
    assert (await notify.reminder()).cause == Cause.OPTED_OUT
    assert operator.sent == []


# --- in time


async def test_what_comes_in_the_night_leaves_in_the_morning(notify: Notify, operator: Operator, clock: Clock) -> None:
    clock.moment = NIGHT
    await notify.consume(notice(issued_at=NIGHT))
    assert await notify.sender.send_due() == 0
    due = (await notify.reminder()).due_at
    assert NIGHT + timedelta(hours=8) <= due < NIGHT + timedelta(hours=8, minutes=20)
    clock.moment = due
    assert await notify.sender.send_due() == 1


async def test_what_was_late_by_a_stopped_service_still_waits_for_the_morning(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice())
    clock.moment = NIGHT
    assert await notify.sender.send_due() == 0
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.SCHEDULED, Cause.QUIET_HOURS)
    assert reminder.due_at > NIGHT


async def test_a_reminder_that_is_two_days_late_is_not_sent(notify: Notify, operator: Operator, clock: Clock) -> None:
    await notify.consume(notice())
    clock.advance(hours=49)
    await notify.sender.send_due()
    assert (await notify.reminder()).cause == Cause.EXPIRED
    assert operator.sent == []


async def test_a_number_gets_no_more_than_its_share_of_a_day(notify: Notify, operator: Operator, clock: Clock) -> None:
    codes = [f"PB140100123{number}0" for number in range(5)]
    await notify.consume(*(notice(code=code) for code in codes))
    await notify.another_sender(concurrency=4).send_due()
    assert len(operator.sent) == 3
    waiting = [
        reminder
        for code in codes
        for reminder in await notify.reminders(code)
        if reminder.state is ReminderState.SCHEDULED
    ]
    assert [reminder.cause for reminder in waiting] == [Cause.DAILY_CAP] * 2
    clock.moment = max(reminder.due_at for reminder in waiting)
    await notify.sender.send_due()
    assert len(operator.sent) == 5


# --- what providers do


async def send_all_day(notify: Notify, sender: Sender, clock: Clock) -> None:
    """Let a sender look again every ten minutes until the evening."""
    for _ in range(50):
        await sender.send_due()
        clock.advance(minutes=10)


async def test_an_answer_that_never_comes_is_unknown_and_stays_so(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    operator.answers = [None, Handover.ACCEPTED]
    await notify.consume(notice())
    await send_all_day(notify, notify.sender, clock)
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.UNKNOWN, Cause.ANSWER_LOST)
    assert len(operator.sent) == 1
    assert await notify.emitted() == []


@pytest.mark.parametrize("error", [ConnectionResetError("cut"), RuntimeError("a bug"), OSError(5, "I/O")])
async def test_whatever_a_provider_raises_the_sms_is_not_sent_again(
    notify: Notify, operator: Operator, clock: Clock, error: Exception
) -> None:
    operator.answers = [error, Handover.ACCEPTED]
    await notify.consume(notice())
    await send_all_day(notify, notify.sender, clock)
    assert (await notify.reminder()).state is ReminderState.UNKNOWN
    assert len(operator.sent) == 1


async def test_throttling_is_retried_with_the_same_reference(notify: Notify, operator: Operator, clock: Clock) -> None:
    operator.answers = [Handover.THROTTLED, Handover.THROTTLED, Handover.ACCEPTED]
    await notify.consume(notice())
    await send_all_day(notify, notify.sender, clock)
    assert (await notify.reminder()).state is ReminderState.SENT
    assert len(operator.sent) == 3
    assert len({sms.client_reference for sms in operator.sent}) == 1
    assert await notify.violations() == []


async def test_a_retry_waits(notify: Notify, operator: Operator, clock: Clock) -> None:
    operator.answers = [Handover.NOT_SENT]
    await notify.consume(notice())
    for _ in range(3):
        await notify.sender.send_due()
    assert len(operator.sent) == 1
    clock.advance(seconds=11)
    await notify.sender.send_due()
    assert len(operator.sent) == 2


async def test_a_reminder_fails_after_the_last_retry_of_a_provider_that_never_works(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    operator.answers = [Handover.NOT_SENT]
    await notify.consume(notice())
    await send_all_day(notify, notify.sender, clock)
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.FAILED, Cause.PROVIDERS_EXHAUSTED)
    assert len(operator.sent) == 6
    assert [key for key, _ in await notify.emitted()] == ["sms.failed.v1"]


async def test_a_bad_number_goes_on_the_list(notify: Notify, operator: Operator) -> None:
    operator.answers = [Handover.REJECTED_NUMBER]
    await notify.consume(notice())
    await notify.sender.send_due()
    await notify.consume(notice(version=2))
    await notify.sender.send_due()
    assert len(operator.sent) == 1
    assert [reminder.cause for reminder in await notify.reminders()] == [Cause.WRONG_NUMBER] * 2


async def test_a_payment_while_a_retry_waits_cancels_it(notify: Notify, operator: Operator, clock: Clock) -> None:
    operator.answers = [Handover.THROTTLED, Handover.ACCEPTED]
    await notify.consume(notice())
    await notify.sender.send_due()
    await notify.consume(paid())
    await send_all_day(notify, notify.sender, clock)
    assert (await notify.reminder()).state is ReminderState.CANCELLED
    assert len(operator.sent) == 1


async def test_what_did_not_leave_goes_through_the_second_provider(pool: asyncpg.Pool, clock: Clock) -> None:
    first, second = Operator(Handover.NOT_SENT, name="first"), Operator(name="second")
    notify = Notify(pool, [first, second], clock, Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    assert (len(first.sent), len(second.sent)) == (1, 1)
    assert (await notify.reminder()).provider == "second"


async def test_what_may_have_left_never_goes_through_the_second_provider(pool: asyncpg.Pool, clock: Clock) -> None:
    first, second = Operator(None, name="first"), Operator(name="second")
    notify = Notify(pool, [first, second], clock, Limits())
    await notify.consume(notice())
    await send_all_day(notify, notify.sender, clock)
    assert (len(first.sent), len(second.sent)) == (1, 0)


async def test_a_provider_that_refuses_us_is_left_alone_for_a_while(pool: asyncpg.Pool, clock: Clock) -> None:
    first, second = Operator(Handover.REJECTED_PROVIDER, name="first"), Operator(name="second")
    notify = Notify(pool, [first, second], clock, Limits())
    await notify.consume(notice(), notice(version=2), notice(version=3))
    await notify.sender.send_due()
    assert (len(first.sent), len(second.sent)) == (1, 3)


async def test_while_every_provider_refuses_us_no_attempts_are_used_up(pool: asyncpg.Pool, clock: Clock) -> None:
    only = Operator(Handover.REJECTED_PROVIDER)
    notify = Notify(pool, [only], clock, Limits())
    await notify.consume(notice())
    for _ in range(25):
        await notify.sender.send_due()
        clock.advance(seconds=10)
    assert len(only.sent) == 1
    only.answers = [Handover.ACCEPTED]
    clock.advance(minutes=10)
    await notify.sender.send_due()
    assert (await notify.reminder()).state is ReminderState.SENT


# --- when a sender dies


async def test_the_attempt_is_on_record_before_the_provider_is_called(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice())
    operator.answers = [None]
    task = asyncio.create_task(notify.another_sender(timeout=timedelta(seconds=30)).send_due())
    await wait_until(lambda: operator.sent)
    assert await notify.outcomes() == [None]
    assert (await notify.reminder()).state is ReminderState.SENDING
    # The sender is killed here: nothing of it runs any more.
    [handing_over] = [one for one in asyncio.all_tasks() if "_hand_over" in repr(one.get_coro())]
    handing_over.cancel()
    task.cancel()
    await asyncio.wait([task, handing_over])


async def test_what_a_dead_sender_was_handing_over_becomes_unknown(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(notice())
    await notify.sender.send_due()
    # As it is on disk when the process was killed between the call and its record.
    await pool.execute(
        "UPDATE reminders SET state = 'sending', sent_at = NULL, provider_reference = NULL, lease_until = $1",
        NOON + timedelta(seconds=40),
    )
    await pool.execute("UPDATE attempts SET outcome = NULL, provider_reference = NULL, finished_at = NULL")
    await notify.sender.send_due()
    assert (await notify.reminder()).state is ReminderState.SENDING, "its lease still runs"
    clock.advance(minutes=1)
    await send_all_day(notify, notify.sender, clock)
    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.UNKNOWN, Cause.ANSWER_LOST)
    assert await notify.outcomes() == ["unknown"]
    assert len(operator.sent) == 1
    assert await notify.violations() == []


async def test_an_answer_that_comes_after_the_lease_settles_what_was_unknown(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(notice())
    other = notify.another_sender()
    waiting: list[asyncio.Task[None]] = []

    def lease_runs_out() -> None:
        clock.advance(minutes=5)
        waiting.append(asyncio.create_task(other.end_lost()))

    operator.meanwhile = lease_runs_out
    operator.answers = [Handover.ACCEPTED]
    await notify.sender.send_due()
    await asyncio.gather(*waiting)
    assert (await notify.reminder()).state is ReminderState.SENT
    assert await notify.outcomes() == ["accepted"]
    assert await notify.violations() == []


async def test_a_stop_waits_for_the_answer_and_records_it(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice(), notice(version=2))
    sending: list[asyncio.Task[int]] = []

    def stop() -> None:
        sending[0].cancel()

    operator.meanwhile = stop
    sending.append(asyncio.create_task(notify.sender.send_due()))
    with pytest.raises(asyncio.CancelledError):
        await sending[0]
    assert len(operator.sent) == 1
    assert await notify.outcomes() == ["accepted"]
    assert sorted(reminder.state for reminder in await notify.reminders()) == ["scheduled", "sent"]


async def test_the_audit_names_what_must_not_be(notify: Notify, pool: asyncpg.Pool) -> None:
    await notify.consume(notice())
    await notify.sender.send_due()
    assert await notify.violations() == []
    await pool.execute(
        """
        INSERT INTO attempts (reminder_id, number, provider, client_reference, phone, text, segments, started_at)
        SELECT reminder_id, 2, provider, client_reference, phone, text, segments, started_at FROM attempts
        """
    )
    [violation] = await notify.violations()
    assert (violation.rule, violation.detail) == ("a reminder is handed over at most once", "handed over 2 times")


# --- how many are still to leave


async def _due(notify: Notify, *units: str) -> list[tuple[str, int, int]]:
    async with notify.new_work() as work:
        found = await get_due_sms(GetDueSms(unit_codes=list(units)), work, clock=notify.clock)
    return [(one.unit_code, one.due, one.late) for one in found.units]


async def test_what_is_still_to_leave_today_is_counted_by_unit(notify: Notify) -> None:
    await notify.consume(CustomerChanged(customer=customer(CODE), changed_at=NOON))
    assert await _due(notify) == []
    await notify.consume(notice())
    assert await _due(notify) == await _due(notify, "PB1401") == [("PB1401", 1, 1)]
    assert await _due(notify, "PB1502") == []
    assert await notify.sender.send_due() == 1
    assert await _due(notify) == []


async def test_what_waits_for_the_morning_is_not_due_in_the_night_before(notify: Notify, clock: Clock) -> None:
    clock.moment = NIGHT
    await notify.consume(notice())
    assert await _due(notify) == []
    clock.advance(hours=2)
    [(_, due, late)] = await _due(notify)
    assert (due, late) == (1, 0)
