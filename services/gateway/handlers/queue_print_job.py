"""``document.ready``: a document becomes a print job of the phone that it names."""

from datetime import datetime
from uuid import UUID

import structlog

from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.rules import Trigger
from services.gateway.print_jobs.service import PrintJobEvent, apply_within, queue, queue_at_once
from services.gateway.print_jobs.store import PrintJobRecord
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
    stale = event.not_after is not None and moment > event.not_after
    if event.kind is not PaperKind.NOTICE:
        # It stays true, and puts nothing else out of date: one statement.
        offered = not stale and notifier.reserve(device_id, event.document_id)

        async def wake(record: PrintJobRecord | None) -> None:
            if record is None:
                _log_not_queued(event)
            elif offered:
                await notifier.offer(record)
            else:
                await notifier.print_jobs([device_id])

        await queue_at_once(work, event, moment, offered=offered, then=wake)
        return
    await _queue_notice(event, device_id, work, notifier, moment, stale=stale)


async def _queue_notice(
    event: DocumentReady, device_id: UUID, work: UnitOfWork, notifier: StreamNotifier, moment: datetime, *, stale: bool
) -> None:
    untrue = await cause_to_withdraw(work, event)
    offered = not stale and untrue is None and notifier.reserve(device_id, event.document_id)
    record = await queue(work, event, moment, offered=offered)
    if record is None:
        _log_not_queued(event)
        return
    withdrawn = await after_newer_notice(work, record, moment)
    if untrue is not None:
        record = await apply_within(work, PrintJobEvent(record.job.job_id, Trigger.WITHDRAW, cause=untrue), moment)
    if not offered:
        work.after_commit(lambda: notifier.print_jobs([device_id]))
        return
    work.after_commit(lambda: notifier.offer(record))
    if withdrawn:
        # The new one is sent without a look into the database, which what was withdrawn needs.
        work.after_commit(lambda: notifier.print_jobs(withdrawn))


def _log_not_queued(event: DocumentReady) -> None:
    log.info("print_job_not_queued", document_id=str(event.document_id), device_id=str(event.device_id))
