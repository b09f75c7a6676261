"""How print jobs change: the one way, for the stream, the API and the periodic tasks.

A change is one guarded statement. Most jobs make the transition that the table of ``rules`` has first for a trigger,
and for it the statement is tried without a look before: where nothing ends, it is its own transaction. A job that
the guard does not match is locked, the whole table decides, and the same statement makes the transition. What is
traced is read from what the statement returns.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from asyncpg import Pool, Record

from services.gateway.print_jobs import rules, store
from services.gateway.print_jobs.rules import FINISHED, Condition, PrintJob, Transition, Trigger
from services.gateway.print_jobs.store import Change, Guard, NewJob, PrintJobRecord
from services.gateway.store import presence
from shared.clock import Clock, now
from shared.contracts.actor import Actor, service_actor
from shared.contracts.gateway import WITHDRAWN, PrintJobCause, PrintJobFinished, PrintJobState, finished_cause
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.db import single_statement
from shared.db.pool import ACQUIRE_SECONDS
from shared.messaging import Bus, UnitOfWork, tracing
from shared.messaging import context as contexts
from shared.problems import NotFound

GATEWAY = "gateway"
"""The actor of what no person did."""


@dataclass(frozen=True, slots=True)
class PrintJobEvent:
    """Something that happens to a print job, and what else has to hold for it."""

    job_id: UUID
    trigger: Trigger
    actor: str = GATEWAY
    by: Actor | None = None
    """The device that it is from; None for what the gateway does by itself."""
    attempt: int | None = None
    """The attempt that it is about; None for whichever is the job's."""
    cause: PrintJobCause | None = None
    """Why, as the phone reports it."""
    device_id: UUID | None = None
    """Only a job of this device."""
    supervised: bool = False
    """Whether a supervisor asks for it."""
    stream: UUID | None = None
    """Only as long as this is the device's latest stream."""
    known: PrintJobRecord | None = None
    """The job as it was offered on this stream: what it is about does not change."""


class StreamReplaced(Exception):
    """The device has a newer stream, so that what came on this one is out of date."""


async def queue(work: UnitOfWork, ready: DocumentReady, moment: datetime, *, offered: bool) -> PrintJobRecord | None:
    """Queue a document for its device and return it; ``offered``: it is sent to its phone at once.

    None when it is there already or the device is unknown.
    """
    new = NewJob.of(ready, moment, work.context.traceparent, offered=offered)
    record = await store.add(work.connection, new)
    if record is not None and offered:
        _trace(record, rules.QUEUED, since=moment, moment=moment)
    return record


async def queue_at_once(
    work: UnitOfWork,
    ready: DocumentReady,
    moment: datetime,
    *,
    offered: bool,
    then: Callable[[PrintJobRecord | None], Awaitable[None]],
) -> None:
    """Queue a document as :func:`queue` does, by the one statement of an event; ``then`` is called after the commit."""
    new = NewJob.of(ready, moment, work.context.traceparent, offered=offered)
    queued: list[PrintJobRecord] = []
    if new is not None:
        work.write(store.ADD, *new.values(), then=lambda row: queued.append(new.record(row[0])))

    async def committed() -> None:
        record = queued[0] if queued else None
        if record is not None and offered:
            _trace(record, rules.QUEUED, since=moment, moment=moment)
        await then(record)

    work.after_commit(committed)


class PrintJobs:
    """The print jobs in the gateway's database."""

    def __init__(self, bus: Bus, pool: Pool, clock: Clock = now) -> None:
        self._bus = bus
        self._pool = pool
        self._clock = clock

    async def apply(self, event: PrintJobEvent, *, within: float = ACQUIRE_SECONDS) -> PrintJobRecord:
        """Make the transition that the table has for an event, and return the job as it is then.

        Raises :class:`~shared.problems.NotFound`, the :class:`~shared.problems.Conflict` by which the table refuses,
        :class:`StreamReplaced`, and :class:`~shared.problems.Unavailable` when no connection to the database is free
        ``within`` seconds.
        """
        moment = self._clock()
        usual = rules.usual(event.trigger)
        if usual is not None:
            change = await self._try(usual, event, moment, within)
            if change is not None:
                return change.record
        async with self._bus.work(within=within) as work:
            return await _apply_locked(work, event, moment)

    async def _try(self, usual: Transition, event: PrintJobEvent, moment: datetime, within: float) -> Change | None:
        """Make the usual transition; None when the job is not as it wants it, and nothing was done."""
        guard = Guard(usual.sources, event.attempt, event.device_id, usual.condition is Condition.FRESH, event.stream)
        cause = usual.cause_with(event.cause)
        if usual.target in FINISHED and event.known is not None and not tracing.is_on():
            return await self._finish(usual, event, event.known, guard, cause, moment, within)
        if usual.target in FINISHED:
            async with self._bus.work(within=within) as work:
                changes = await store.change(
                    work.connection, [event.job_id], guard, usual.target, cause, actor=event.actor, now=moment
                )
                for change in changes.values():
                    await _emit_finished(work, change, moment, event.by)
        else:
            async with single_statement(self._pool, within=within) as connection:
                changes = await store.change(
                    connection, [event.job_id], guard, usual.target, cause, actor=event.actor, now=moment
                )
            for change in changes.values():
                _trace(change.record, change.before, since=change.since, moment=moment)
        return changes.get(event.job_id)

    async def _finish(
        self,
        usual: Transition,
        event: PrintJobEvent,
        known: PrintJobRecord,
        guard: Guard,
        cause: PrintJobCause | None,
        moment: datetime,
        within: float,
    ) -> Change | None:
        """Make the usual end of a job, and emit it, by one statement; None when it is not as the transition wants it.

        Where spans are kept, the time that the job took is part of what the event belongs to: the statement has to
        come first then.
        """
        values = store.change_values(event.job_id, guard, usual.target, cause, actor=event.actor, now=moment)
        if known.job.kind is PaperKind.NOTICE:
            # It concerns the phone alone, as in `_emit_finished`.
            async with single_statement(self._pool, within=within) as connection:
                rows: Sequence[Record] = await connection.fetch(store.CHANGE, *values)
        else:
            job = replace(known.job, state=usual.target, cause=cause, attempt=event.attempt or known.job.attempt)
            finished = _finished(replace(known, job=job), moment, event.by or service_actor(GATEWAY))
            context = contexts.current_or_new()
            with contexts.use(replace(context, traceparent=known.traceparent or context.traceparent)):
                rows = await self._bus.write_and_emit(
                    store.CHANGE, values, finished, aggregate=f"print_job:{event.job_id}", within=within
                )
        return store.change_of(rows[0]) if rows else None

    async def offer(
        self, device_id: UUID, jobs: Sequence[PrintJob], *, within: float = ACQUIRE_SECONDS
    ) -> dict[UUID, PrintJobRecord]:
        """Offer jobs to their phone, again where an earlier offer was not answered, and return their documents.

        Those that have ended meanwhile are left out.
        """
        moment = self._clock()
        usual = rules.usual(Trigger.OFFER)
        assert usual is not None, "an offer is tried without a look before"  # noqa: S101 - the table says so
        waiting = [job.job_id for job in jobs if job.state in usual.sources]
        offered: dict[UUID, PrintJobRecord] = {}
        if waiting:
            guard = Guard(usual.sources, device_id=device_id, fresh=True)
            async with single_statement(self._pool, within=within) as connection:
                changes = await store.change(
                    connection, waiting, guard, usual.target, usual.cause, actor=GATEWAY, now=moment, with_document=True
                )
            for job_id, change in changes.items():
                _trace(change.record, change.before, since=change.since, moment=moment)
                offered[job_id] = change.record
        rest = [job for job in jobs if job.job_id not in offered]
        if rest:
            async with self._bus.work(within=within) as work:
                for job in sorted(rest, key=lambda job: job.sequence):
                    event = PrintJobEvent(job.job_id, Trigger.OFFER, device_id=device_id)
                    record = await _apply_locked(work, event, moment, with_document=True)
                    if record.job.state is usual.target:
                        offered[job.job_id] = record
        return offered


async def resume(work: UnitOfWork, device_id: UUID, holding: Collection[UUID], moment: datetime) -> list[PrintJob]:
    """Bring a device's unfinished jobs in line with those that its phone holds, and return them."""
    resumed = []
    for job in await store.lock_unfinished(work.connection, device_id):
        trigger = Trigger.RESUME_WITH if job.job_id in holding else Trigger.RESUME_WITHOUT
        after = rules.apply(job, trigger, moment)
        if after != job:
            await _make(work, job, after, GATEWAY, moment)
        resumed.append(after)
    return resumed


async def apply_within(work: UnitOfWork, event: PrintJobEvent, moment: datetime) -> PrintJobRecord:
    """Make the transition that the table has for an event as a part of ``work``."""
    return await _apply_locked(work, event, moment)


async def _apply_locked(
    work: UnitOfWork, event: PrintJobEvent, moment: datetime, *, with_document: bool = False
) -> PrintJobRecord:
    """Lock the job and let the whole table decide."""
    record = await store.lock(work.connection, event.job_id, with_document=with_document)
    if record is None or event.device_id not in (None, record.job.device_id):
        raise NotFound("Không có giấy in này.")
    # Asked under the job's lock: either the resume on the newer stream comes after us and sees the promise, or we see
    # that stream. (A phone that has lost its storage reports on the newer stream that it holds nothing.)
    if event.stream is not None and await presence.is_left(work.connection, record.job.device_id, event.stream):
        raise StreamReplaced
    after = rules.apply(
        record.job, event.trigger, moment, attempt=event.attempt, cause=event.cause, supervised=event.supervised
    )
    if after == record.job:
        return record
    return await _make(work, record.job, after, event.actor, moment, by=event.by, with_document=with_document)


async def _make(
    work: UnitOfWork,
    before: PrintJob,
    after: PrintJob,
    actor: str,
    moment: datetime,
    *,
    by: Actor | None = None,
    with_document: bool = False,
) -> PrintJobRecord:
    """Make the change of a locked job."""
    by_machine = after.attempt > before.attempt and after.retries > 0
    changes = await store.change(
        work.connection,
        [before.job_id],
        Guard(frozenset({before.state}), before.attempt),
        after.state,
        after.cause,
        actor=GATEWAY if by_machine else actor,
        now=moment,
        new_attempts=after.attempt - before.attempt,
        retries=after.retries,
        with_document=with_document,
    )
    for attempt, state in after.earlier.items():
        if before.earlier.get(attempt) is not state:
            await store.save_attempt(work.connection, before.job_id, attempt, state)
    change = changes[before.job_id]
    await _emit_finished(work, change, moment, None if by_machine else by)
    return replace(change.record, job=after)


async def _emit_finished(work: UnitOfWork, change: Change, moment: datetime, by: Actor | None) -> None:
    """Trace a change, and emit ``print_job.finished`` as part of that trace where a job has come to an end.

    The end of a notice is not emitted.
    """
    record, job = change.record, change.record.job
    traceparent = _trace(record, change.before, since=change.since, moment=moment)
    if job.state not in FINISHED or job.state is change.before or job.kind is PaperKind.NOTICE:
        # How the printing of a notice ended concerns the phone alone: it would be an event of each visit for nothing.
        return
    context = contexts.current_or_new()
    with contexts.use(replace(context, traceparent=traceparent or context.traceparent)):
        await work.emit(_finished(record, moment, by or work.actor), aggregate=f"print_job:{job.job_id}")


def _finished(record: PrintJobRecord, moment: datetime, by: Actor) -> PrintJobFinished:
    job = record.job
    return PrintJobFinished(
        job_id=job.job_id,
        device_id=job.device_id,
        kind=job.kind,
        state=job.state,
        cause=finished_cause(job.cause),
        withdrawn_because=job.cause.value if job.cause in WITHDRAWN else None,
        attempt=job.attempt,
        copy_number=record.copy_number,
        customer_code=record.customer_code,
        receipt_id=record.receipt_id,
        visit_id=record.visit_id,
        finished_at=moment,
        actor=by,
    )


def _trace(record: PrintJobRecord, before: PrintJobState, *, since: datetime, moment: datetime) -> str | None:
    """Add the time that a job spent in the state before to its trace; return what belongs to the change as its part."""
    job = record.job
    return tracing.record(
        f"print job {job.state.value}",
        record.traceparent,
        start=since,
        end=moment,
        attributes={
            "thungan.job_id": str(job.job_id),
            "thungan.attempt": job.attempt,
            "thungan.was": before.value,
            "thungan.cause": job.cause.value if job.cause else None,
        },
    )
