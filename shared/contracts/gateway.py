"""Messages that the gateway owns."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.common import CustomerCode, Moment, PositiveDong
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
    PAID = "paid"
    """A notice: nothing is owed any more."""
    DEBT_CHANGED = "debt_changed"
    """A notice: another amount is owed now."""
    REPLACED = "replaced"
    """A notice: there is a newer one of the same customer."""
    DOOR_LEFT = "door_left"
    """A notice: the collector is at another customer's door."""
    VISIT_WITHDRAWN = "visit_withdrawn"
    """A notice: its visit was taken back."""
    PRINTED_FROM_PHONE = "printed_from_phone"
    """A notice: the phone printed its own copy while there was no signal."""
    REVERSED = "reversed"
    """A receipt: its payment was reversed."""


WITHDRAWN = frozenset(
    {
        PrintJobCause.PAID,
        PrintJobCause.DEBT_CHANGED,
        PrintJobCause.REPLACED,
        PrintJobCause.DOOR_LEFT,
        PrintJobCause.VISIT_WITHDRAWN,
        PrintJobCause.PRINTED_FROM_PHONE,
        PrintJobCause.REVERSED,
    }
)
"""The document is no longer true: it was withdrawn."""


class FinishedCause(StrEnum):
    """Why a print job did not end as printed, in the words that every version of ``print_job.finished`` knows."""

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


def finished_cause(cause: PrintJobCause | None) -> FinishedCause | None:
    """Return a cause in those words; a document that was withdrawn was out of date."""
    if cause is None:
        return None
    return FinishedCause.EXPIRED if cause in WITHDRAWN else FinishedCause(cause.value)


class PrintJobFinished(Event):
    """A print job that is no notice reached an end (a later ``printed`` may still follow an ``unconfirmed``)."""

    message_name: ClassVar[str] = "print_job.finished"
    job_id: UUID
    device_id: UUID
    kind: PaperKind
    state: PrintJobState
    cause: FinishedCause | None
    attempt: int
    copy_number: int
    customer_code: CustomerCode | None
    receipt_id: UUID | None
    visit_id: UUID | None
    finished_at: Moment
    actor: Actor | None = None
    """Who reported or caused it; None from a version before."""
    withdrawn_because: str | None = None
    """Why the document was no longer true, one of ``WITHDRAWN``; None where it was."""


class TransferCodeShown(Event):
    """A phone shows the VietQR code of a transfer: who will pay under its reference, and which phone prints then."""

    message_name: ClassVar[str] = "transfer_code.shown"
    transfer_id: UUID
    customer_code: CustomerCode
    amount: PositiveDong
    reference: str
    """What stands in the content of the transfer, and in no other."""
    device_id: UUID
    shown_at: Moment
