"""Reminders, attempts to send them, and numbers that get none, as they are stored. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.domain.verdict import Cancel, Fail, Postpone, Send, Verdict
from shared.contracts.notify import ReminderState
from shared.phones import Operator

Parameters = Mapping[str, str | None]


class Priority(IntEnum):
    """In which order messages that are due leave."""

    SOMEBODY_WAITS = 0
    """Of one visit, one appointment, one receipt."""
    BULK = 1
    """Scheduled by a date rule for many customers at once."""


def unit_of(customer_code: str) -> str:
    """Return the unit that a customer code names: what is known of a reminder's unit from before campaigns."""
    return customer_code[:6]


@dataclass(frozen=True)
class Contact:
    """Whom a customer's messages name, as the customer service last reported it."""

    unit_name: str
    unit_phone: str
    collector_name: str
    collector_phone: str


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
    unit_code: str | None = None
    expires_at: datetime | None = None
    is_trial: bool = False
    """A person tries a provider out."""
    through: str | None = None
    """The only provider that it may go to; None: those of its chain."""
    bill_ids: Sequence[UUID] = ()
    """Bills that its receipt settles."""

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
    attempts: int
    unit_code: str = ""
    priority: Priority = Priority.SOMEBODY_WAITS
    debt_due_on: date | None = None
    """Due date of the oldest bill of the debt that it is about; None for a visit and a receipt."""
    expires_at: datetime | None = None
    oldest_due_on: date | None = None
    """Due date of the oldest bill that is open now."""
    contact: Contact | None = None
    """None for a customer of whom nothing was reported since campaigns exist."""
    tried: Collection[str] = ()
    """Providers that certainly sent nothing since the last wait."""
    provider: str | None = None
    """Of its last attempt."""
    looks: int = 0
    """How often its outcome was looked for, while it is unknown."""
    sent_again: bool = False
    """It stayed unknown for good, and is sent once more."""
    stopped: Cause | None = None
    """Why it is not wanted any more, learned while it was handed over."""
    is_disputed: bool = False
    """A complaint is open of whose bill billing has not told yet: nothing may be asked for."""
    pays_in_parts: bool = False
    """An instalment agreement of the customer is in force."""
    disputed_debt: int = 0
    """What is open of disputed bills besides ``debt``, đồng."""
    is_trial: bool = False
    """A person tries a provider out."""
    through: str | None = None
    """The only provider that it may go to; None: those of its chain."""
    ported_to: Operator | None = None
    """The network of its number, where that was ported."""
    bill_ids: Sequence[UUID] = ()
    """Bills that its receipt settles."""

    @property
    def is_settled(self) -> bool:
        """Whether the oldest bill of its debt has been paid; what is owed now is another debt."""
        return self.debt_due_on is not None and self.oldest_due_on != self.debt_due_on


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
    repeats: bool = False
    """The SMS may have left already; this provider recognises its reference."""
    operator: str | None = None
    cost: int = 0
    """Đồng, if it is sent."""
    bulk: bool = False


@dataclass(frozen=True)
class BlockedPhone:
    """A number that gets no SMS."""

    phone: str
    cause: Cause
    note: str
    blocked_by: str
    blocked_at: datetime


@dataclass(frozen=True)
class OptOut:
    """A kind of message that a number does not want."""

    phone: str
    kind: str
    note: str
    opted_out_by: str
    opted_out_at: datetime
