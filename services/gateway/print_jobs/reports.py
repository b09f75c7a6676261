"""What a phone reports of its print jobs, and what it is answered; the same over the stream and over HTTP."""

from dataclasses import dataclass
from uuid import UUID

from services.gateway.domain.devices import Device
from services.gateway.print_jobs.rules import REPORTS, PrintJob, Trigger
from services.gateway.print_jobs.service import PrintJobEvent
from shared.contracts.gateway import PrintJobCause, PrintJobState


@dataclass(frozen=True, slots=True)
class InEffect:
    """What an attempt has come to."""

    state: PrintJobState
    cause: PrintJobCause | None


def accepted(device: Device, job_id: UUID, attempt: int, *, stream: UUID) -> PrintJobEvent:
    """The phone has stored the job; that counts only on the stream that it used last."""
    return _event(device, job_id, attempt, Trigger.ACCEPT, stream=stream)


def printing(device: Device, job_id: UUID, attempt: int) -> PrintJobEvent:
    """The phone is about to send the first byte to the printer."""
    return _event(device, job_id, attempt, Trigger.START)


def printing_at_once(device: Device, job_id: UUID, attempt: int, *, stream: UUID) -> PrintJobEvent:
    """The phone has stored the job and prints it once this is confirmed; that counts only on its latest stream."""
    return _event(device, job_id, attempt, Trigger.START_AT_ONCE, stream=stream)


def result(
    device: Device, job_id: UUID, attempt: int, state: PrintJobState, cause: PrintJobCause | None
) -> PrintJobEvent:
    """An attempt has ended, or the job is held."""
    return _event(device, job_id, attempt, REPORTS[state], cause)


def _event(
    device: Device,
    job_id: UUID,
    attempt: int,
    trigger: Trigger,
    cause: PrintJobCause | None = None,
    stream: UUID | None = None,
) -> PrintJobEvent:
    return PrintJobEvent(
        job_id,
        trigger,
        actor=device.actor,
        by=device.as_actor,
        attempt=attempt,
        cause=cause,
        device_id=device.device_id,
        stream=stream,
    )


def in_effect(job: PrintJob, attempt: int) -> InEffect:
    """Return what an attempt has come to: for one that is over its own end, not what became of the job since."""
    if attempt == job.attempt:
        return InEffect(job.state, job.cause)
    return InEffect(job.earlier.get(attempt, job.state), None)
