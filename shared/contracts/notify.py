"""Messages that the notify service owns."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.common import CustomerCode, Dong, Moment, Phone
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
    expired: bool = False
    """It has failed because its time ran out: it could not leave in time, or the telephone was not reached."""


class ReceiptLink(Record):
    """The link of a receipt by SMS, for whoever could not be given the receipt on paper."""

    link_id: UUID
    receipt_id: UUID
    customer_code: CustomerCode
    phone: Phone
    text: str
    state: ReminderState
    cause: str
    """Why it failed, is unknown, or why it waits; empty otherwise."""
    requested_by: str
    requested_at: Moment
    due_at: Moment
    sent_at: Moment | None
    expired: bool = False
    """It has failed because its time ran out: it could not leave in time, or the telephone was not reached."""


class CampaignMessage(Record):
    """One SMS that a date rule of the unit scheduled: due soon, overdue, second notice, cut warning."""

    reminder_id: UUID
    customer_code: CustomerCode
    template: str
    """Its kind."""
    phone: str | None
    text: str
    """Empty until it leaves: it is made with the debt of that moment."""
    segments: int
    state: ReminderState
    cause: str
    """Why it failed, was cancelled, is unknown, or why it waits; empty otherwise."""
    debt_due_on: date
    """Due date of the oldest bill of the debt that it is about."""
    due_at: Moment
    sent_at: Moment | None
    provider: str | None
    provider_reference: str | None
    expired: bool = False
    """It has failed because its time ran out: it could not leave in time, or the telephone was not reached."""


class ReminderHistory(Reply):
    """Reminders, the latest first."""

    reminders: list[Reminder]
    receipt_links: list[ReceiptLink] = Field(default_factory=list)
    """Links of the customer's receipts that were sent, the latest first."""
    campaigns: list[CampaignMessage] = Field(default_factory=list)
    """Messages that date rules of the unit scheduled, the latest first."""


class GetReminders(Request[ReminderHistory]):
    """Read the reminders of a customer."""

    message_name: ClassVar[str] = "notify.history"
    customer_code: CustomerCode
    limit: int = Field(default=20, ge=1, le=100)


class ReceiptLinkReply(Reply):
    """The SMS as it is recorded."""

    link: ReceiptLink
    repeated: bool = False
    """The link went to this number before, and was not sent again."""


class SendReceiptLink(Request[ReceiptLinkReply]):
    """Send the link of a receipt by SMS: at most once for each receipt and number. Repeatable by ``link_id``."""

    message_name: ClassVar[str] = "notify.send_receipt_link"
    link_id: UUID
    receipt_id: UUID
    payment_id: UUID
    customer_code: CustomerCode
    phone: Phone
    unit_name: str = Field(min_length=1, max_length=200)
    receipt_name: str = Field(min_length=1, max_length=40)
    """Series and number, ``BN26-AA 00000123``."""
    amount: Dong
    address: str = Field(min_length=1, max_length=100)
    """Of the page that shows the receipt."""
    requested_by: str = Field(min_length=1, max_length=80)


class ReceiptLinks(Reply):
    """Links of one receipt, the latest first."""

    links: list[ReceiptLink]


class GetReceiptLinks(Request[ReceiptLinks]):
    """Read to which numbers the link of a receipt was sent, and what came of it."""

    message_name: ClassVar[str] = "notify.receipt_links"
    receipt_id: UUID


class DeliveryReportsRecorded(Reply):
    """Every delivery report of a provider's request is kept; it may be acknowledged."""

    received: int


class RecordDeliveryReports(Request[DeliveryReportsRecorded]):
    """Keep what a provider of SMS reports, as its request came. Repeatable: the same report is kept once."""

    message_name: ClassVar[str] = "notify.record_delivery_reports"
    provider: str = Field(max_length=40)
    secret_digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the last part of the address that was called."""
    address: str = Field(max_length=100)
    """From where it was called."""
    method: Literal["GET", "POST"]
    query: dict[str, str] = Field(default_factory=dict)
    headers: dict[str, str] = Field(default_factory=dict)
    """Those that may hold a signature; names in small letters."""
    content_type: str = Field(default="", max_length=200)
    body: str = Field(default="", max_length=90_000)
    """base64."""


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


class OptOutsReply(Reply):
    """What a number does not get."""

    phone: Phone
    everything: bool
    """No SMS of any kind, but those that the law demands."""
    wrong_number: bool
    """The number is somebody else's or nobody's: no SMS at all."""
    kinds: list[str]
    """Kinds that it does not get."""


class GetOptOuts(Request[OptOutsReply]):
    """Read which messages a number does not get."""

    message_name: ClassVar[str] = "notify.opt_outs"
    phone: Phone


class ChangeOptOut(Request[OptOutsReply]):
    """Opt a number out of one kind of message or of all, or in again; repeatable by ``change_id``."""

    message_name: ClassVar[str] = "notify.change_opt_out"
    change_id: UUID
    phone: Phone
    kind: str | None = Field(default=None, max_length=40)
    """``due_soon``, ``overdue``, …; None: all of them."""
    opted_out: bool
    wrong_number: bool = False
    """The number is not the customer's. It stops everything; ``kind`` is None then."""
    note: str = Field(default="", max_length=500)
    requested_by: str = Field(min_length=1, max_length=80)
