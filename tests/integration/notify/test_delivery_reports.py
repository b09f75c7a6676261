"""Delivery reports: late, twice, in any order, for one part of several, before the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.outcome import Handover
from services.notify.domain.verdict import Limits
from services.notify.providers.base import HandoverResult, OutgoingSms
from services.notify.store.delivery_reports import add_reports
from shared.contracts.notify import ReminderState
from tests.integration.notify.notices import Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

DELIVERED, FAILED, UNDERWAY = DeliveryState.DELIVERED, DeliveryState.FAILED, DeliveryState.UNDERWAY


class InParts(Operator):
    """A provider that gives each part an id of its own."""

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        await super().send(sms)
        return HandoverResult(Handover.ACCEPTED, "00AB12", part_references=("00AB12", "00AB13"))


@pytest_asyncio.fixture
async def pool(pool_for: Callable[..., Awaitable[asyncpg.Pool]]) -> asyncpg.Pool:
    return await pool_for("notify")


async def sent(pool: asyncpg.Pool, operator: Operator | None = None) -> Notify:
    notify = Notify(pool, [operator or Operator()], Clock(), Limits())
    await notify.consume(notice())
    await notify.sender.send_due()
    return notify


def report(reference: str | None, state: DeliveryState, *, ours: str | None = None) -> DeliveryReport:
    return DeliveryReport("operator", reference, ours, state)


@pytest.mark.parametrize(
    ("states", "end"),
    [
        ([UNDERWAY], ReminderState.SENT),
        ([UNDERWAY, DELIVERED, DELIVERED], ReminderState.DELIVERED),
        ([DELIVERED, FAILED, UNDERWAY], ReminderState.DELIVERED),
        ([FAILED, DELIVERED], ReminderState.DELIVERED),
        ([FAILED, UNDERWAY], ReminderState.FAILED),
    ],
)
async def test_reports_only_add_to_what_is_known(
    pool: asyncpg.Pool, states: list[DeliveryState], end: ReminderState
) -> None:
    notify = await sent(pool)

    for state in states:
        await notify.sender.record_report(report("operator-1", state))

    assert (await notify.reminder()).state is end
    assert await pool.fetchval("SELECT count(*) FROM delivery_reports") == len(set(states))
    assert await notify.violations() == []


async def test_an_sms_of_several_parts_is_delivered_when_all_are(pool: asyncpg.Pool) -> None:
    notify = await sent(pool, InParts())

    await notify.sender.record_report(report("ab13", DELIVERED))
    assert (await notify.reminder()).state is ReminderState.SENT
    await notify.sender.record_report(report("AB12", DELIVERED))

    assert (await notify.reminder()).state is ReminderState.DELIVERED


async def test_a_report_before_the_answer_is_kept_and_matched(pool: asyncpg.Pool) -> None:
    notify = Notify(pool, [Operator()], Clock(), Limits())
    await notify.sender.record_report(report("OPERATOR-1", DELIVERED))
    await notify.consume(notice())
    await notify.sender.send_due()
    assert (await notify.reminder()).state is ReminderState.SENT

    await notify.sender.send_due()

    assert (await notify.reminder()).state is ReminderState.DELIVERED


async def test_an_id_in_the_other_base_is_matched_once_its_answer_cannot_be_under_way(pool: asyncpg.Pool) -> None:
    notify = await sent(pool, InParts())
    await notify.sender.record_report(report(str(0xAB12), DELIVERED))
    await notify.sender.record_report(report(str(0xAB13), DELIVERED))
    assert (await notify.reminder()).state is ReminderState.SENT
    notify.clock.advance(minutes=2)

    await notify.sender.send_due()

    assert (await notify.reminder()).state is ReminderState.DELIVERED


async def test_a_report_with_our_reference_settles_what_was_unknown(pool: asyncpg.Pool) -> None:
    operator = Operator(None, remembers=timedelta())
    notify = await sent(pool, operator)
    assert (await notify.reminder()).state is ReminderState.UNKNOWN

    await notify.sender.record_report(report("X1", DELIVERED, ours=operator.sent[0].client_reference))

    assert (await notify.reminder()).state is ReminderState.DELIVERED
    assert await notify.outcomes() == ["accepted"]
    assert await notify.violations() == []


async def test_a_late_answer_settles_what_was_unknown_and_its_receipt_is_matched(pool: asyncpg.Pool) -> None:
    operator = Operator(None)
    notify = await sent(pool, operator)

    await notify.sender.record_report(report("7F", UNDERWAY, ours=operator.sent[0].client_reference))
    assert (await notify.reminder()).state is ReminderState.SENT
    await notify.sender.record_report(report("7f", DELIVERED))

    assert (await notify.reminder()).state is ReminderState.DELIVERED
    assert await notify.violations() == []


async def test_an_sms_of_which_a_part_was_refused_late_has_failed_and_goes_to_nobody_else(pool: asyncpg.Pool) -> None:
    first, other = Operator(None), Operator(name="other")
    notify = Notify(pool, [first, other], Clock(), Limits())
    await notify.consume(notice())
    await notify.sender.send_due()

    await notify.sender.record_report(report(None, FAILED, ours=first.sent[0].client_reference))
    await notify.sender.send_due()

    reminder = await notify.reminder()
    assert (reminder.state, reminder.cause) == (ReminderState.FAILED, "undelivered")
    assert (len(first.sent), other.sent) == (1, [])
    assert await notify.violations() == []


class OfThreeParts(Operator):
    """A provider that accepted a part and may have accepted the others."""

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        await super().send(sms)
        return HandoverResult(Handover.UNKNOWN, part_references=("A1", "", ""))


async def test_a_report_of_a_part_does_not_show_that_the_whole_was_sent(pool: asyncpg.Pool) -> None:
    notify = await sent(pool, OfThreeParts())

    await notify.sender.record_report(report("a1", DELIVERED))

    assert (await notify.reminder()).state is ReminderState.UNKNOWN
    assert await notify.outcomes() == ["unknown"]
    assert await pool.fetchval("SELECT state FROM attempt_parts WHERE part = 1") == "delivered"
    assert await notify.violations() == []


async def test_a_late_answer_names_all_parts_and_the_reports_of_each_count(pool: asyncpg.Pool) -> None:
    operator = OfThreeParts()
    notify = await sent(pool, operator)
    late = DeliveryReport(
        "operator", "A1", operator.sent[0].client_reference, UNDERWAY, part_references=("A1", "A2", "A3")
    )

    await notify.sender.record_report(report("a1", DELIVERED))
    await notify.sender.record_report(report("a3", DELIVERED))
    await notify.sender.record_report(late)
    assert (await notify.reminder()).state is ReminderState.SENT
    await notify.sender.record_report(report("a2", DELIVERED))
    notify.clock.advance(minutes=1)
    await notify.sender.send_due()

    assert (await notify.reminder()).state is ReminderState.DELIVERED
    assert await notify.outcomes() == ["accepted"]
    assert await notify.violations() == []


async def test_a_look_at_reports_reads_only_those_whose_time_it_is(pool: asyncpg.Pool) -> None:
    notify = Notify(pool, [Operator()], Clock(), Limits())
    for number in range(20):
        await notify.sender.record_report(report(f"nobodys-{number}", DELIVERED))
    waiting = "SELECT count(*) FROM delivery_reports WHERE look_at <= $1"
    notify.clock.advance(minutes=1)
    await notify.sender.send_due()

    assert await pool.fetchval(waiting, notify.clock()) == 0
    notify.clock.advance(minutes=1)
    assert await pool.fetchval(waiting, notify.clock()) == 20
    notify.clock.advance(days=8)
    await notify.sender.send_due()
    assert await pool.fetchval("SELECT count(*) FROM delivery_reports WHERE look_at IS NOT NULL") == 0


async def test_of_reports_that_come_together_one_that_cannot_be_kept_stops_no_other(pool: asyncpg.Pool) -> None:
    notify = await sent(pool)
    unreadable = report("\x00", DELIVERED)
    together = [unreadable, *(report(f"operator-{number}", DELIVERED) for number in (1, 2, 1))]

    kept = await asyncio.gather(*map(notify.sender.record_report, together), return_exceptions=True)

    assert [type(one).__name__ for one in kept] == ["UntranslatableCharacterError", "NoneType", "NoneType", "NoneType"]
    assert await pool.fetchval("SELECT count(*) FROM delivery_reports") == 2
    assert (await notify.reminder()).state is ReminderState.DELIVERED


async def test_a_report_that_several_copies_keep_at_once_does_not_count_as_a_deleted_row(pool: asyncpg.Pool) -> None:
    notify = await sent(pool)
    moment = notify.clock()

    async def keep_all() -> int:
        async with pool.acquire() as connection:
            kept = [await add_reports(connection, [report(f"{number}", DELIVERED)], moment) for number in range(400)]
            await connection.execute("SELECT pg_stat_force_next_flush()")
        return sum(map(len, kept))

    assert sum(await asyncio.gather(*(keep_all() for _ in range(6)))) == 400
    counted = "SELECT n_tup_del FROM pg_stat_user_tables WHERE relname = 'delivery_reports'"
    assert await pool.fetchval(counted) == 0
