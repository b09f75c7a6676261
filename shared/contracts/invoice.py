"""Messages that the invoice service owns, and where invoices are looked up."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.common import CustomerCode, Moment
from shared.contracts.message import Event, Record, Reply, Request
from shared.contracts.personal_data import PersonHeld

BILLS_AT_ONCE = 20
"""Bills that are wanted at once: the answer is an event, which is no larger than 256 KiB."""


class BillsWanted(Event):
    """Bills are to be invoiced: billing tells what they say."""

    message_name: ClassVar[str] = "bills.wanted"
    bill_ids: list[UUID] = Field(max_length=BILLS_AT_ONCE)


INVOICES_AT_ONCE = 500
"""Invoices that are told of at once: an event is no larger than 256 KiB."""


class InvoiceState(StrEnum):
    """What an invoice is to a bill (TT 91/2026/TT-BTC art. 10)."""

    NEW = "new"
    """The first one: it refers to none."""
    ADJUSTS = "adjusts"
    """It has what an earlier one has too much or too little."""
    REPLACES = "replaces"
    """It takes the place of an earlier one."""


class IssuedInvoice(Record):
    """An invoice that is numbered and signed, as others quote it; it never changes."""

    invoice_id: UUID
    bill_id: UUID
    """The bill; of an adjustment downwards, the one that it takes something off."""
    bill_number: str
    template: str
    """Mẫu số: ``1``."""
    symbol: str
    """Ký hiệu, without the template: ``K26TAA``."""
    number: int
    made_on: date
    """The day of the invoice, in Vietnam."""
    lookup_code: str
    state: InvoiceState
    link: str = ""
    """SHA-256 as hexadecimal digits: stands for this invoice and all before it in its row of numbers; empty of one that
    a version before has numbered."""
    customer_code: str = ""
    """Empty from a version before."""
    due_on: date | None = None
    """Until when its bill is to be paid; None of one that a version before has numbered."""


class InvoicesIssued(Event):
    """Invoices are signed: from now on they may be quoted."""

    message_name: ClassVar[str] = "invoices.issued"
    lookup_address: str
    """Where customers look invoices up by their codes."""
    invoices: list[IssuedInvoice] = Field(max_length=INVOICES_AT_ONCE)


INVOICE_PATH = "/hd"
"""Where customers look invoices up, behind the gateway's host: printed on invoices and on receipts."""


class InvoiceLine(Record):
    """A line of the list (bảng kê) of an invoice that has its lines there."""

    text: str
    amount: int
    unit: str = ""
    quantity: int | None = None
    unit_price: int | None = None
    vat_rate: str = ""


class ItemisedList(Record):
    """The list (bảng kê) of an invoice: its number and day stand on the invoice."""

    number: str
    made_on: date
    lines: list[InvoiceLine]


class LaterInvoice(Record):
    """An invoice that adjusts or replaces the one that was looked up."""

    template: str
    symbol: str
    number: int
    made_on: date
    state: InvoiceState


class LookedUpInvoice(Record):
    """An invoice as whoever has its code sees it. Who buys is masked until something of the paper is known."""

    template: str
    symbol: str
    number: int
    made_on: date
    state: InvoiceState
    seller_name: str
    seller_tax_code: str
    buyer_name: str
    buyer_address: str
    before_vat: int
    vat: int
    total: int
    signed_at: Moment
    followed_by: list[LaterInvoice] = Field(default_factory=list)
    """The earliest first."""


class LookupReply(Reply):
    """What a look-up code leads to."""

    invoice: LookedUpInvoice | None
    """None where no signed invoice has the code."""
    lookup_code: str = ""
    """The code as the invoice has it."""
    opened: bool = False
    """Whether the customer code was the invoice's: only then is there a document, and the buyer is not masked."""
    document: str = ""
    """The signed XML, as it is given away."""
    itemised: ItemisedList | None = None


class LookUpInvoice(Request[LookupReply]):
    """Look an invoice up by the code that stands on it, on a receipt or in an SMS; a bad code is an answer."""

    message_name: ClassVar[str] = "invoice.look_up"
    typed: str = Field(min_length=1, max_length=200)
    customer_code: str = Field(default="", max_length=40)
    """Something that whoever holds the paper knows."""
    buyer_name: str = Field(default="", max_length=400)
    """Where it is given, it has to be the buyer's, too; accents and capitals do not count."""


class SummaryState(StrEnum):
    """Where a summary for the tax authority stands."""

    MADE = "made"
    """Nobody has had it sent yet."""
    ORDERED = "ordered"
    SENT = "sent"
    """The provider has it, or may have it."""
    RECEIVED = "received"
    """The provider has said so."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """By the provider or the authority: a person acts."""


class AuthoritySummary(Record):
    """A summary of invoices for the tax authority (01/TH-HĐĐT), and what has become of it."""

    summary_id: UUID
    seller_tax_code: str
    period: str
    """``2026-11``, or ``2026-Q4``."""
    number: int
    """Among those of the period, from 1 on."""
    supplement: int
    """0: told first; else the number of the supplement."""
    invoices: int
    before_vat: int
    vat: int
    total: int
    """đồng; may be negative, where more was taken off than billed."""
    due_on: date
    made_at: Moment
    made_by: str
    state: SummaryState
    problem: str
    message_code: str | None


class AuthoritySummaries(Reply):
    """Summaries, the latest period first."""

    summaries: list[AuthoritySummary]


class GetAuthoritySummaries(Request[AuthoritySummaries]):
    """Read summaries of invoices for the tax authority."""

    message_name: ClassVar[str] = "invoice.summaries"
    period: str | None = Field(default=None, pattern=r"^[0-9]{4}-([0-9]{2}|Q[1-4])$")
    limit: int = Field(default=100, ge=1, le=500)


class GetInvoicePerson(Request[PersonHeld]):
    """Read what the invoice service holds of a customer as a person."""

    message_name: ClassVar[str] = "invoice.person"
    customer_code: CustomerCode
