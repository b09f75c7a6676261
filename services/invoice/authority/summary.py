"""A summary of invoices for the tax authority (01/TH-HĐĐT): what stands in it. Pure.

Sources: NĐ 254/2026/NĐ-CP art. 16(3)(a.1.2) (what is told by summary), TT 91/2026/TT-BTC art. 10 (what a correction
says of the summary that it corrects: status, period, the earlier invoice). A row is made of the signed document itself,
not of the columns beside it: the authority is told what the customer has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lxml import etree

from services.invoice.authority.rules import Period, PeriodKind
from services.invoice.domain.symbols import read_symbol
from services.invoice.format.table import Block

FORM = "01/TH-HĐĐT"
TITLE = "Bảng tổng hợp dữ liệu hóa đơn điện tử"
_OTHER_GOODS = "9"
_SAME_LAW = "1"
_STATUS = {None: "0", "adjusts": "2", "replaces": "3"}


class SummaryError(ValueError):
    """No summary can be made; the message says why."""


@dataclass(frozen=True, slots=True)
class InvoiceToTell:
    """A signed invoice as a summary tells of it, with where the invoice that it corrects was told of."""

    invoice_id: UUID
    symbol: str
    number: int
    made_on: date
    relation: str | None
    data: bytes
    related_symbol: str | None = None
    related_number: int | None = None
    told_kind: str | None = None
    """Of the summary that told of the related invoice."""
    told_first: date | None = None
    told_last: date | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a summary says of itself."""

    version: str
    period: Period
    number: int
    supplement: int
    """0: what is told first of the period."""
    made_on: date
    seller_name: str
    seller_tax_code: str


@dataclass(frozen=True, slots=True)
class Sums:
    """What rows add up to, đồng."""

    before_vat: int
    vat: int
    total: int


def summary_values(heading: Heading, rows: Sequence[Block]) -> Block:
    """Return the values of a summary's fields, by their names."""
    general: dict[str, object] = {
        "PBan": heading.version,
        "MSo": FORM,
        "Ten": TITLE,
        "SBTHDLieu": heading.number,
        "LKDLieu": heading.period.kind.letter,
        "KDLieu": heading.period.text,
        "LDau": "1" if heading.supplement == 0 else "0",
        "NLap": heading.made_on,
        "TNNT": heading.seller_name,
        "MST": heading.seller_tax_code,
        "HDDIn": "0",
        "LHHoa": _OTHER_GOODS,
        "DVTTe": "VND",
    }
    if heading.supplement:
        general["BSLThu"] = heading.supplement
    return {"TTChung": general, "NDBTHDLieu": {"DSDLieu": list(rows)}}


def rows_of(invoice: InvoiceToTell, place: int, period: Period, goods: str) -> list[Block]:
    """Return the rows of an invoice, one for each VAT rate; ``place`` is that of the first."""
    root = etree.fromstring(invoice.data)
    by_rate = list(_rates(root))
    if not by_rate:
        raise SummaryError(f"{invoice.symbol} {invoice.number} has no sum")
    buyer = root.find("NDHDon/NMua")
    assert buyer is not None  # noqa: S101 - the table of fields demands it
    symbol = read_symbol(invoice.symbol)
    shared: dict[str, object] = {
        "KHMSHDon": symbol.template,
        "KHHDon": symbol.series,
        "SHDon": invoice.number,
        "NLap": invoice.made_on,
        "TNMua": buyer.findtext("Ten") or "",
        "MSTNMua": buyer.findtext("MST") or "",
        "MKHang": buyer.findtext("MKHang") or "",
        "THHDVu": goods,
        "TThai": _STATUS[invoice.relation],
    }
    shared |= _related(invoice, period)
    rows: list[Block] = []
    for offset, (rate, amount, vat) in enumerate(by_rate):
        quantity = _quantity(root, rate)
        values = shared | {
            "STT": place + offset,
            "TTCThue": amount,
            "TSuat": rate,
            "TgTThue": vat,
            "TgTTToan": amount + vat,
        }
        if quantity:
            values |= {"DVTinh": "kWh", "SLuong": quantity}
        rows.append(values)
    return rows


def sums_of(rows: Sequence[Block]) -> Sums:
    """Return what rows add up to."""
    before_vat, vat, total = (sum(int(str(row[name])) for row in rows) for name in ("TTCThue", "TgTThue", "TgTTToan"))
    return Sums(before_vat, vat, total)


def read_sums(data: bytes) -> tuple[int, Sums]:
    """Return of a summary as it is stored how many rows it has, and what they add up to."""
    rows = etree.fromstring(data).findall("NDBTHDLieu/DSDLieu/DLieu")
    before_vat, vat, total = (
        sum(int(row.findtext(name) or 0) for row in rows) for name in ("TTCThue", "TgTThue", "TgTTToan")
    )
    return len(rows), Sums(before_vat, vat, total)


def seller_name(data: bytes) -> str:
    """Return the seller's name as an invoice has it."""
    return etree.fromstring(data).findtext("NDHDon/NBan/Ten") or ""


def _rates(root: etree._Element) -> Iterator[tuple[str, int, int]]:
    for each in root.iterfind("NDHDon/TToan/THTTLTSuat/LTSuat"):
        yield (
            each.findtext("TSuat") or "",
            int(each.findtext("ThTien") or 0),
            int(each.findtext("TThue") or 0),
        )


def _quantity(root: etree._Element, rate: str) -> int:
    lines = root.iterfind("NDHDon/DSHHDVu/HHDVu")
    return sum(int(line.findtext("SLuong") or 0) for line in lines if line.findtext("TSuat") == rate)


def _related(invoice: InvoiceToTell, period: Period) -> dict[str, object]:
    if invoice.related_symbol is None or invoice.related_number is None:
        return {}
    symbol = read_symbol(invoice.related_symbol)
    values: dict[str, object] = {
        "LHDCLQuan": _SAME_LAW,
        "KHMSHDCLQuan": symbol.template,
        "KHHDCLQuan": symbol.series,
        "SHDCLQuan": str(invoice.related_number),
    }
    if invoice.told_kind and invoice.told_first and invoice.told_last and invoice.told_first != period.first:
        told = Period(kind=PeriodKind(invoice.told_kind), first=invoice.told_first, last=invoice.told_last)
        values |= {"LKDLDChinh": told.kind.letter, "KDLDChinh": told.text}
    return values
