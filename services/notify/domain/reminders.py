"""Reminders, attempts to send them, and numbers that get none, as they are stored. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.domain.verdict import Cancel, Fail, Postpone, Send, Verdict
from shared.contracts.notify import ReminderState

AWAY = "away"
"""The template for a customer who was not at home."""

RECEIPT = "receipt"
"""The template for the link of a receipt."""

Parameters = Mapping[str, str | None]


@dataclass(frozen=True)
class NewReminder:
    """A reminder that is about to be scheduled (or is known from the start not to be sent)."""

    reminder_id: UUID
    customer_code: str
    visit_id: UUID | None
    """None for the link of a receipt."""
    template: str
    template_version: int
    language: str
    parameters: Parameters
    phone: str | None
    text: str
    segments: int
    state: ReminderState
    cause: str
    issued_at: datetime
    due_at: datetime
    receipt_id: UUID | None = None
    payment_id: UUID | None = None
    requested_by: str | None = None

    def under(self, verdict: Verdict) -> "NewReminder":
        """Return the reminder as it is stored under a verdict."""
        match verdict:
            case Send():
                return self
            case Postpone(until, cause):
                return replace(self, due_at=until, cause=cause)
            case Cancel(cause):
                return replace(self, state=ReminderState.CANCELLED, cause=cause)
            case Fail(cause):
                return replace(self, state=ReminderState.FAILED, cause=cause)


@dataclass(frozen=True)
class DueReminder:
    """A reminder whose time has come, locked by the transaction that looks at it."""

    reminder_id: UUID
    customer_code: str
    visit_id: UUID | None
    """None for the link of a receipt."""
    template: str
    language: str
    parameters: Parameters
    phone: str | None
    issued_at: datetime
    debt: int | None
    """None where it does not matter."""
    blocked: Cause | None
    provider_index: int
    attempts: int


@dataclass(frozen=True)
class NewAttempt:
    """An attempt that is about to be made."""

    reminder_id: UUID
    number: int
    provider: str
    client_reference: str
    phone: str
    text: str
    segments: int
    started_at: datetime
    lease_until: datetime


@dataclass(frozen=True)
class BlockedPhone:
    """A number that gets no SMS."""

    phone: str
    cause: Cause
    note: str
    blocked_by: str
    blocked_at: datetime
