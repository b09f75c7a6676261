"""Makes the draft of an invoice from a bill: tiers as lines, or as a list (bảng kê) behind one line. Pure.

Sources: NĐ 254/2026/NĐ-CP art. 10(6) (an invoice of electricity may refer to a list of its lines, and then needs no
unit price); the wording of lines is the trade's own: ``Điện tiêu thụ tháng M năm Y từ ngày … đến ngày …``.
"""

from collections.abc import Iterable
from datetime import date

from services.invoice.domain.invoice import (
    Draft,
    InvoiceError,
    InvoiceLine,
    ItemisedList,
    MeterFact,
    RelatedInvoice,
    Relation,
    VatSum,
)
from services.invoice.domain.parties import Buyer, Seller
from shared.contracts.billing import Bill, BillLine, ChargeKind

ENERGY_UNIT = "kWh"

ADJUSTMENT_DOWN = "Điều chỉnh giảm"


def draft_of_bill(
    bill: Bill,
    seller: Seller,
    buyer: Buyer,
    *,
    related: RelatedInvoice | None = None,
    most_lines: int,
    made_on: date,
) -> Draft:
    """Return the invoice of a bill. Raises InvoiceError where its figures do not fit each other.

    ``most_lines`` is how many lines may stand on the invoice itself: with more, one line stands for all of them, and
    the list is made on ``made_on``.
    """
    if bill.charge is not None:
        _charged_for(bill)
    lines = tuple(_line(bill, line) for line in bill.lines) or (_sum_line(bill),)
    itemised = None
    if len(lines) > most_lines:
        itemised = ItemisedList(f"BK-{bill.bill_number}", made_on, lines)
        lines = (_sum_line(bill),)
    return Draft(
        bill_number=bill.bill_number,
        seller=seller,
        buyer=buyer,
        lines=lines,
        vat=(VatSum(bill.vat_rate, bill.pre_vat, bill.vat),),
        total=bill.total,
        related=related,
        itemised=itemised,
        meters=tuple(_meters(bill)),
    )


def draft_of_reduction(
    bill: Bill, seller: Seller, buyer: Buyer, *, related: RelatedInvoice, principal: int, vat: int
) -> Draft:
    """Return the invoice that adjusts one downwards by what was taken off its bill; amounts negative.

    ``principal`` and ``vat`` are what was taken off, in đồng, not negative. Raises InvoiceError.
    """
    text = f"{ADJUSTMENT_DOWN}: {_energy(bill) if bill.charge is None else _charged_for(bill)}"
    return Draft(
        bill_number=bill.bill_number,
        seller=seller,
        buyer=buyer,
        lines=(InvoiceLine(text, -principal, vat_rate=bill.vat_rate),),
        vat=(VatSum(bill.vat_rate, -principal, -vat),),
        total=-(principal + vat),
        related=related,
    )


def needs_invoice(bill: Bill) -> bool:
    """Return whether something was sold, or an earlier invoice has to be corrected.

    A bill of 0 đồng sells nothing. Interest on what was paid late is no price of electricity: no rule was found that
    wants a VAT invoice of it, so it has none until one is named.
    """
    return bill.corrects is not None or (bill.total != 0 and bill.charge is not ChargeKind.LATE_INTEREST)


def relation_of(kind: str) -> Relation:
    """Return what a correcting bill of this kind makes of its invoice: ``adjustment`` or ``replacement``."""
    return {"adjustment": Relation.ADJUSTS, "replacement": Relation.REPLACES}[kind]


def _energy(bill: Bill) -> str:
    return (
        f"Điện tiêu thụ tháng {bill.month} năm {bill.year} "
        f"từ ngày {bill.period_from:%d/%m/%Y} đến ngày {bill.period_to:%d/%m/%Y}"
    )


def _charged_for(bill: Bill) -> str:
    """Return what a charge is for, which stands in its line alone. Raises InvoiceError."""
    if not bill.lines:
        raise InvoiceError("its lines are in the archive: bring the month back, then have it tried again")
    return bill.lines[0].label


def _line(bill: Bill, line: BillLine) -> InvoiceLine:
    if bill.charge is not None:
        return InvoiceLine(line.label, line.amount, vat_rate=bill.vat_rate)
    text = f"{_energy(bill)} - {line.label}" if line.label else _energy(bill)
    if (line.period_from, line.period_to) != (bill.period_from, bill.period_to):
        text += f" ({line.period_from:%d/%m/%Y} - {line.period_to:%d/%m/%Y})"
    if line.kwh == 0:  # reactive power: money without energy
        return InvoiceLine(text, line.amount, vat_rate=bill.vat_rate)
    return InvoiceLine(text, line.amount, ENERGY_UNIT, line.kwh, line.unit_price, bill.vat_rate)


def _sum_line(bill: Bill) -> InvoiceLine:
    # The lines of an old bill may be in the archive.
    energy = sum(line.kwh for line in bill.lines) or bill.kwh
    return InvoiceLine(_energy(bill), bill.pre_vat, ENERGY_UNIT, energy, None, bill.vat_rate)


def _meters(bill: Bill) -> Iterable[MeterFact]:
    for each in bill.readings:
        yield MeterFact(
            each.meter_number, each.meter_register, each.old_reading, each.new_reading, each.multiplier, each.kwh
        )
