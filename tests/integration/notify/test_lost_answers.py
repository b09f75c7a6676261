"""What becomes of SMS whose answer was lost: found out, repeated where that is safe, and never sent twice."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.delivery import claims
from services.notify.domain.causes import Cause
from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.outcome import Handover
from services.notify.domain.verdict import Limits
from services.notify.providers.base import HandedOver
from shared.contracts.notify import ReminderState
from tests.integration.notify.notices import NOON, Clock, Operator, notice, paid
from tests.integration.notify.notify_handlers import Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]


class Askable(Operator):
    """A provider that answers what became of an SMS."""

    def __init__(self, *answers: Handover | Exception | None, status: DeliveryState | Exception | None) -> None:
        super().__init__(*answers)
        self.answer = status
        self.asked: list[HandedOver] = []

    async def status(self, sms: HandedOver) -> DeliveryReport | None:
        self.asked.append(sms)
        if isinstance(self.answer, Exception):
            raise self.answer
        return None if self.answer is None else DeliveryReport("", "X1", sms.client_reference, self.answer)


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


async def all_day(notify: Notify, *, hours: int = 8) -> None:
    """Let the sender look again every ten minutes."""
    for _ in range(hours * 6):
        await notify.sender.send_due()
        notify.clock.advance(minutes=10)


async def test_a_provider_that_remembers_is_asked_again_under_the_same_reference(pool: asyncpg.Pool) -> None:
    operator = Operator(None, Handover.ACCEPTED, remembers=timedelta(hours=24))
    notify = Notify(pool, [operator, Operator(name="other")], Clock(), Limits())
    await notify.consume(notice())

    await all_day(notify, hours=1)

    assert [sms.client_reference for sms in operator.sent] == [operator.sent[0].client_reference] * 2
    assert (await notify.reminder()).state is ReminderState.SENT
    assert await notify.outcomes() == ["unknown", "accepted"]
    assert [key for key, _ in await notify.emitted()] == ["sms.sent.v1"]
    assert await notify.violations() == []


@pytest.mark.parametrize(
    "outcome", [Handover.NOT_SENT, Handover.REJECTED_PROVIDER, Handover.UNREACHABLE, Handover.REJECTED_NUMBER]
)
async def test_what_refuses_a_repetition_leaves_it_unknown_and_no_other_provider_gets_it(
    pool: asyncpg.Pool, outcome: Handover
) -> None:
    first, other = Operator(None, outcome, name="first", remembers=timedelta(hours=2)), Operator(name="other")
    notify = Notify(pool, [first, other], Clock(), Limits())
    await notify.consume(notice())

    await all_day(notify)

    assert len(first.sent) > 1
    assert other.sent == []
    assert (await notify.reminder()).state is ReminderState.UNKNOWN
    assert await notify.violations() == []


async def test_nothing_is_repeated_that_the_provider_may_have_forgotten(pool: asyncpg.Pool) -> None:
    operator = Operator(None, remembers=timedelta(hours=1))
    notify = Notify(pool, [operator], Clock(), Limits())
    await notify.consume(notice())
    began = notify.clock()
    moments = []
    operator.meanwhile = lambda: moments.append(notify.clock() - began)

    await all_day(notify)

    assert len(moments) > 1
    assert max(moments) < timedelta(hours=1)


async def test_what_is_not_wanted_any_more_is_not_repeated(pool: asyncpg.Pool) -> None:
    operator = Operator(None, Handover.ACCEPTED, remembers=timedelta(hours=24))
    notify = Notify(pool, [operator], Clock(), Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    await notify.consume(paid())

    await all_day(notify)

    assert len(operator.sent) == 1
    assert (await notify.reminder()).state is ReminderState.UNKNOWN


async def test_what_a_provider_claims_never_to_have_had_goes_to_no_other_provider(pool: asyncpg.Pool) -> None:
    asked, other = Askable(None, status=None), Operator(name="other")
    notify = Notify(pool, [asked, other], Clock(), Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    assert asked.asked == [], "it may still be taking it in"

    await all_day(notify, hours=1)

    reminder = await notify.reminder()
    assert (len(asked.sent), len(asked.asked), len(other.sent)) == (1, 1, 0)
    assert (reminder.state, reminder.cause) == (ReminderState.UNKNOWN, Cause.ANSWER_LOST)
    assert await pool.fetchval("SELECT detail FROM attempts") == "unknown; the provider answers that it never had it"
    assert await notify.violations() == []


async def test_a_delivery_report_settles_what_its_provider_claims_never_to_have_had(pool: asyncpg.Pool) -> None:
    asked = Askable(None, status=None)
    notify = Notify(pool, [asked], Clock(), Limits())
    await notify.consume(notice())
    await all_day(notify, hours=1)

    await notify.sender.record_report(
        DeliveryReport("operator", "X1", asked.sent[0].client_reference, DeliveryState.DELIVERED)
    )

    assert (await notify.reminder()).state is ReminderState.DELIVERED
    assert await notify.violations() == []


async def test_what_a_provider_claims_never_to_have_had_is_repeated_to_it_while_it_recognises_the_reference(
    pool: asyncpg.Pool,
) -> None:
    asked, other = Askable(None, Handover.ACCEPTED, status=None), Operator(name="other")
    asked.remembers = timedelta(hours=24)
    clock = Clock(NOON.replace(hour=21, minute=59, second=55))
    notify = Notify(pool, [asked, other], clock, Limits())
    await notify.consume(notice(issued_at=clock()))

    await all_day(notify, hours=12)

    assert asked.asked, "in the night it is only asked"
    assert [sms.client_reference for sms in asked.sent] == [asked.sent[0].client_reference] * 2
    assert other.sent == []
    assert (await notify.reminder()).state is ReminderState.SENT
    assert await notify.violations() == []


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (DeliveryState.UNDERWAY, ReminderState.SENT),
        (DeliveryState.DELIVERED, ReminderState.DELIVERED),
        (DeliveryState.EXPIRED, ReminderState.FAILED),
    ],
)
async def test_a_provider_that_has_it_settles_it(
    pool: asyncpg.Pool, status: DeliveryState, state: ReminderState
) -> None:
    asked = Askable(None, status=status)
    notify = Notify(pool, [asked], Clock(), Limits())
    await notify.consume(notice())

    await all_day(notify, hours=1)

    assert (await notify.reminder()).state is state
    assert len(asked.asked) == 1
    assert await notify.violations() == []


async def test_a_status_query_without_an_answer_is_put_again(pool: asyncpg.Pool) -> None:
    asked = Askable(None, status=ConnectionResetError("cut"))
    notify = Notify(pool, [asked], Clock(), Limits())
    await notify.consume(notice())
    await all_day(notify, hours=1)
    assert len(asked.asked) > 1
    asked.answer = DeliveryState.DELIVERED

    await all_day(notify, hours=4)

    assert (await notify.reminder()).state is ReminderState.DELIVERED
    assert len(asked.sent) == 1


async def test_after_the_wait_it_is_unknown_for_good_and_looked_for_no_more(pool: asyncpg.Pool) -> None:
    asked = Askable(None, status=ConnectionResetError("cut"))
    notify = Notify(pool, [asked], Clock(), Limits())
    await notify.consume(notice())
    await all_day(notify, hours=26)
    often = len(asked.asked)

    await all_day(notify, hours=10)

    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.UNKNOWN, Cause.ANSWER_LOST)
    assert len(asked.asked) == often
    assert len(asked.sent) == 1
    assert await pool.fetchval("SELECT look_at FROM reminders") is None


async def test_what_the_law_demands_goes_once_more_through_the_same_provider_marked(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "ONCE_MORE", frozenset({"away"}))
    first, other = Operator(None, name="first"), Operator(name="other")
    notify = Notify(pool, [first, other], Clock(), Limits(longest_wait=timedelta(days=9)))
    await notify.consume(notice())

    await all_day(notify, hours=100)

    assert len(first.sent) == 2 == len({sms.client_reference for sms in first.sent})
    assert other.sent == []
    assert await pool.fetchval("SELECT sent_again FROM reminders")
    assert (await notify.reminder()).state is ReminderState.UNKNOWN
    assert await notify.violations() == []


async def test_what_a_dead_sender_was_handing_over_is_repeated_where_that_is_safe(pool: asyncpg.Pool) -> None:
    operator = Operator(remembers=timedelta(hours=24))
    notify = Notify(pool, [operator], Clock(), Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    # As it is on disk when the process was killed between the call and its record.
    await pool.execute(
        "UPDATE reminders SET state = 'sending', sent_at = NULL, provider_reference = NULL, lease_until = $1",
        notify.clock() + timedelta(seconds=40),
    )
    await pool.execute("DELETE FROM attempt_parts")
    await pool.execute("UPDATE attempts SET outcome = NULL, provider_reference = NULL, finished_at = NULL")
    notify.clock.advance(minutes=1)

    await notify.sender.send_due()

    assert (await notify.reminder()).state is ReminderState.SENT
    assert len({sms.client_reference for sms in operator.sent}) == 1
    assert await notify.violations() == []
