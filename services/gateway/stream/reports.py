"""What a phone says of its papers, and the answer: a usual step in one statement, anything else by the rules."""

from datetime import datetime

from pydantic import BaseModel

from services.gateway.dependencies import STREAM_PATIENCE
from services.gateway.print_jobs import rules, steps, store
from services.gateway.print_jobs.rules import Move, PrintJob
from services.gateway.print_jobs.service import change, say_finished
from services.gateway.store import presence
from services.gateway.stream.connection import Connection
from services.gateway.stream.frames import Accepted, Acknowledged, Confirmed, Printing, Result, Withdrawn
from shared.contracts.gateway import PrintJobState
from shared.messaging import UnitOfWork, tracing

Report = Accepted | Printing | Result


async def take(connection: Connection, frame: Report) -> bool:
    """Write down what a phone says, then answer it; return whether it is time to look for another paper.

    Raises :class:`~shared.problems.NotFound` for a job of another device, and what the rules raise.
    """
    now = connection.dependencies.clock()
    step = _usual_step(frame)
    # With a trace, one has to know how the job was before.
    if step is not None and not tracing.is_on() and await _step(connection, frame, step, now):
        look = connection.take_note(frame.job_id, step.after)
        await connection.send(_usual_answer(frame, step))
        return look
    job = await _change(connection, frame, now)
    if job is None:
        return False
    look = connection.take_note(job.job_id, job.state)
    await connection.send(_answer(frame, job))
    return look or isinstance(frame, Accepted)


def _usual_step(frame: Report) -> Move | None:
    if isinstance(frame, Accepted):
        return rules.ACCEPTING
    if isinstance(frame, Printing):
        return rules.STARTING
    return rules.FINISHING if frame.state == rules.PRINTED else None


async def _step(connection: Connection, frame: Report, step: Move, now: datetime) -> bool:
    """Let the job take its usual step; False when it is not as the step wants it, and nothing was done."""
    device, dependencies = connection.device, connection.dependencies
    if step.after in rules.FINISHED:
        async with dependencies.bus.work(within=STREAM_PATIENCE) as work:
            ended = await steps.finish(work.connection, device, frame.job_id, frame.attempt, step, now)
            if ended is not None:
                await say_finished(work, ended, now)
        return ended is not None
    # A promise counts only on the stream that the phone used last.
    stream = connection.connection_id if isinstance(frame, Accepted) else None
    async with dependencies.database(within=STREAM_PATIENCE) as database:
        return await steps.move(database, device, frame.job_id, frame.attempt, step, now, stream)


async def _change(connection: Connection, frame: Report, now: datetime) -> PrintJob | None:
    """Change the job by the rules; None when the phone has another stream by now, and nothing is to be said here."""

    def rule(job: PrintJob) -> PrintJob:
        if isinstance(frame, Accepted):
            return rules.accept(job, frame.attempt, now)
        if isinstance(frame, Printing):
            return rules.start(job, frame.attempt)
        return rules.report(job, frame.attempt, PrintJobState(frame.state), frame.cause, now)

    device = connection.device
    async with connection.dependencies.bus.work(within=STREAM_PATIENCE) as work:
        if isinstance(frame, Accepted) and await _is_left(work, connection, frame):
            return None
        changed = await change(work, frame.job_id, rule, actor=device.actor, now=now, device_id=device.device_id)
    return changed.job


async def _is_left(work: UnitOfWork, connection: Connection, frame: Accepted) -> bool:
    """Say whether the phone has another stream, so that a promise made on this one is out of date.

    A phone that has lost its storage meanwhile says on the other stream that it holds nothing. Asked under the
    job's lock: either that stream's resume comes after us and sees the promise, or we see that stream.
    """
    await store.lock(work.connection, frame.job_id)
    return await presence.is_left(work.connection, connection.device.device_id, connection.connection_id)


def _usual_answer(frame: Report, step: Move) -> BaseModel:
    if isinstance(frame, Accepted):
        return Confirmed(job_id=frame.job_id, attempt=frame.attempt)
    return Acknowledged(job_id=frame.job_id, attempt=frame.attempt, state=step.after)


def _answer(frame: Report, job: PrintJob) -> BaseModel:
    if isinstance(frame, Accepted):
        if frame.attempt == job.attempt and job.state in rules.ON_THE_PHONE:
            return Confirmed(job_id=job.job_id, attempt=job.attempt)
        return Withdrawn(job_id=job.job_id, state=job.state)
    # For an attempt that is over, its own end is the answer, not what has become of the job since.
    state = job.state if frame.attempt == job.attempt else job.earlier.get(frame.attempt, job.state)
    cause = job.cause if frame.attempt == job.attempt else None
    return Acknowledged(job_id=job.job_id, attempt=frame.attempt, state=state, cause=cause)
