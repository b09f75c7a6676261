"""Print jobs as the API shows them, and their documents as bytes for a printer or as a picture."""

import asyncio
from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.gateway.edge.types import Outgoing
from services.gateway.print_jobs.store import PrintJobRecord
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.printing import Document, PrinterProfile, to_escpos, to_png


class PrintJobView(Outgoing):
    """A print job as the API shows it."""

    job_id: UUID
    device_id: UUID
    sequence: int = Field(description="Order of making on the device.")
    kind: PaperKind
    state: PrintJobState
    cause: PrintJobCause | None = Field(description="Why it did not end as printed, or why it is held.")
    attempt: int = Field(description="Counts from 1; results must carry it.")
    copy_number: int = Field(description="n of BẢN SAO lần n; 0 for the first print.")
    summary: str
    not_after: datetime | None = Field(description="Past this moment the document must not be printed.")
    reprint_of: UUID | None
    customer_code: str | None
    receipt_id: UUID | None
    payment_id: UUID | None
    visit_id: UUID | None
    created_at: datetime
    changed_at: datetime


def view_of(record: PrintJobRecord) -> PrintJobView:
    """Return a print job as the API shows it."""
    job = record.job
    return PrintJobView(
        job_id=job.job_id,
        device_id=job.device_id,
        sequence=job.sequence,
        kind=job.kind,
        state=job.state,
        cause=job.cause,
        attempt=job.attempt,
        copy_number=record.copy_number,
        summary=record.summary,
        not_after=job.not_after,
        reprint_of=record.reprint_of,
        customer_code=record.customer_code,
        receipt_id=record.receipt_id,
        payment_id=record.payment_id,
        visit_id=record.visit_id,
        created_at=record.created_at,
        changed_at=record.changed_at,
    )


async def as_escpos(document: str, profile: PrinterProfile) -> bytes:
    """Return the bytes that print a document (JSON text) on a printer; drawn off the event loop."""
    return await asyncio.to_thread(lambda: to_escpos(Document.model_validate_json(document), profile))


async def as_png(document: str, profile: PrinterProfile) -> bytes:
    """Return a picture of a document (JSON text) as it comes out of a printer; drawn off the event loop."""
    return await asyncio.to_thread(lambda: to_png(Document.model_validate_json(document), profile.width_dots, margin=8))
