"""A phone's frame about a print job: what it means for the job, and the frame that answers it."""

from dataclasses import replace

from pydantic import BaseModel

from services.gateway.dependencies import STREAM_PATIENCE
from services.gateway.print_jobs import reports
from services.gateway.print_jobs.rules import FINISHED, ON_THE_PHONE, PrintJob
from services.gateway.print_jobs.service import PrintJobEvent, StreamReplaced
from services.gateway.stream.connection import Connection
from services.gateway.stream.frames import Accepted, Acknowledged, Confirmed, Printing, Result, Withdrawn
from shared.contracts.gateway import PrintJobState

Report = Accepted | Printing | Result


async def handle(connection: Connection, frame: Report) -> bool:
    """Apply a frame to its print job, then answer it; return whether it is time to look for another job to offer.

    Raises :class:`~shared.problems.NotFound` for a job of another device, and what the rules raise.
    """
    try:
        record = await connection.dependencies.print_jobs.apply(_event(connection, frame), within=STREAM_PATIENCE)
    except StreamReplaced:
        # This one is being closed.
        return False
    job = record.job
    if job.state in FINISHED:
        connection.offers.pop(job.job_id, None)
    room = connection.window.note(job.job_id, job.state)
    await connection.send(_reply(frame, job))
    return room or (_promises(frame) and not _is_confirmed(frame, job))


def _event(connection: Connection, frame: Report) -> PrintJobEvent:
    device = connection.device
    if isinstance(frame, Accepted):
        return reports.accepted(device, frame.job_id, frame.attempt, stream=connection.connection_id)
    if isinstance(frame, Printing) and frame.at_once:
        return reports.printing_at_once(device, frame.job_id, frame.attempt, stream=connection.connection_id)
    if isinstance(frame, Printing):
        return reports.printing(device, frame.job_id, frame.attempt)
    known = connection.offers.get(frame.job_id)
    result = reports.result(device, frame.job_id, frame.attempt, PrintJobState(frame.state), frame.cause)
    return replace(result, known=known) if known is not None and known.job.attempt == frame.attempt else result


def _promises(frame: Report) -> bool:
    """Return whether the phone says that it has stored the job."""
    return isinstance(frame, Accepted) or (isinstance(frame, Printing) and frame.at_once)


def _is_confirmed(frame: Report, job: PrintJob) -> bool:
    return frame.attempt == job.attempt and job.state in ON_THE_PHONE


def _reply(frame: Report, job: PrintJob) -> BaseModel:
    if isinstance(frame, Accepted):
        if _is_confirmed(frame, job):
            return Confirmed(job_id=job.job_id, attempt=job.attempt)
        return Withdrawn(job_id=job.job_id, state=job.state, cause=job.cause)
    effect = reports.in_effect(job, frame.attempt)
    return Acknowledged(job_id=job.job_id, attempt=frame.attempt, state=effect.state, cause=effect.cause)
