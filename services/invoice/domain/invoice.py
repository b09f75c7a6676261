"""An invoice as it is made of a bill or of its correction: lines, VAT by rate, total, what it refers to. Pure.

Amounts are whole đồng; those of an adjustment are differences and may be negative. VAT is computed once on the sum of a
rate, as the bill has it.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from services.invoice.domain.parties import Buyer, Seller
from services.invoice.domain.symbols import Symbol


class InvoiceError(ValueError):
    """No invoice can be made of this; the message says why."""


class Relation(StrEnum):
    """What an invoice does to an earlier one (TT 91/2026/TT-BTC art. 10); the value is that of ``TCHDon``."""

    REPLACES = "1"
    ADJUSTS = "2"


@dataclass(frozen=True, slots=True)
class RelatedInvoice:
    """The earlier invoice that one adjusts or replaces."""

    relation: Relation
    symbol: Symbol
    number: int
    made_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line: what was sold, how much of it, at which price."""

    text: str
    amount: int
    unit: str = ""
    quantity: int | None = None
    """None where no quantity stands on the line: reactive power, and what a list itemises."""
    unit_price: int | None = None
    vat_rate: str = ""


@dataclass(frozen=True, slots=True)
class VatSum:
    """What is sold at one rate, and its VAT."""

    rate: str
    """As the bill has it, in per cent: ``8``."""
    amount: int
    vat: int


@dataclass(frozen=True, slots=True)
class ItemisedList:
    """The list (bảng kê) that has the lines in place of the invoice: its number and day stand on the invoice."""

    number: str
    made_on: date
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class MeterFact:
    """A register of a meter at both ends of the period: allowed further content (NĐ 254/2026 art. 10(5))."""

    meter_number: str
    register: str
    old_reading: int
    new_reading: int
    multiplier: int
    kwh: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice before it has a number and a day. Raises :class:`InvoiceError` where its sums do not fit."""

    bill_number: str
    seller: Seller
    buyer: Buyer
    lines: tuple[InvoiceLine, ...]
    vat: tuple[VatSum, ...]
    total: int
    related: RelatedInvoice | None = None
    itemised: ItemisedList | None = None
    meters: tuple[MeterFact, ...] = field(default=())

    def __post_init__(self) -> None:
        by_rate: dict[str, int] = {}
        for line in self.lines:
            by_rate[line.vat_rate] = by_rate.get(line.vat_rate, 0) + line.amount
        if not self.lines:
            raise InvoiceError("an invoice needs a line")
        if len({each.rate for each in self.vat}) != len(self.vat):
            raise InvoiceError("a VAT rate stands there twice")
        if by_rate != {each.rate: each.amount for each in self.vat}:
            raise InvoiceError("the lines do not add up to what VAT is computed from")
        if self.total != self.before_vat + self.vat_total:
            raise InvoiceError("the total is not what is sold and its VAT")
        if self.itemised is not None and sum(line.amount for line in self.itemised.lines) != self.before_vat:
            raise InvoiceError("the list does not add up to what the invoice says")
        if self.related is None and self.total < 0:
            raise InvoiceError("only an adjustment may come to less than nothing")

    @property
    def before_vat(self) -> int:
        """What is sold, before VAT."""
        return sum(each.amount for each in self.vat)

    @property
    def vat_total(self) -> int:
        """VAT of all rates."""
        return sum(each.vat for each in self.vat)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice: its draft, with the number that it has for ever."""

    draft: Draft
    symbol: Symbol
    number: int
    made_on: date
    """The day of the invoice, in Vietnam."""
    lookup_code: str
