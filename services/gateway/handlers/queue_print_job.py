"""``document.ready``: a document becomes a print job of the phone that it names."""

import structlog

from services.gateway.dependencies import Waker
from services.gateway.print_jobs.service import queue
from shared.clock import Clock, now
from shared.contracts.receipt import DocumentReady
from shared.messaging import UnitOfWork

log = structlog.get_logger()


async def queue_print_job(event: DocumentReady, work: UnitOfWork, *, waker: Waker, clock: Clock = now) -> None:
    """Queue a document for the phone that prints it; where the phone has room for it, as offered already."""
    device_id, moment = event.device_id, clock()
    if device_id is None:
        return
    stale = event.not_after is not None and moment > event.not_after
    offered = not stale and waker.reserve(device_id, event.document_id)
    record = await queue(work, event, moment, offered=offered)
    if record is None:
        log.info("print_job_not_queued", document_id=str(event.document_id), device_id=str(device_id))
    elif offered:
        work.after_commit(lambda: waker.offer(record))
    else:
        work.after_commit(lambda: waker.print_jobs([device_id]))
