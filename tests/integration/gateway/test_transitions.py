"""Every event in every state, against the real database: the table is followed, or nothing is changed."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.gateway.print_jobs import rules, store
from services.gateway.print_jobs.rules import PrintJob, Trigger
from services.gateway.print_jobs.service import PrintJobEvent, PrintJobs, StreamReplaced, resume
from services.gateway.topology import TOPOLOGY
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.db.pool import open_pool
from shared.ids import new_id
from shared.messaging import Bus
from shared.problems import Conflict, NotFound
from shared.testing.fixtures import BusFactory

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
BEFORE = NOW - timedelta(minutes=5)
ACTOR = "collector:TN001"

NUMBERED = (Trigger.ACCEPT, Trigger.START, Trigger.START_AT_ONCE, Trigger.PRINT_AGAIN, *rules.REPORTS.values())
"""What is about a certain attempt."""


@dataclass
class Queue:
    """A database with print jobs, and what changes them."""

    pool: asyncpg.Pool
    bus: Bus
    print_jobs: PrintJobs
    device_id: UUID
    stream: UUID
    jobs: int = 0

    async def add(self, *jobs: PrintJob) -> None:
        """Store jobs as they are."""
        await self.pool.executemany(
            """INSERT INTO print_jobs (job_id, device_id, sequence, kind, document, summary, language, copy_number,
                                       not_after, state, cause, attempt, retries, created_at, changed_at)
               VALUES ($1, $2, $3, $4, '{}', 'Biên nhận', 'vi', 0, $5, $6, $7, $8, $9, $10, $10)""",
            [
                (
                    *(one.job_id, one.device_id, one.sequence, one.kind, one.not_after),
                    *(one.state, one.cause, one.attempt, one.retries, BEFORE),
                )
                for one in jobs
            ],
        )
        await self.pool.executemany(
            "INSERT INTO print_attempts VALUES ($1, $2, $3)",
            [(one.job_id, attempt, state) for one in jobs for attempt, state in one.earlier.items()],
        )

    def job(self, state: PrintJobState, **more: object) -> PrintJob:
        """Return a job in its second attempt; the first may have been printed."""
        self.jobs += 1
        cause = PrintJobCause.NO_PRINTER if state is rules.HELD else None
        one = PrintJob(
            new_id(),
            self.device_id,
            PaperKind.RECEIPT,
            self.jobs,
            state=state,
            cause=cause,
            attempt=2,
            earlier={1: rules.UNCONFIRMED},
        )
        return replace(one, **more)  # type: ignore[arg-type]

    async def stored(self, job_id: UUID) -> PrintJob:
        async with self.pool.acquire() as connection, connection.transaction():
            record = await store.lock(connection, job_id)
        assert record is not None
        return record.job

    async def traces(self, job_id: UUID) -> tuple[object, ...]:
        """Return everything that a change of a job writes anywhere."""
        row = await self.pool.fetchval("SELECT print_jobs::text FROM print_jobs WHERE job_id = $1", job_id)
        attempts = await self.pool.fetch(
            "SELECT attempt, state FROM print_attempts WHERE job_id = $1 ORDER BY 1", job_id
        )
        return row, attempts, await self.history(job_id), await self.ends(job_id)

    async def history(self, job_id: UUID) -> list[tuple[object, ...]]:
        rows = await self.pool.fetch(
            """SELECT attempt, state, cause, actor, changed_at FROM print_job_history
               WHERE job_id = $1 ORDER BY entry""",
            job_id,
        )
        return [tuple(row) for row in rows]

    async def ends(self, job_id: UUID) -> list[tuple[str, int]]:
        """Return the events of how a job ended."""
        rows = await self.pool.fetch(
            """SELECT body::jsonb ->> 'state' AS state, (body::jsonb ->> 'attempt')::integer AS attempt
               FROM outbox WHERE aggregate = $1 ORDER BY position""",
            f"print_job:{job_id}",
        )
        return [(row["state"], row["attempt"]) for row in rows]


@pytest_asyncio.fixture
async def queue(database: Callable[..., Awaitable[str]], bus_for: BusFactory) -> AsyncIterator[Queue]:
    """A gateway's database with one device on one stream; nothing is sent from its outbox."""
    url = await database("gateway")
    bus = await bus_for(TOPOLOGY, database_url=url, start=False)
    pool = await open_pool(url)
    device_id, stream = new_id(), new_id()
    await pool.execute(
        """WITH code AS (INSERT INTO enrolment_codes (code_id, code_hash, role, collector_code, made_by, made_at,
                                                      expires_at)
                         VALUES (gen_random_uuid(), 'x', 'collector', 'TN001', 'test', now(), now())
                         RETURNING code_id)
           INSERT INTO devices (device_id, device_name, role, collector_code, token_hash, code_id, enrolled_at)
           SELECT $1, 'phone', 'collector', 'TN001', 'y', code_id, now() FROM code""",
        device_id,
    )
    await pool.execute("INSERT INTO presence VALUES ($1, 'test', $2, now())", device_id, stream)
    try:
        yield Queue(pool, bus, PrintJobs(bus, pool, lambda: NOW), device_id, stream)
    finally:
        await pool.close()


def decided(job: PrintJob, event: PrintJobEvent) -> PrintJob:
    """Return what the table makes of a job; the same job where it refuses."""
    try:
        return rules.apply(job, event.trigger, NOW, attempt=event.attempt, cause=event.cause)
    except Conflict:
        return job


async def applied(queue: Queue, event: PrintJobEvent) -> PrintJob | None:
    """Apply an event; None when it is refused."""
    try:
        return (await queue.print_jobs.apply(event)).job
    except Conflict:
        return None


@pytest.mark.parametrize("trigger", list(Trigger))
async def test_every_event_in_every_state_follows_the_table_or_changes_nothing(queue: Queue, trigger: Trigger) -> None:
    moments = (None, NOW + timedelta(hours=1), NOW - timedelta(seconds=1))
    attempts = (1, 2, 3) if trigger in NUMBERED else (None,)
    kinds = (PaperKind.NOTICE, PaperKind.RECEIPT) if trigger is Trigger.PRINT_AGAIN else (PaperKind.RECEIPT,)
    retries = (0, rules.MAX_RETRIES) if trigger in (Trigger.REPORT_FAILED, Trigger.PRINT_AGAIN) else (0,)
    cases = [
        (queue.job(state, not_after=not_after, kind=kind, retries=tried), attempt)
        for state, not_after, attempt, kind, tried in itertools.product(
            PrintJobState, moments, attempts, kinds, retries
        )
    ]
    await queue.add(*(job for job, _ in cases))
    changed = 0
    for number, (job, attempt) in enumerate(cases):
        cause = PrintJobCause.PAPER_OUT if number % 2 else None
        event = PrintJobEvent(job.job_id, trigger, ACTOR, attempt=attempt, cause=cause, device_id=job.device_id)
        before = await queue.traces(job.job_id)
        answer = await applied(queue, event)
        expected = decided(job, event)
        if expected == job:
            assert await queue.traces(job.job_id) == before
            assert answer in (None, job)
            continue
        changed += 1
        assert await queue.stored(job.job_id) == expected
        assert answer is not None
        assert (answer.state, answer.cause, answer.attempt) == (expected.state, expected.cause, expected.attempt)
        by_machine = expected.attempt > job.attempt and expected.retries > 0
        actor = "gateway" if by_machine else ACTOR
        assert await queue.history(job.job_id) == [(expected.attempt, expected.state, expected.cause, actor, NOW)]
        ended = expected.state in rules.FINISHED and expected.state is not job.state and job.kind is PaperKind.RECEIPT
        assert await queue.ends(job.job_id) == ([(expected.state, expected.attempt)] if ended else [])
    assert changed, "a trigger that changes no job in any state"


async def test_two_events_at_the_same_time_come_to_what_one_after_the_other_would(queue: Queue) -> None:
    chance = random.Random(7)
    reports = [trigger for trigger in Trigger if trigger is not Trigger.PRINT_AGAIN]
    for _ in range(150):
        state = chance.choice([*sorted(rules.UNFINISHED), rules.UNCONFIRMED])
        job = queue.job(state, not_after=chance.choice([None, NOW - timedelta(seconds=1)]))
        await queue.add(job)
        first, second = (
            PrintJobEvent(job.job_id, trigger, attempt=chance.choice([1, 2, 2]) if trigger in NUMBERED else None)
            for trigger in chance.choices(reports, k=2)
        )
        await asyncio.gather(applied(queue, first), applied(queue, second))
        serial = [decided(decided(job, one), other) for one, other in ((first, second), (second, first))]
        assert await queue.stored(job.job_id) in serial, (job, first, second)


@pytest.mark.parametrize(
    "trigger", [Trigger.ACCEPT, Trigger.START, Trigger.START_AT_ONCE, Trigger.REPORT_PRINTED, Trigger.REPORT_FAILED]
)
async def test_no_event_of_one_device_changes_a_job_of_another(queue: Queue, trigger: Trigger) -> None:
    for state in PrintJobState:
        job = queue.job(state)
        await queue.add(job)
        before = await queue.traces(job.job_id)
        with pytest.raises(NotFound):
            await queue.print_jobs.apply(PrintJobEvent(job.job_id, trigger, attempt=2, device_id=new_id()))
        assert await queue.traces(job.job_id) == before


@pytest.mark.parametrize("trigger", [Trigger.ACCEPT, Trigger.START_AT_ONCE])
@pytest.mark.parametrize("state", list(PrintJobState))
async def test_a_promise_on_a_stream_that_is_not_the_latest_changes_nothing(
    queue: Queue, state: PrintJobState, trigger: Trigger
) -> None:
    job = queue.job(state)
    await queue.add(job)
    before = await queue.traces(job.job_id)
    accepted = PrintJobEvent(job.job_id, trigger, attempt=2, device_id=job.device_id, stream=new_id())
    with pytest.raises(StreamReplaced):
        await queue.print_jobs.apply(accepted)
    assert await queue.traces(job.job_id) == before
    latest = replace(accepted, stream=queue.stream)
    assert (await queue.print_jobs.apply(latest)).job.state is decided(job, latest).state


async def test_jobs_are_offered_together_and_those_that_have_ended_meanwhile_are_left_out(queue: Queue) -> None:
    stale = NOW - timedelta(seconds=1)
    waiting, again, late = queue.job(rules.QUEUED), queue.job(rules.OFFERED), queue.job(rules.QUEUED, not_after=stale)
    seen = [*(queue.job(state) for state in PrintJobState), waiting, again, late]
    await queue.add(*seen)
    # As they were read before others changed them.
    read = [replace(job, state=rules.QUEUED) for job in seen if job is not again]
    offered = await queue.print_jobs.offer(queue.device_id, [*read, again])
    expected = {job.job_id for job in seen if job.state in (rules.QUEUED, rules.OFFERED)} - {late.job_id}
    assert set(offered) == expected
    assert {record.document for record in offered.values()} == {"{}"}
    for job in seen:
        assert await queue.stored(job.job_id) == decided(job, PrintJobEvent(job.job_id, Trigger.OFFER))
    assert await queue.ends(late.job_id) == [("expired", 2)]
    assert await queue.history(again.job_id) == []


@pytest.mark.parametrize("holding", [True, False])
async def test_a_phone_that_comes_back_resumes_every_job_by_the_table(queue: Queue, holding: bool) -> None:
    jobs = [queue.job(state) for state in PrintJobState]
    await queue.add(*jobs)
    trigger = Trigger.RESUME_WITH if holding else Trigger.RESUME_WITHOUT
    async with queue.bus.work() as work:
        held = {job.job_id for job in jobs} if holding else frozenset[UUID]()
        resumed = await resume(work, queue.device_id, held, NOW)
    for job in jobs:
        expected = decided(job, PrintJobEvent(job.job_id, trigger)) if job.state in rules.UNFINISHED else job
        assert await queue.stored(job.job_id) == expected
        assert await queue.ends(job.job_id) == (
            [(expected.state, 2)] if expected.state is not job.state and not holding else []
        )
    assert [(job.job_id, job.state) for job in resumed] == [
        (job.job_id, decided(job, PrintJobEvent(job.job_id, trigger)).state)
        for job in jobs
        if job.state in rules.UNFINISHED
    ]
