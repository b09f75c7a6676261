"""``document.ready``: a document becomes a print job of the phone that it names."""

from uuid import UUID

import structlog

from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.rules import Trigger
from services.gateway.print_jobs.service import PrintJobEvent, apply_within, queue
from services.gateway.print_jobs.withdrawal import after_newer_notice, cause_to_withdraw
from shared.clock import Clock, now
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.messaging import UnitOfWork

log = structlog.get_logger()


async def queue_print_job(
    event: DocumentReady, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Queue a document for the phone that prints it; where the phone has room for it, as offered already."""
    device_id, moment = event.device_id, clock()
    if device_id is None:
        return
    untrue = await cause_to_withdraw(work, event)
    stale = event.not_after is not None and moment > event.not_after
    offered = not stale and untrue is None and notifier.reserve(device_id, event.document_id)
    record = await queue(work, event, moment, offered=offered)
    withdrawn: set[UUID] = set()
    if record is not None and event.kind is PaperKind.NOTICE:
        withdrawn = await after_newer_notice(work, record, moment)
        if untrue is not None:
            withdrawal = PrintJobEvent(record.job.job_id, Trigger.WITHDRAW, cause=untrue)
            record = await apply_within(work, withdrawal, moment)
    if record is None:
        log.info("print_job_not_queued", document_id=str(event.document_id), device_id=str(device_id))
    elif offered:
        work.after_commit(lambda: notifier.offer(record))
        if withdrawn:
            # The new one is sent without a look into the database, which what was withdrawn needs.
            work.after_commit(lambda: notifier.print_jobs(withdrawn))
    else:
        work.after_commit(lambda: notifier.print_jobs([device_id]))
