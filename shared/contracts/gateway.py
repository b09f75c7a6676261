"""Messages that the gateway owns."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.common import CustomerCode, Moment
from shared.contracts.message import Event
from shared.contracts.receipt import PaperKind


class PrintJobState(StrEnum):
    """States of a print job; what may have reached the printer is never sent again by a machine."""

    QUEUED = "queued"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    HELD = "held"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class PrintJobCause(StrEnum):
    """Why a print job did not end as printed."""

    NO_PRINTER = "no_printer"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    BATTERY_LOW = "battery_low"
    LINK_LOST = "link_lost"
    WRITE_ERROR = "write_error"
    NO_CONFIRMATION = "no_confirmation"
    USER_CANCELLED = "user_cancelled"
    EXPIRED = "expired"
    APP_CLOSED = "app_closed"


class PrintJobFinished(Event):
    """A print job reached an end (a later ``printed`` may still follow an ``unconfirmed``)."""

    message_name: ClassVar[str] = "print_job.finished"
    job_id: UUID
    device_id: UUID
    kind: PaperKind
    state: PrintJobState
    cause: PrintJobCause | None
    attempt: int
    copy_number: int
    customer_code: CustomerCode | None
    receipt_id: UUID | None
    visit_id: UUID | None
    finished_at: Moment
