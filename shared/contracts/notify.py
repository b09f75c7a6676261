"""Messages that the notify service owns."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.actor import Actor
from shared.contracts.common import CollectorCode, CustomerCode, CustomerFacts, Dong, Moment, Phone, UnitCode
from shared.contracts.message import Event, Record, Reply, Request
from shared.contracts.personal_data import PersonErased, PersonHeld


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
    bill_ids: list[UUID] = Field(default_factory=list, max_length=1000)
    """The bills that it settles: where the unit wants that, the SMS leads to the invoice of the newest, too."""


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


class DunningState(StrEnum):
    """Where a customer stands with one step of dunning."""

    WAITING = "waiting"
    """Its day has not come, or the step before it is not done."""
    DUE = "due"
    DONE = "done"
    """It was delivered, as a record of that says."""
    BLOCKED = "blocked"


class Blocker(StrEnum):
    """Why a step of dunning is not taken."""

    COMPLAINT = "complaint"
    """A complaint about the bill is open."""
    PROMISE = "promise"
    """The customer is to pay on a later day, as agreed at a visit."""
    UNIDENTIFIED_TRANSFER = "unidentified_transfer"
    """A bank credit waits for a person that may be this customer's."""
    INSTALMENTS = "instalments"
    """The customer pays in parts, by an agreement that is in force."""
    CALENDAR = "calendar"
    """Supply is not cut on this day."""
    PROTECTED = "protected"
    """The customer must not be cut off."""
    SMALL_DEBT = "small_debt"
    SWITCHED_OFF = "switched_off"
    """The unit cuts nobody off."""
    INACTIVE = "inactive"
    """The contract has ended."""
    CUT_OFF = "cut_off"
    """Supply is cut already."""


class DunningStep(Record):
    """Where a customer stands with one step."""

    name: str
    """As the unit's file has it; the last two are ``warning`` and ``cut``."""
    state: DunningState
    due_on: date | None
    """The first day on which it may be taken; None while the step before is not done."""
    done_at: Moment | None
    """When it was delivered."""
    why: list[Blocker]
    """Of a blocked one: everything that blocks it."""


class DunningCase(Record):
    """Where a customer who owes stands in the steps of the unit, now."""

    customer_code: CustomerCode
    unit_code: str
    collector_code: str | None
    debt: Dong
    """What may be asked for."""
    debt_due_on: date
    """Due date of the oldest bill of it."""
    steps: list[DunningStep]
    warning_id: UUID | None
    """The warning that counts."""
    cut_from: Moment | None
    """The hour that it names."""
    may_be_cut: bool
    """Everything was delivered in time, nothing blocks, and the hour has come."""


class DunningReply(Reply):
    """None where the customer owes nothing that may be asked for."""

    case: DunningCase | None


class GetDunning(Request[DunningReply]):
    """Read where a customer stands in dunning, and why a step waits."""

    message_name: ClassVar[str] = "notify.dunning"
    customer_code: CustomerCode


class DunningCases(Reply):
    """Customers whose debt is overdue, in the order of their codes."""

    cases: list[DunningCase]
    next: CustomerCode | None
    """To be given as ``after`` for the next page; None on the last one."""


class GetDunningCases(Request[DunningCases]):
    """Read where the customers of a unit stand whose oldest bill is overdue."""

    message_name: ClassVar[str] = "notify.dunning_cases"
    unit_code: UnitCode
    after: CustomerCode | None = None
    limit: int = Field(default=100, ge=1, le=200)
    """Customers to look at."""


class WayOfDelivery(StrEnum):
    """How a warning on paper reached the customer."""

    HANDED_OVER = "handed_over"
    LEFT_AT_DOOR = "left_at_door"


class WarningDelivered(Reply):
    """The delivery is kept."""

    delivery_id: UUID
    warning_id: UUID
    delivered_at: Moment
    """By the server's clock."""
    cut_from: Moment
    in_time: bool
    """Whether it came long enough before the hour that the warning names."""


class RecordWarningDelivery(Request[WarningDelivered]):
    """Keep that a warning with day and hour of the cut was delivered on paper. Repeatable by ``delivery_id``."""

    message_name: ClassVar[str] = "notify.record_warning_delivery"
    delivery_id: UUID
    warning_id: UUID
    customer_code: CustomerCode
    way: WayOfDelivery
    delivered_by: str = Field(min_length=1, max_length=100)
    note: str = Field(default="", max_length=500)


class WarningPrintAsked(Reply):
    """A warning that is on its way to a printer."""

    print_id: UUID


class PrintWarning(Request[WarningPrintAsked]):
    """Have a warning of a cut printed on a phone, to be delivered by hand. Repeatable by ``print_id``.

    Refused with ``warning-over`` (409) where it does not count any more: paid, blocked, too late, or made anew.
    """

    message_name: ClassVar[str] = "notify.print_warning"
    print_id: UUID
    warning_id: UUID
    customer: CustomerFacts
    """As the customer service has them now: the paper names them."""
    device_id: UUID


class CutListState(StrEnum):
    """Where a cut-off list stands."""

    ASKED = "asked"
    """Made by one person; another one has to approve it."""
    APPROVED = "approved"
    DISCARDED = "discarded"


class CutOrderKind(StrEnum):
    """What is to be done at the meter."""

    CUT = "cut"
    RECONNECT = "reconnect"


class CutOrderState(StrEnum):
    """Where an order stands."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"
    """The customer has paid or something keeps from cutting: nobody cuts any more."""


class CutOrder(Record):
    """An order to cut supply off, or to reconnect it."""

    order_id: UUID
    kind: CutOrderKind
    customer_code: CustomerCode
    unit_code: str
    collector_code: str | None
    """Who carries it out."""
    list_id: UUID | None
    cut_order_id: UUID | None
    """Of a reconnection: the order that it undoes."""
    ordered_at: Moment
    cut_from: Moment | None
    """Not before: the hour that the warning names; None for a reconnection."""
    due_by: Moment
    """Until then it is to be carried out."""
    state: CutOrderState
    cause: str
    """Why it was withdrawn, or a reconnection ordered."""
    ended_at: Moment | None
    is_late: bool = False
    """Supply was cut after the order had been withdrawn: a reconnection follows at once."""
    meter_reading: int | None = None
    """As reported from the place."""
    has_photo: bool = False
    """Whoever was there has photographed the meter; photos are kept for some months."""


class CutList(Record):
    """Who is to be cut off in a unit on a day."""

    list_id: UUID
    unit_code: str
    day: date
    state: CutListState
    customers: int
    """Named by it when it was made."""
    debt: Dong
    """Theirs, then."""
    made_by: Actor
    made_at: Moment
    approved_by: Actor | None
    approved_at: Moment | None


class CutListEntry(Record):
    """A customer of a list, as it stands now."""

    customer_code: CustomerCode
    debt: Dong
    """When the list was made."""
    debt_due_on: date
    is_on: bool
    """Still to be cut off; who has paid or is blocked drops out by itself."""
    why: list[str]
    """Why not: ``paid``, or what blocks it."""
    order: CutOrder | None
    """None until the list is approved, and for whoever had dropped out by then."""


class CutListReply(Reply):
    """A list with its customers."""

    cut_list: CutList
    entries: list[CutListEntry]


class MakeCutList(Request[CutListReply]):
    """Make the cut-off list of a unit for a day, of all who may be cut off then. Repeatable by ``list_id``.

    Refused with ``no-day-of-cut`` where supply is not cut on the day, and ``nobody-to-cut-off``.
    """

    message_name: ClassVar[str] = "notify.make_cut_list"
    list_id: UUID
    unit_code: UnitCode
    day: date


class ApproveCutList(Request[CutListReply]):
    """Approve a list: whoever may still be cut off gets an order. Repeatable by ``list_id``.

    Refused with ``second-person-needed`` to whoever made it, and ``cut-list-ended``.
    """

    message_name: ClassVar[str] = "notify.approve_cut_list"
    list_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks may do so for these units only; empty: all."""


class DiscardCutList(Request[CutListReply]):
    """Discard a list that nobody has approved. Repeatable by ``list_id``. Refused with ``cut-list-ended``."""

    message_name: ClassVar[str] = "notify.discard_cut_list"
    list_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)


class GetCutList(Request[CutListReply]):
    """Read a list with its customers as they stand now."""

    message_name: ClassVar[str] = "notify.cut_list"
    list_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)


class CutLists(Reply):
    """Lists, the latest first."""

    lists: list[CutList]


class GetCutLists(Request[CutLists]):
    """Read the latest lists, without their customers."""

    message_name: ClassVar[str] = "notify.cut_lists"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    limit: int = Field(default=50, ge=1, le=200)


class CutOrders(Reply):
    """Orders; the open ones in the order of their clocks, others with the latest first."""

    orders: list[CutOrder]


class GetCutOrders(Request[CutOrders]):
    """Read orders to cut and to reconnect."""

    message_name: ClassVar[str] = "notify.cut_orders"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    collector_code: CollectorCode | None = None
    customer_code: CustomerCode | None = None
    is_open: bool | None = None
    limit: int = Field(default=100, ge=1, le=200)


class WarningTask(Record):
    """A warning that is to be delivered on paper."""

    warning_id: UUID
    customer_code: CustomerCode
    cut_from: Moment
    """The hour that it names."""


class CutTasks(Reply):
    """What a collector has to do about cutting off."""

    warnings: list[WarningTask]
    orders: list[CutOrder]


class GetCutTasks(Request[CutTasks]):
    """Read the warnings that a collector has to deliver on paper, and the orders to carry out."""

    message_name: ClassVar[str] = "notify.cut_tasks"
    collector_code: CollectorCode


class OrderOutcome(StrEnum):
    """What came of an order at the place."""

    DONE = "done"
    NOT_POSSIBLE = "not_possible"
    """A cut that cannot be carried out ends; a reconnection stays open."""


class CutOrderReported(Reply):
    """The order as it stands, and what follows."""

    order: CutOrder
    further: CutOrder | None
    """A reconnection that has to be carried out at once: the order had been withdrawn before supply was cut."""


class ReportCutOrder(Request[CutOrderReported]):
    """Keep what came of an order at the place. Repeatable by ``report_id``, which the phone or the office makes.

    What was done is kept even where the order had been withdrawn meanwhile. Refused with ``cut-order-ended`` where
    somebody else has reported it, and ``reading-missing`` where nothing was read at the meter.
    """

    message_name: ClassVar[str] = "notify.report_cut_order"
    report_id: UUID
    order_id: UUID
    collector_code: CollectorCode | None = None
    """Only an order of this collector; None: any."""
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only an order of these units; empty: of all."""
    outcome: OrderOutcome
    meter_reading: int | None = Field(default=None, ge=0, le=9_999_999_999)
    """Needed where it was done."""
    note: str = Field(default="", max_length=500)
    stated_at: Moment
    """As the phone's clock has it: a note."""
    photo: str = Field(default="", max_length=60_000)
    """Of the meter: a JPEG, base64; ``invalid-photo`` (422) otherwise."""


class OrderPhoto(Reply):
    """The photo of a meter at which an order was carried out."""

    jpeg: str
    """Base64."""


class GetOrderPhoto(Request[OrderPhoto]):
    """Read the photo that came with the report of an order; ``not-found`` where there is none, or no longer."""

    message_name: ClassVar[str] = "notify.order_photo"
    order_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only of an order of these units; empty: of all."""


class CutOrderChanged(Event):
    """An order to cut or to reconnect was given, withdrawn or carried out."""

    message_name: ClassVar[str] = "cut_order.changed"
    order: CutOrder
    changed_at: Moment
    actor: Actor | None = None


class CutWarningWanted(Event):
    """A warning of a cut is wanted on paper, on a phone's printer."""

    message_name: ClassVar[str] = "cut_warning.wanted"
    print_id: UUID
    device_id: UUID
    customer: CustomerFacts
    debt: Dong
    """What may be asked for."""
    debt_due_on: date
    cut_from: Moment
    """The hour that it names."""
    reconnection_hours: int
    """So long it may take at most, after a cut and the payment, until supply is back."""
    account_version: int
    """Of the account whose debt it names."""
    not_after: Moment
    """Delivered later, it does not count."""
    wanted_at: Moment
    actor: Actor | None = None


class UnitSms(Record):
    """SMS of one unit that have not left yet."""

    unit_code: str
    """Empty for those of which no unit is known."""
    due: int
    """They leave by the end of the day."""
    late: int
    """Those of them whose time has come."""


class DueSms(Reply):
    """The units with SMS that are due, in the order of their codes."""

    units: list[UnitSms]


class GetDueSms(Request[DueSms]):
    """Read how many SMS are still to leave today."""

    message_name: ClassVar[str] = "notify.due_sms"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


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


class GetNotifyPerson(Request[PersonHeld]):
    """Read what the notify service holds of a customer as a person."""

    message_name: ClassVar[str] = "notify.person"
    customer_code: CustomerCode


class EraseNotifyPerson(Request[PersonErased]):
    """Remove a customer's numbers and the texts sent to them; what waits is not sent. Repeatable by ``request_id``."""

    message_name: ClassVar[str] = "notify.erase_person"
    request_id: UUID
    customer_code: CustomerCode
