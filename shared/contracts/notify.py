"""Messages that the notify service owns."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.common import CustomerCode, Moment
from shared.contracts.message import Event, Record, Reply, Request


class ReminderState(StrEnum):
    """Where a reminder stands. ``unknown``: handed over, answer lost; never sent again by a machine."""

    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Reminder(Record):
    """One SMS reminder."""

    reminder_id: UUID
    customer_code: CustomerCode
    visit_id: UUID
    template: str
    phone: str | None
    text: str
    segments: int
    state: ReminderState
    cause: str
    """Why it failed, was cancelled, is unknown, or why it waits; empty otherwise."""
    due_at: Moment
    sent_at: Moment | None
    provider: str | None
    provider_reference: str | None


class ReminderHistory(Reply):
    """Reminders, the latest first."""

    reminders: list[Reminder]


class GetReminders(Request[ReminderHistory]):
    """Read the reminders of a customer."""

    message_name: ClassVar[str] = "notify.history"
    customer_code: CustomerCode
    limit: int = Field(default=20, ge=1, le=100)


class SmsSent(Event):
    """An SMS was handed to the operator."""

    message_name: ClassVar[str] = "sms.sent"
    reminder_id: UUID
    customer_code: CustomerCode
    visit_id: UUID
    provider: str
    provider_reference: str
    segments: int
    sent_at: Moment


class SmsFailed(Event):
    """An SMS will not be sent."""

    message_name: ClassVar[str] = "sms.failed"
    reminder_id: UUID
    customer_code: CustomerCode
    visit_id: UUID
    cause: str
    failed_at: Moment
