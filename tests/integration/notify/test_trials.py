"""An SMS that tries a provider out: through it alone, at any hour, recorded and counted, not twice by accident."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.causes import Cause
from services.notify.domain.kinds import Kind
from services.notify.domain.outcome import Handover
from services.notify.domain.reminders import NewReminder
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from services.notify.store.summaries import summaries
from services.notify.store.trials import NOT_AGAIN_FOR, TrialSms, add_trial, read_trial
from tests.integration.notify.notices import NIGHT, PHONE, Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify


@pytest.fixture
def clock() -> Clock:
    return Clock(NIGHT)


@pytest.fixture
def preferred() -> Operator:
    return Operator(name="preferred")


@pytest.fixture
def other() -> Operator:
    return Operator(name="other")


@pytest_asyncio.fixture
async def notify(
    pool_for: Callable[..., Awaitable[asyncpg.Pool]], preferred: Operator, other: Operator, clock: Clock
) -> Notify:
    pool = await pool_for("notify")
    terms = {"preferred": Terms(price=700), "other": Terms(price=850)}
    return Notify(pool, [preferred, other], clock, Limits(), terms=terms)


def trial(notify: Notify, through: str | None = "other", kind: Kind = Kind.AWAY) -> NewReminder:
    return notify.texts.trial(kind, "vi", PHONE, notify.clock(), through=through, by="operator")


async def add(notify: Notify, test: NewReminder, *, again: bool = False) -> TrialSms | None:
    async with notify.pool.acquire() as connection, connection.transaction():
        return await add_trial(connection, test, again=again)


async def found(notify: Notify, test: NewReminder) -> TrialSms:
    async with notify.pool.acquire() as connection:
        return await read_trial(connection, test.reminder_id)


@pytest.mark.parametrize("kind", list(Kind))
async def test_it_leaves_at_night_through_the_provider_that_was_named(
    notify: Notify, preferred: Operator, other: Operator, kind: Kind
) -> None:
    test = trial(notify, kind=kind)
    assert await add(notify, test) is None
    await notify.sender.send_due()
    assert preferred.sent == []
    [sms] = other.sent
    assert (sms.phone, sms.template, sms.segments) == (PHONE, kind, 1)
    known = await found(notify, test)
    assert (known.state, known.cost, [one.provider for one in known.attempts]) == ("sent", 850, ["other"])
    assert await notify.violations() == []
    assert await notify.emitted() == []


async def test_without_a_provider_it_takes_the_chain(notify: Notify, preferred: Operator, other: Operator) -> None:
    preferred.answers = [Handover.UNREACHABLE]
    test = trial(notify, through=None)
    await add(notify, test)
    await notify.sender.send_due()
    known = await found(notify, test)
    assert [(one.provider, one.outcome) for one in known.attempts] == [
        ("preferred", "unreachable"),
        ("other", "accepted"),
    ]
    assert (known.cost, len(other.sent)) == (850, 1)


async def test_a_provider_that_cannot_send_it_is_not_replaced_by_another_one(
    notify: Notify, preferred: Operator, other: Operator, clock: Clock
) -> None:
    other.answers = [Handover.UNREACHABLE]
    test = trial(notify)
    await add(notify, test)
    await notify.sender.send_due()
    clock.advance(hours=10)
    await notify.sender.send_due()
    assert (preferred.sent, len(other.sent)) == ([], 1)
    assert ((await found(notify, test)).state, (await found(notify, test)).cost) == ("failed", 0)


async def test_a_number_gets_no_second_one_by_the_same_way_until_somebody_wants_that(
    notify: Notify, other: Operator, clock: Clock
) -> None:
    first = trial(notify)
    await add(notify, first)
    await notify.sender.send_due()

    refused = await add(notify, trial(notify))
    assert refused is not None
    assert (refused.reminder_id, refused.state) == (first.reminder_id, "sent")

    assert await add(notify, trial(notify), again=True) is None
    assert await add(notify, trial(notify, through=None)) is None
    await notify.sender.send_due()
    clock.advance(seconds=NOT_AGAIN_FOR.total_seconds() + 1)
    assert await add(notify, trial(notify)) is None
    await notify.sender.send_due()
    assert len(other.sent) == 3


async def test_it_counts_towards_what_the_number_gets_today(notify: Notify, preferred: Operator, clock: Clock) -> None:
    clock.advance(hours=-11)
    notify.limits = Limits(per_phone_and_day=1)
    notify.sender = notify.another_sender()
    await add(notify, trial(notify))
    await notify.sender.send_due()
    await notify.consume(notice())
    await notify.sender.send_due()
    assert preferred.sent == []
    assert (await notify.reminder()).cause == Cause.DAILY_CAP


async def test_it_is_a_line_of_its_own_in_the_report(notify: Notify, clock: Clock) -> None:
    await add(notify, trial(notify))
    await notify.sender.send_due()
    async with notify.pool.acquire() as connection:
        [line] = await summaries(connection, NIGHT - timedelta(days=1), NIGHT + timedelta(days=1))
    assert (line.unit, line.kind, line.total, line.sent, line.cost) == ("", "test", 1, 1, 850)


async def test_a_number_that_gets_no_sms_gets_no_test(notify: Notify, other: Operator) -> None:
    await notify.block(PHONE, Cause.WRONG_NUMBER)
    test = trial(notify)
    await add(notify, test)
    await notify.sender.send_due()
    assert other.sent == []
    assert ((await found(notify, test)).state, (await found(notify, test)).cause) == ("failed", Cause.WRONG_NUMBER)


async def test_a_provider_that_is_not_configured_sends_none(
    notify: Notify, preferred: Operator, other: Operator
) -> None:
    test = trial(notify, through="elsewhere")
    await add(notify, test)
    await notify.sender.send_due()
    assert (preferred.sent, other.sent) == ([], [])
    assert (await found(notify, test)).cause == Cause.NO_SUCH_PROVIDER


async def test_it_does_not_leave_when_nobody_waits_for_it_any_more(
    notify: Notify, other: Operator, clock: Clock
) -> None:
    test = trial(notify)
    await add(notify, test)
    clock.advance(minutes=6)
    await notify.sender.send_due()
    assert other.sent == []
    assert (await found(notify, test)).cause == Cause.EXPIRED
