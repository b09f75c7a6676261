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
from tests.integration.notify.notices import NIGHT, PHONE, Operator, Watch, notice
from tests.integration.notify.notify_handlers import Desk


@pytest.fixture
def watch() -> Watch:
    return Watch(NIGHT)


@pytest.fixture
def preferred() -> Operator:
    return Operator(name="preferred")


@pytest.fixture
def other() -> Operator:
    return Operator(name="other")


@pytest_asyncio.fixture
async def desk(
    pool_for: Callable[..., Awaitable[asyncpg.Pool]], preferred: Operator, other: Operator, watch: Watch
) -> Desk:
    pool = await pool_for("notify")
    terms = {"preferred": Terms(price=700), "other": Terms(price=850)}
    return Desk(pool, [preferred, other], watch, Limits(), terms=terms)


def trial(desk: Desk, through: str | None = "other", kind: Kind = Kind.AWAY) -> NewReminder:
    return desk.texts.trial(kind, "vi", PHONE, desk.watch(), through=through, by="operator")


async def add(desk: Desk, test: NewReminder, *, again: bool = False) -> TrialSms | None:
    async with desk.pool.acquire() as connection, connection.transaction():
        return await add_trial(connection, test, again=again)


async def found(desk: Desk, test: NewReminder) -> TrialSms:
    async with desk.pool.acquire() as connection:
        return await read_trial(connection, test.reminder_id)


@pytest.mark.parametrize("kind", list(Kind))
async def test_it_leaves_at_night_through_the_provider_that_was_named(
    desk: Desk, preferred: Operator, other: Operator, kind: Kind
) -> None:
    test = trial(desk, kind=kind)
    assert await add(desk, test) is None
    await desk.sender.send_due()
    assert preferred.sent == []
    [sms] = other.sent
    assert (sms.phone, sms.template, sms.segments) == (PHONE, kind, 1)
    known = await found(desk, test)
    assert (known.state, known.cost, [one.provider for one in known.attempts]) == ("sent", 850, ["other"])
    assert await desk.violations() == []
    assert await desk.emitted() == []


async def test_without_a_provider_it_takes_the_chain(desk: Desk, preferred: Operator, other: Operator) -> None:
    preferred.answers = [Handover.UNREACHABLE]
    test = trial(desk, through=None)
    await add(desk, test)
    await desk.sender.send_due()
    known = await found(desk, test)
    assert [(one.provider, one.outcome) for one in known.attempts] == [
        ("preferred", "unreachable"),
        ("other", "accepted"),
    ]
    assert (known.cost, len(other.sent)) == (850, 1)


async def test_a_provider_that_cannot_send_it_is_not_replaced_by_another_one(
    desk: Desk, preferred: Operator, other: Operator, watch: Watch
) -> None:
    other.answers = [Handover.UNREACHABLE]
    test = trial(desk)
    await add(desk, test)
    await desk.sender.send_due()
    watch.advance(hours=10)
    await desk.sender.send_due()
    assert (preferred.sent, len(other.sent)) == ([], 1)
    assert ((await found(desk, test)).state, (await found(desk, test)).cost) == ("failed", 0)


async def test_a_number_gets_no_second_one_by_the_same_way_until_somebody_wants_that(
    desk: Desk, other: Operator, watch: Watch
) -> None:
    first = trial(desk)
    await add(desk, first)
    await desk.sender.send_due()

    refused = await add(desk, trial(desk))
    assert refused is not None
    assert (refused.reminder_id, refused.state) == (first.reminder_id, "sent")

    assert await add(desk, trial(desk), again=True) is None
    assert await add(desk, trial(desk, through=None)) is None
    await desk.sender.send_due()
    watch.advance(seconds=NOT_AGAIN_FOR.total_seconds() + 1)
    assert await add(desk, trial(desk)) is None
    await desk.sender.send_due()
    assert len(other.sent) == 3


async def test_it_counts_towards_what_the_number_gets_today(desk: Desk, preferred: Operator, watch: Watch) -> None:
    watch.advance(hours=-11)
    desk.limits = Limits(per_phone_and_day=1)
    desk.sender = desk.another_sender()
    await add(desk, trial(desk))
    await desk.sender.send_due()
    await desk.consume(notice())
    await desk.sender.send_due()
    assert preferred.sent == []
    assert (await desk.reminder()).cause == Cause.DAILY_CAP


async def test_it_is_a_line_of_its_own_in_the_report(desk: Desk, watch: Watch) -> None:
    await add(desk, trial(desk))
    await desk.sender.send_due()
    async with desk.pool.acquire() as connection:
        [line] = await summaries(connection, NIGHT - timedelta(days=1), NIGHT + timedelta(days=1))
    assert (line.unit, line.kind, line.total, line.sent, line.cost) == ("", "test", 1, 1, 850)


async def test_a_number_that_gets_no_sms_gets_no_test(desk: Desk, other: Operator) -> None:
    await desk.block(PHONE, Cause.WRONG_NUMBER)
    test = trial(desk)
    await add(desk, test)
    await desk.sender.send_due()
    assert other.sent == []
    assert ((await found(desk, test)).state, (await found(desk, test)).cause) == ("failed", Cause.WRONG_NUMBER)


async def test_a_provider_that_is_not_configured_sends_none(desk: Desk, preferred: Operator, other: Operator) -> None:
    test = trial(desk, through="elsewhere")
    await add(desk, test)
    await desk.sender.send_due()
    assert (preferred.sent, other.sent) == ([], [])
    assert (await found(desk, test)).cause == Cause.NO_SUCH_PROVIDER


async def test_it_does_not_leave_when_nobody_waits_for_it_any_more(desk: Desk, other: Operator, watch: Watch) -> None:
    test = trial(desk)
    await add(desk, test)
    watch.advance(minutes=6)
    await desk.sender.send_due()
    assert other.sent == []
    assert (await found(desk, test)).cause == Cause.EXPIRED
