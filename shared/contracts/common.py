"""Values that messages of several owners are made of."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.message import Record
from shared.contracts.uses import Households, Uses

CustomerCode = Annotated[str, StringConstraints(pattern=r"^P[A-Z][0-9A-Z]{9,11}$")]
"""Mã khách hàng: 11 to 13 characters; the first six name the managing unit."""

CollectorCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_.-]{2,20}$")]
UnitCode = Annotated[str, StringConstraints(pattern=r"^P[A-Z][0-9A-Z]{4}$")]
RouteCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_.-]{2,24}$")]
CollectionPointCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_.-]{2,24}$")]
MeterNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z][0-9A-Z./-]{0,29}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")]
"""E.164."""

Dong = Annotated[int, Field(ge=-(10**15), le=10**15)]
"""An amount in đồng; always a whole number."""

PositiveDong = Annotated[int, Field(gt=0, le=10**12)]
Moment = AwareDatetime
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class Collector(Record):
    """The person at the door, as printed on documents and named in SMS."""

    collector_code: CollectorCode
    name: str
    phone: str


class Unit(Record):
    """The managing unit (Điện lực) that sells the electricity, as printed on documents."""

    unit_code: UnitCode
    name: str
    address: str
    tax_code: str
    phone: str


class Meter(Record):
    """One meter of a customer."""

    meter_number: str
    multiplier: int = 1
    digits: int = 5
    """Number of digits before the register rolls over to zero."""
    max_amperes: int | None = None
    """The current up to which it measures, as its plate says: 40 of one for 10(40) A. None where nobody has told."""
    phases: int | None = None
    """1 or 3; None where nobody has told."""
    ct_ratio: str | None = None
    """Of its current transformers (TI): ``100/5`` or ``20``; None where nobody has told."""
    vt_ratio: str | None = None
    """Of its voltage transformers (TU): ``22000/100`` or ``220``; None where nobody has told, or there are none."""


class SmsLanguage(StrEnum):
    """Language of the SMS to a customer."""

    VIETNAMESE = "vi"
    """Without accents: one segment."""
    ACCENTED = "vi-accents"
    """Vietnamese with accents: up to two segments."""
    ENGLISH = "en"


class CustomerFacts(Record):
    """The contract facts of a customer as billing, documents and SMS need them; a snapshot at the time of the event."""

    customer_code: CustomerCode
    name: str
    address: str
    phone: Phone | None = None
    tax_code: str | None = None
    unit: Unit
    route_code: RouteCode
    place_in_route: int
    collector: Collector
    price_group: Uses
    """A price group, or a mix such as ``household:70;business_lt6kv:30`` in per cent."""
    households: Households = Households("1")
    """Number of households on the meter; a decimal in steps of 0.25 as text."""
    meter: Meter | None = None
    active: bool = True
    sms_language: SmsLanguage | None = None
    """In which language the customer wants SMS; None: as the unit has it."""
    protected: bool = False
    """Electricity must not be cut off, whatever is owed: a patient on a device, say. The reason stays with the customer
    service."""
    ward: str | None = None
    """The ward of today (``Phường An Xuyên``), where the unit's list has it in a column of its own."""
    address_old: str | None = None
    """The address before the reform of administrative units; documents show ``address``."""
    budget_code: str | None = None
    """Of a unit of the state budget: 7 digits, which stand on its invoices."""
    version: int
    """Increases with each change of the customer; the greater version wins."""


class DisputedBills(Record):
    """The bills of a customer that complaints are open about, and what is owed besides."""

    bill_numbers: list[str]
    """Those that complaints name, with what corrected them and what they correct; paid ones, too."""
    debt: Dong
    """What is open of them, đồng; part of the account's debt."""
    other_due_date: date | None = None
    """Of the oldest open bill that nobody complains about; None where there is none."""


class AccountState(Record):
    """What a customer owes after an event, so that a reader needs no history."""

    customer_code: CustomerCode
    version: int
    """Increases with each change of the account; the greater version wins."""
    debt: Dong
    """Open principal and VAT of all bills, đồng."""
    credit: Dong
    """Overpayment kept for the next bill, đồng."""
    open_bills: int
    oldest_due_date: date | None = None
    disputed: DisputedBills | None = None
    """None where no complaint about a bill is open, and from a version before."""


class Language(StrEnum):
    """Language of documents and screens."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


class Outcome(StrEnum):
    """What came of a collector's stay at a customer's door."""

    MET = "met"
    """The customer was met and gets a notice to check; what follows is a payment or ``CANNOT_PAY``."""
    AWAY = "away"
    """Nobody was home: the notice is left at the door and a reminder is sent."""
    CANNOT_PAY = "cannot_pay"
    """The customer keeps the notice and does not pay now."""


class NextStep(StrEnum):
    """Where a customer stands in the procedure."""

    DUE = "due"
    """Owes and has not been visited for this debt."""
    REVISIT = "revisit"
    """Comes back in the route."""
    COLLECTION_POINT = "collection_point"
    """Takes the notice to a bank, a post office or another collection point."""
    SETTLED = "settled"
    """Owes nothing."""


class PaymentMethod(StrEnum):
    """How the money came."""

    CASH = "cash"
    TRANSFER = "transfer"
    COLLECTION_POINT = "collection_point"


__all__ = [
    "AccountState",
    "CollectionPointCode",
    "Collector",
    "CollectorCode",
    "CustomerCode",
    "CustomerFacts",
    "DisputedBills",
    "Dong",
    "Households",
    "Language",
    "Meter",
    "MeterNumber",
    "Moment",
    "NextStep",
    "Outcome",
    "PaymentMethod",
    "Phone",
    "PositiveDong",
    "Reason",
    "RouteCode",
    "SmsLanguage",
    "Unit",
    "UnitCode",
    "Uses",
]
