"""Invoices for the tests: a household's, a company's, one with a list, one that adjusts."""

from datetime import UTC, date, datetime
from typing import Any

from services.invoice.domain.bills import draft_of_bill
from services.invoice.domain.invoice import Draft, Invoice, RelatedInvoice, Relation
from services.invoice.domain.parties import Buyer, Seller, buyer_of, seller_of
from services.invoice.domain.symbols import read_symbol
from services.invoice.format.files import load_fields
from services.invoice.format.values import FormatOptions, values_of
from services.invoice.format.writer import write_data
from shared.contracts.billing import Bill, BillLine, MeterReading
from shared.testing import builders

TABLE = load_fields()
OPTIONS = FormatOptions(version=TABLE.version, lookup_address="https://thungan.example")
SIGNED_AT = datetime(2026, 11, 5, 3, 4, 5, tzinfo=UTC)
MADE_ON = date(2026, 11, 5)
LOOKUP_CODE = "ABCDEFGH234567AB"

_TIERS = ((50, 1984), (50, 2050), (100, 2380), (100, 2998), (100, 3350), (10**6, 3460))


def seller() -> Seller:
    return seller_of("ĐIỆN LỰC CÀ MAU", "9900000016", "Số 118 đường Nguyễn Tất Thành, tỉnh Cà Mau", "19001006")


def buyer(**changes: Any) -> Buyer:
    facts: dict[str, Any] = {
        "customer_code": builders.CUSTOMER_CODE,
        "name": "NGUYỄN THỊ HỒNG HẠNH",
        "address": "Số 125/7 đường Phan Ngọc Hiển, khóm 6, phường An Xuyên, tỉnh Cà Mau",
    }
    return buyer_of(**facts | changes)


def tiers(kwh: int, bill_from: date, bill_to: date) -> list[BillLine]:
    lines, left = [], kwh
    for tier, (width, price) in enumerate(_TIERS, 1):
        used = min(left, width)
        if used:
            lines.append(
                BillLine(
                    label=f"Bậc {tier}",
                    decision="1279/QĐ-BCT",
                    period_from=bill_from,
                    period_to=bill_to,
                    kwh=used,
                    unit_price=price,
                    amount=used * price,
                )
            )
        left -= used
    return lines


def bill(kwh: int = 287, **changes: Any) -> Bill:
    lines = tiers(kwh, date(2026, 10, 1), date(2026, 10, 31))
    pre_vat = sum(line.amount for line in lines)
    reading = MeterReading(meter_number="21034567", old_reading=10123, new_reading=10123 + kwh, multiplier=1, kwh=kwh)
    facts: dict[str, Any] = {"kwh": kwh, "lines": lines, "readings": [reading]}
    return builders.bill(pre_vat=pre_vat, vat=(pre_vat * 8 + 50) // 100, **facts | changes)


def related(relation: Relation = Relation.REPLACES) -> RelatedInvoice:
    return RelatedInvoice(relation, read_symbol("1K26TAA"), 41, date(2026, 10, 5), "Ghi sai chỉ số")


def draft(of: Bill | None = None, *, most_lines: int = 20, **changes: Any) -> Draft:
    facts: dict[str, Any] = {"buyer": buyer(), "most_lines": most_lines, "made_on": MADE_ON} | changes
    return draft_of_bill(of or bill(), seller(), **facts)


def invoice(of: Draft | None = None, number: int = 42) -> Invoice:
    return Invoice(of or draft(), read_symbol("1K26TAA"), number, MADE_ON, LOOKUP_CODE)


def data(of: Invoice | None = None) -> bytes:
    return write_data(TABLE, values_of(of or invoice(), OPTIONS))
