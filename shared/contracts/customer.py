"""Messages that the customer service owns."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.actor import Actor
from shared.contracts.acts import Acts
from shared.contracts.common import (
    CollectorCode,
    CustomerCode,
    CustomerFacts,
    Dong,
    MeterNumber,
    Moment,
    NextStep,
    Outcome,
    Phone,
    Reason,
    RouteCode,
    SmsLanguage,
    UnitCode,
)
from shared.contracts.message import Event, Record, Reply, Request
from shared.contracts.personal_data import PersonErased, PersonHeld


class MatchedOn(StrEnum):
    """The kind of fact by which a search found a customer."""

    CODE = "code"
    NAME = "name"
    PHONE = "phone"
    METER = "meter"
    ADDRESS = "address"


class CustomerSummary(Record):
    """A customer as a line of a list; ``debt`` is what billing last reported."""

    customer_code: CustomerCode
    name: str
    address: str
    phone: str | None
    meter_number: str | None
    route_code: RouteCode
    place_in_route: int
    step: NextStep
    debt: Dong
    appointment: Moment | None = None
    ward: str | None = None
    """The ward of today, where the unit's list has it in a column of its own."""
    address_old: str | None = None
    """The address before the reform of administrative units, by which people may still look for it."""


class CustomerMatch(Record):
    """A customer that a search found; ``score`` from 0 to 1, the best first."""

    customer: CustomerSummary
    matched_on: MatchedOn
    score: float


class Visit(Record):
    """A collector's stay at a customer's door, as recorded."""

    visit_id: UUID
    customer_code: CustomerCode
    collector_code: CollectorCode
    outcome: Outcome
    visited_at: Moment
    appointment: Moment | None
    note: str
    next_step: NextStep
    misses: int
    """Visits without payment for the present debt, this one included."""
    withdrawn_at: Moment | None = None
    """When its collector took it back; it counts for nothing then."""
    later_notes: list[str] = Field(default_factory=list)
    """What its collector noted after it was recorded, in that order."""


class CustomersFound(Reply):
    """The matches, the best first."""

    matches: list[CustomerMatch]


class SearchCustomers(Request[CustomersFound]):
    """Find customers by code, name, phone, meter number or address: accents, typos and word order forgiven.

    Searches only the routes of ``collector_code``; everywhere when it is None (cashiers and supervisors).
    """

    message_name: ClassVar[str] = "customer.search"
    query: str = Field(min_length=1, max_length=200)
    collector_code: CollectorCode | None = None
    limit: int = Field(default=20, ge=1, le=100)
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only customers of these units; empty: of all."""


class CustomerDetails(Reply):
    """Everything that the customer service has of one customer; visits with the latest first."""

    facts: CustomerFacts
    step: NextStep
    debt: Dong
    appointment: Moment | None
    misses: int
    visits: list[Visit]
    collection_point_from: Moment | None = None
    """From then on, ``cannot_pay`` counts as another occasion and leads to the collection point; None where one more
    does not lead there."""


class GetCustomer(Request[CustomerDetails]):
    """Read one customer. ``not-found`` also when it is not on a route of ``collector_code``."""

    message_name: ClassVar[str] = "customer.get"
    customer_code: CustomerCode
    collector_code: CollectorCode | None = None


class RouteStop(Record):
    """One stop of a day's route, in order."""

    customer: CustomerSummary
    done_today: bool
    """Nothing is owed any more. A visit alone settles nothing."""
    visited_today: bool = False
    """Somebody was at this door today, whatever came of it."""
    promised_today: bool
    """There is an appointment for this day."""
    last_outcome: Outcome | None


class RouteOfDay(Reply):
    """A collector's stops of one day, in the order of walking."""

    collector_code: CollectorCode
    day: date
    stops: list[RouteStop]
    total_stops: int = 0
    """Stops of the whole day; when there are more than were asked past, ask again with ``skip``."""


class GetRoute(Request[RouteOfDay]):
    """Read the route of a collector for a business day: who owes and is due, promised for that day, or done."""

    message_name: ClassVar[str] = "customer.route"
    collector_code: CollectorCode
    day: date
    skip: int = Field(default=0, ge=0, le=1_000_000)
    """Stops to leave out from the beginning: a long route does not fit into one answer."""


class VisitReply(Reply):
    """The visit as recorded, and where the customer stands now."""

    visit: Visit


class RecordVisit(Request[VisitReply]):
    """Record what came of a stay. ``visit_id`` is made by the phone; one visit may go from ``met`` to ``cannot_pay``.

    Repeatable: the same visit with the same outcome and content gives the same answer, other content is refused.
    """

    message_name: ClassVar[str] = "customer.record_visit"
    visit_id: UUID
    customer_code: CustomerCode
    collector_code: CollectorCode
    device_id: UUID | None = None
    """The phone whose printer prints the notice; None prints nowhere."""
    outcome: Outcome
    visited_at: Moment
    appointment: Moment | None = None
    note: str = Field(default="", max_length=500)


class GetVisit(Request[VisitReply]):
    """Read one visit as last recorded; ``not-found`` when it never was."""

    message_name: ClassVar[str] = "customer.visit"
    visit_id: UUID


class VisitWithdrawnReply(Reply):
    """The visit that was taken back, and where the customer stands without it."""

    visit: Visit
    step: NextStep
    appointment: Moment | None


class WithdrawVisit(Request[VisitWithdrawnReply]):
    """Take back a customer's last visit: by its own collector, on the same day. Repeatable by ``withdrawal_id``."""

    message_name: ClassVar[str] = "customer.withdraw_visit"
    withdrawal_id: UUID
    visit_id: UUID
    collector_code: CollectorCode
    device_id: UUID | None = None
    reason: Reason


class AddVisitNote(Request[VisitReply]):
    """Note something of a visit after it was recorded, by its own collector. Repeatable by ``note_id``."""

    message_name: ClassVar[str] = "customer.add_visit_note"
    note_id: UUID
    visit_id: UUID
    collector_code: CollectorCode
    device_id: UUID | None = None
    note: Reason


class ComplaintKind(StrEnum):
    """What a customer objects to."""

    READING = "reading"
    AMOUNT = "amount"
    PRICE_GROUP = "price_group"
    OTHER = "other"


class ComplaintFinding(StrEnum):
    """What the office found about a complaint."""

    READING_RIGHT = "reading_right"
    READING_WRONG = "reading_wrong"
    METER_FAULTY = "meter_faulty"
    OTHER = "other"


class ComplaintSettlement(Record):
    """How a complaint was settled."""

    finding: ComplaintFinding
    note: str
    """The answer that the customer gets."""
    settled_by: str
    settled_at: Moment
    is_bill_right: bool | None = None
    """Whether the bill stays as it is; None where none was named, or from a version before."""


class ReadingComplaint(Record):
    """A customer calls a reading or a bill wrong."""

    complaint_id: UUID
    customer_code: CustomerCode
    name: str
    address: str
    collector_code: CollectorCode
    """Who recorded it at the door; of one recorded in the office: whose route the customer was on."""
    meter_number: str | None
    bill_number: str | None
    reading_seen: int | None
    """What the meter shows at the door."""
    note: str
    stated_at: Moment
    """When it was complained of, as the phone's clock had it."""
    recorded_at: Moment
    has_photo: bool
    """There is a photo of the meter; it is deleted after a while."""
    settlement: ComplaintSettlement | None = None
    """None while it is open. A settled complaint is deleted after a while."""
    kind: ComplaintKind = ComplaintKind.READING
    answer_by: date | None = None
    """The Vietnamese day until which the customer is to have an answer; None from a version before."""
    is_from_desk: bool = False
    """Recorded in the office, not at the door."""


class ReadingComplaintReply(Reply):
    """The complaint is kept."""

    complaint_id: UUID
    recorded_at: Moment
    has_photo: bool
    answer_by: date | None = None
    """The Vietnamese day until which the customer is to have an answer."""


class RecordReadingComplaint(Request[ReadingComplaintReply]):
    """Keep that a customer calls a reading or a bill wrong. Repeatable by ``complaint_id``.

    Of another kind than ``reading`` it names the bill (``bill-number-missing``), one of this customer
    (``bill-of-another``). While one that names a bill is open, no SMS asks the customer for money.
    """

    message_name: ClassVar[str] = "customer.record_reading_complaint"
    complaint_id: UUID
    customer_code: CustomerCode
    collector_code: CollectorCode
    device_id: UUID | None = None
    meter_number: MeterNumber | None = None
    bill_number: str | None = Field(default=None, max_length=60)
    reading_seen: int | None = Field(default=None, ge=0, le=9_999_999_999)
    note: Reason
    stated_at: Moment
    """As the phone's clock has it: a note."""
    photo: str = Field(default="", max_length=60_000)
    """A JPEG of at most 45,000 bytes, base64; empty for none."""
    kind: ComplaintKind = ComplaintKind.READING


class RecordComplaintAtDesk(Request[ReadingComplaintReply]):
    """Keep a complaint in the office: as :class:`RecordReadingComplaint`, of a customer of any route."""

    message_name: ClassVar[str] = "customer.record_complaint_at_desk"
    complaint_id: UUID
    customer_code: CustomerCode
    kind: ComplaintKind
    bill_number: str | None = Field(default=None, max_length=60)
    reading_seen: int | None = Field(default=None, ge=0, le=9_999_999_999)
    note: Reason


class ReadingComplaints(Reply):
    """Complaints about readings, the newest first."""

    complaints: list[ReadingComplaint]


class GetReadingComplaints(Request[ReadingComplaints]):
    """Read complaints about readings; of one customer, or of all."""

    message_name: ClassVar[str] = "customer.reading_complaints"
    complaint_id: UUID | None = None
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only of customers of these units; empty: of all."""
    customer_code: CustomerCode | None = None
    before: Moment | None = None
    """Only those that were recorded before this moment."""
    settled: bool | None = None
    """Only settled ones, only open ones, or all."""
    limit: int = Field(default=50, ge=1, le=100)


class ReadingComplaintSettled(Reply):
    """The complaint is settled."""

    complaint_id: UUID
    finding: ComplaintFinding
    settled_at: Moment


class SettleReadingComplaint(Request[ReadingComplaintSettled]):
    """Keep what the office found about a complaint. Repeatable by ``settlement_id``.

    Refused with ``complaint-already-settled`` where another settlement stands; ``facts`` hold its finding.
    """

    message_name: ClassVar[str] = "customer.settle_reading_complaint"
    settlement_id: UUID
    complaint_id: UUID
    finding: ComplaintFinding
    note: Reason
    settled_by: str = Field(min_length=1, max_length=100)
    """Who settled it: a device's actor or an operator's name."""
    is_bill_right: bool | None = None
    """Whether the bill stays as it is. A wrong one is corrected by a command of its own."""


class ReadingPhoto(Reply):
    """The photo of a meter."""

    jpeg: str
    """base64."""


class GetReadingPhoto(Request[ReadingPhoto]):
    """Read the photo of a complaint; ``not-found`` where there is none, or no longer."""

    message_name: ClassVar[str] = "customer.reading_photo"
    complaint_id: UUID


class PhoneCorrected(Reply):
    """The phone number now on record."""

    correction_id: UUID
    customer_code: CustomerCode
    old_phone: Phone | None
    new_phone: Phone


class CorrectPhone(Request[PhoneCorrected]):
    """Correct a customer's phone number; who, when and why are kept.

    The number may be written as people write it (``0912 345 678``, ``84912345678``, old 11-digit prefixes); it is
    stored as E.164. ``invalid-phone`` (422) when it is not a Vietnamese number.
    """

    message_name: ClassVar[str] = "customer.correct_phone"
    correction_id: UUID
    customer_code: CustomerCode
    collector_code: CollectorCode
    phone: str = Field(min_length=3, max_length=40)
    reason: Reason


class CorrectPhoneAtDesk(Request[PhoneCorrected]):
    """Correct a customer's phone number in the office: as :class:`CorrectPhone`, for a customer of any route."""

    message_name: ClassVar[str] = "customer.correct_phone_at_desk"
    correction_id: UUID
    customer_code: CustomerCode
    phone: str = Field(min_length=3, max_length=40)
    reason: Reason


class SmsLanguageChosen(Reply):
    """The language of SMS now on record."""

    choice_id: UUID
    customer_code: CustomerCode
    language: SmsLanguage | None


class ChooseSmsLanguage(Request[SmsLanguageChosen]):
    """Keep in which language a customer wants SMS; who noted it and when are kept. Repeatable by ``choice_id``."""

    message_name: ClassVar[str] = "customer.choose_sms_language"
    choice_id: UUID
    customer_code: CustomerCode
    language: SmsLanguage | None
    """None: as the unit has it."""
    requested_by: str = Field(min_length=1, max_length=80)


class CustomerProtected(Reply):
    """Whether the customer must not be cut off, as is on record now."""

    protection_id: UUID
    customer_code: CustomerCode
    protected: bool


class ProtectCustomer(Request[CustomerProtected]):
    """Keep that a customer must not be cut off, or may be again; who, when and why are kept.

    Repeatable by ``protection_id``.
    """

    message_name: ClassVar[str] = "customer.protect"
    protection_id: UUID
    customer_code: CustomerCode
    protected: bool
    reason: Reason
    """Stays with the customer service: it may be about health."""


class CollectorDetails(Reply):
    """A collector, as the gateway shows the person and documents name it."""

    collector_code: CollectorCode
    name: str
    phone: str
    unit_code: str
    routes: list[RouteCode]
    active: bool


class GetCollector(Request[CollectorDetails]):
    """Read one collector; ``not-found`` when unknown."""

    message_name: ClassVar[str] = "customer.collector"
    collector_code: CollectorCode


class Collectors(Reply):
    """Collectors in the order of their codes."""

    collectors: list[CollectorDetails]


class GetCollectors(Request[Collectors]):
    """Read all collectors, those who have left included; many of them in parts."""

    message_name: ClassVar[str] = "customer.collectors"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    after: CollectorCode | None = None
    """The last code of the part before."""


class PlannedStop(Record):
    """A customer on a route, whether or not something is owed."""

    customer_code: CustomerCode
    name: str
    address: str
    place: int


class RoutePlan(Reply):
    """Who is on a route, in the order of walking."""

    route_code: RouteCode
    name: str
    unit_code: str
    collector_code: CollectorCode
    version: str
    """Of who is on it, in which order, and whose it is: an arrangement names the one that it was made from."""
    stops: list[PlannedStop]
    total_stops: int
    """When there are more than were asked past, ask again with ``skip``."""


class GetRoutePlan(Request[RoutePlan]):
    """Read who is on a route, in the order of walking; 404 for a route of another unit."""

    message_name: ClassVar[str] = "customer.route_plan"
    route_code: RouteCode
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Of who asks; empty: all."""
    skip: int = Field(default=0, ge=0, le=1_000_000)
    """Stops to leave out from the beginning."""


class FurtherRoute(Record):
    """Where customers go who leave a route: a new one, or one that is there."""

    route_code: RouteCode
    name: str | None = Field(default=None, min_length=1, max_length=100)
    """Of a new route; None for one that is there, at whose end they come."""
    collector_code: CollectorCode | None = None
    """Whose the new route is; None for one that is there."""
    customers: list[CustomerCode] = Field(min_length=1, max_length=5_000)
    """In the order of walking."""


class RouteArranged(Reply):
    """A route as it is on record now."""

    arrangement_id: UUID
    route_code: RouteCode
    version: str
    moved: int
    """Customers who have another place, or another route."""


class ArrangeRoute(Request[RouteArranged]):
    """Put the customers of a route into another order, give it to another collector, or split it; all or nothing.

    Refused as ``route-changed`` (409) when the route is another one by now than the one that was looked at.
    Repeatable by ``arrangement_id``.
    """

    message_name: ClassVar[str] = "customer.arrange_route"
    arrangement_id: UUID
    route_code: RouteCode
    version: str = Field(max_length=40)
    customers: list[CustomerCode] = Field(max_length=5_000)
    """Those who stay, in the order of walking; with those who leave, all who are on the route."""
    collector_code: CollectorCode | None = None
    """Whose it is from now on; None: as before."""
    further: FurtherRoute | None = None
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Of who asks; empty: all."""


class ListKind(StrEnum):
    """Which list somebody hands in."""

    CUSTOMERS = "customers"
    METERS = "meters"


class CompanyListKind(StrEnum):
    """Which list of what all units share somebody hands in."""

    UNITS = "units"
    COLLECTORS = "collectors"
    ROUTES = "routes"


class ListFileOutcome(StrEnum):
    """What became of a list."""

    TRIED = "tried"
    """Looked at as an import would, and nothing stored."""
    TAKEN = "taken"
    REFUSED = "refused"
    """A line is wrong, or the file cannot be read: nothing was stored."""


class ListFinding(Record):
    """What there is to report of a line of a list."""

    line: int
    column: str
    message: str
    slug: str


class ListedChange(Record):
    """A line that would change what is on record: in which columns, not what they hold."""

    line: int
    key: str
    fields: list[str]


class ListFile(Reply):
    """A list: what is read of it, and what became of it. Of many findings the first, with their number."""

    maximum_size: ClassVar[int] = 6 * 1024 * 1024
    outcome: ListFileOutcome
    sha256: str
    lines: int
    added: int
    changed: int
    unchanged: int
    changed_fields: dict[str, int]
    """Of a trial: how many of the changed lines differ in a column."""
    changes: list[ListedChange]
    """Of a trial: the first lines that would change something."""
    announced: int
    """Customers whose facts are new or different since the import."""
    bad: list[ListFinding]
    bad_count: int
    rejected: list[ListFinding]
    """Lines that are left out, where good ones are kept."""
    rejected_count: int
    remarks: list[ListFinding]
    columns: list[str]
    """As the header has them."""
    ignored_columns: list[str]
    first_rows: list[list[str]]
    reject_file: str | None
    """The lines that are left out, as CSV to be corrected."""


class TakeList(Request[ListFile]):
    """Import a list of customers or of meters as the command line does, or try it. The same again changes nothing."""

    message_name: ClassVar[str] = "customer.take_list"
    maximum_size: ClassVar[int] = 4 * 1024 * 1024
    kind: ListKind
    name: str = Field(max_length=200)
    content: str = Field(max_length=2_800_000)
    """Base64."""
    keep_good: bool = False
    is_trial: bool = False
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Units, routes and customers of others are unknown to whoever works for these; none: of all units."""


class TakeCompanyList(Request[ListFile]):
    """Import a list of units, collectors or routes as the command line does, or try it. The same again changes nothing.

    Only for those who work for all units: such a list may name any of them.
    """

    message_name: ClassVar[str] = "customer.take_company_list"
    maximum_size: ClassVar[int] = 4 * 1024 * 1024
    kind: CompanyListKind
    name: str = Field(max_length=200)
    content: str = Field(max_length=2_800_000)
    """Base64."""
    keep_good: bool = False
    is_trial: bool = False


class RouteFigures(Record):
    """How the day goes on one route. What is owed is that of the present, whatever the day."""

    route_code: RouteCode
    unit_code: str
    collector_code: str
    collector_name: str
    due: int
    """Customers who owe now, or who were visited or cleared their debt on the day."""
    visited: int
    promised: int
    """Visited, with another appointment."""
    away: int
    sent_to_points: int
    owing: int
    owed: Dong


class DayOfRoutes(Reply):
    """The routes in the order of their codes."""

    routes: list[RouteFigures]


class GetDayOfRoutes(Request[DayOfRoutes]):
    """Read how a business day goes, route by route; many of them in parts."""

    message_name: ClassVar[str] = "customer.day_of_routes"
    day: date
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    after: RouteCode | None = None
    """The last code of the part before."""


class GetCustomerActs(Request[Acts]):
    """Read who visited, withdrew, noted, complained and corrected, at and for a customer."""

    message_name: ClassVar[str] = "customer.acts"
    customer_code: CustomerCode


class CollectorChanged(Event):
    """A collector was imported or changed: name, unit, or whether the person works for the utility."""

    message_name: ClassVar[str] = "collector.changed"
    collector_code: CollectorCode
    name: str
    unit_code: UnitCode
    active: bool
    changed_at: Moment
    """By the clock of the customer database; imports run one after the other, so the later one is the newer."""


class CustomerChanged(Event):
    """A customer was imported or changed; carries the facts as they are now."""

    message_name: ClassVar[str] = "customer.changed"
    customer: CustomerFacts
    changed_at: Moment
    actor: Actor | None = None
    """Who changed it; None from a version before."""


class CustomersChanged(Event):
    """Many customers were imported or changed at once; each as in :class:`CustomerChanged`."""

    message_name: ClassVar[str] = "customers.changed"
    import_id: UUID
    """What changed them; several messages belong to it."""
    customers: list[CustomerFacts] = Field(min_length=1, max_length=1000)
    """Of a collector those that fit, so that few messages name the same collector."""
    changed_at: Moment
    actor: Actor | None = None
    """Who changed them; None where nobody is known."""


class ComplaintRecorded(Event):
    """A complaint about a reading or a bill was recorded: while it is open, no SMS asks the customer for money."""

    message_name: ClassVar[str] = "complaint.recorded"
    complaint_id: UUID
    customer_code: CustomerCode
    kind: ComplaintKind
    bill_number: str | None
    """None where a reading was called wrong and no bill was named: that stops nothing."""
    answer_by: date
    recorded_at: Moment
    actor: Actor | None = None


class ComplaintSettled(Event):
    """A complaint was answered. It may arrive before the one that it was recorded by."""

    message_name: ClassVar[str] = "complaint.settled"
    complaint_id: UUID
    customer_code: CustomerCode
    bill_number: str | None
    finding: ComplaintFinding
    is_bill_right: bool | None
    settled_at: Moment
    actor: Actor | None = None


class VisitRecorded(Event):
    """A visit was recorded; billing decides from it whether a notice is printed."""

    message_name: ClassVar[str] = "visit.recorded"
    visit: Visit
    first_record: bool
    """False when this visit had already been recorded with outcome ``met`` (its notice is already on paper)."""
    device_id: UUID | None
    actor: Actor | None = None
    """Who recorded it; None from a version before."""


class VisitWithdrawn(Event):
    """A visit was taken back: its notice is not printed any more, its reminder not sent."""

    message_name: ClassVar[str] = "visit.withdrawn"
    visit: Visit
    withdrawal_id: UUID
    reason: str
    withdrawn_at: Moment
    actor: Actor | None = None
    """Who took it back; None from a version before."""


class GetCustomerPerson(Request[PersonHeld]):
    """Read what the customer service holds of a customer as a person."""

    message_name: ClassVar[str] = "customer.person"
    customer_code: CustomerCode


class EraseCustomerPerson(Request[PersonErased]):
    """Remove a customer's phone numbers, and what was written of the person on visits and in settled complaints.

    Of a customer who is supplied no more and owes nothing, name, address and tax code, too. A list gives none of it
    back. ``request_id`` is the person's request, of the kind ``erase`` and open (``not-found``, ``not-to-erase``), by
    which it is repeatable.
    """

    message_name: ClassVar[str] = "customer.erase_person"
    request_id: UUID
    customer_code: CustomerCode


class PersonRequestKind(StrEnum):
    """What a person asks for, or, with ``incident``, what has happened to people's data."""

    WITHDRAW = "withdraw"
    RESTRICT = "restrict"
    OBJECT = "object"
    SEE = "see"
    COPY = "copy"
    CORRECT = "correct"
    ERASE = "erase"
    INCIDENT = "incident"


class PersonRequestStep(StrEnum):
    """What is done about a request."""

    ACKNOWLEDGE = "acknowledge"
    """The person was told that it has come and until when it is dealt with."""
    EXTEND = "extend"
    """Once, by as long again."""
    DONE = "done"
    REFUSE = "refuse"


class PersonRequestAct(Record):
    """A step that was taken."""

    step: PersonRequestStep
    note: str
    taken_at: Moment
    taken_by: str


class PersonRequest(Record):
    """A request of the register, with its clocks."""

    request_id: UUID
    kind: PersonRequestKind
    customer_code: str | None
    """None of an incident, and of one whose customer code is not known."""
    note: str
    """How it came, and what was said; for an incident what happened. No more of the person than is needed."""
    with_processors: bool
    """Others, as the SMS provider, have to do it, too: it may take longer."""
    received_at: Moment
    acknowledge_by: Moment | None
    """None of an incident."""
    due_at: Moment
    """As extended."""
    acknowledged_at: Moment | None
    ended_at: Moment | None
    acts: list[PersonRequestAct]


class PersonRequests(Reply):
    """Requests of the register, that which is due first before others."""

    requests: list[PersonRequest]


class PersonRequestNoted(Reply):
    """Where a request stands after what was noted. Kept for repetitions: nothing of the person is in it."""

    request_id: UUID
    kind: PersonRequestKind
    acknowledge_by: Moment | None
    due_at: Moment
    ended_at: Moment | None


class GetPersonRequests(Request[PersonRequests]):
    """Read the register of requests about personal data."""

    message_name: ClassVar[str] = "customer.person_requests"
    open_only: bool = True
    request_id: UUID | None = None
    customer_code: CustomerCode | None = None
    limit: int = Field(default=200, ge=1, le=1000)


class OpenPersonRequest(Request[PersonRequestNoted]):
    """Put a request, or an incident, into the register. Repeatable by ``request_id``; ``in-the-future`` is refused."""

    message_name: ClassVar[str] = "customer.open_person_request"
    request_id: UUID
    kind: PersonRequestKind
    customer_code: CustomerCode | None = None
    note: Reason
    with_processors: bool = False
    received_at: Moment
    """When it came, or the incident was detected: the clocks run from then."""


class NotePersonRequest(Request[PersonRequestNoted]):
    """Note a step of a request. Repeatable by ``act_id``.

    One that has ended takes no step any more (``request-ended``); there is one extension (``extended-already``), and
    none of an incident.
    """

    message_name: ClassVar[str] = "customer.note_person_request"
    act_id: UUID
    request_id: UUID
    step: PersonRequestStep
    note: Reason
