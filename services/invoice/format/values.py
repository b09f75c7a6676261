"""What stands in the fields of an invoice. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from services.invoice.domain.invoice import Invoice, InvoiceLine, MeterFact, RelatedInvoice
from services.invoice.domain.parties import Buyer, Seller
from services.invoice.format.table import Block
from shared.money_words import amount_in_words

TITLE = "HÓA ĐƠN GIÁ TRỊ GIA TĂNG"
CURRENCY = "VND"
_GOODS = "1"
_SAME_LAW = "1"
_OWN_RATES = {"0", "5", "8", "10"}


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """What is the same on all invoices of an installation."""

    version: str
    solution_tax_code: str = ""
    """Tax code of whoever made the program; empty: the seller's own, who runs it."""
    payment: str = "TM/CK"
    """How is paid (``HTTToan``): in cash or by transfer, which is not known when an invoice is made."""
    lookup_address: str = ""
    """Where a customer looks the invoice up; empty: no address stands on it."""


def values_of(invoice: Invoice, options: FormatOptions) -> Block:
    """Return the values of all fields, by their names."""
    draft = invoice.draft
    return {
        "TTChung": _general(invoice, options),
        "NDHDon": {
            "NBan": _seller(draft.seller),
            "NMua": _buyer(draft.buyer),
            "DSHHDVu": [_line(place, line) for place, line in enumerate(draft.lines, 1)],
            "TToan": _totals(invoice),
        },
        "TTKhac": list(_further(invoice, options)),
    }


def rate_text(rate: str) -> str:
    """Return a VAT rate as the format has it: ``8`` → ``8%``, ``7.5`` → ``KHAC:07.50%``."""
    if rate in _OWN_RATES:
        return f"{rate}%"
    return f"KHAC:{Decimal(rate):05.2f}%"


def _general(invoice: Invoice, options: FormatOptions) -> Block:
    draft = invoice.draft
    values: dict[str, object] = {
        "PBan": options.version,
        "THDon": TITLE,
        "KHMSHDon": invoice.symbol.template,
        "KHHDon": invoice.symbol.series,
        "SHDon": invoice.number,
        "NLap": invoice.made_on,
        "HDCTTChinh": "0",
        "DVTTe": CURRENCY,
        "HTTToan": options.payment,
        "MSTTCGP": options.solution_tax_code or draft.seller.tax_code,
    }
    if draft.itemised is not None:
        values |= {"SBKe": draft.itemised.number, "NBKe": draft.itemised.made_on}
    if draft.related is not None:
        values["TTHDLQuan"] = _related(draft.related)
    return values


def _related(related: RelatedInvoice) -> Block:
    return {
        "TCHDon": related.relation.value,
        "LHDCLQuan": _SAME_LAW,
        "KHMSHDCLQuan": related.symbol.template,
        "KHHDCLQuan": related.symbol.series,
        "SHDCLQuan": str(related.number),
        "NLHDCLQuan": related.made_on,
        "GChu": related.reason[:255],
    }


def _seller(seller: Seller) -> Block:
    return {"Ten": seller.name, "MST": seller.tax_code, "DChi": seller.address, "SDThoai": seller.phone[:20]}


def _buyer(buyer: Buyer) -> Block:
    return {
        "Ten": buyer.name,
        "MST": buyer.tax_code,
        "MDVQHNSach": buyer.budget_code,
        "DChi": buyer.address,
        "MKHang": buyer.customer_code,
        "CCCDan": buyer.personal_number,
    }


def _line(place: int, line: InvoiceLine) -> Block:
    values: dict[str, object] = {
        "TChat": _GOODS,
        "STT": place,
        "THHDVu": line.text,
        "DVTinh": line.unit,
        "SLuong": line.quantity,
        "DGia": line.unit_price,
        "ThTien": line.amount,
        "TSuat": rate_text(line.vat_rate),
    }
    return {name: value for name, value in values.items() if value is not None}


def _totals(invoice: Invoice) -> Block:
    draft = invoice.draft
    return {
        "THTTLTSuat": [{"TSuat": rate_text(each.rate), "ThTien": each.amount, "TThue": each.vat} for each in draft.vat],
        "TgTCThue": draft.before_vat,
        "TgTThue": draft.vat_total,
        "TgTTTBSo": draft.total,
        "TgTTTBChu": amount_in_words(draft.total),
    }


def _further(invoice: Invoice, options: FormatOptions) -> Iterable[Block]:
    """Yield what stands on an invoice beyond the format: the bill, the meters, and how to look it up."""
    draft = invoice.draft
    yield _entry("Số hóa đơn tiền điện", "string", draft.bill_number)
    for meter in draft.meters:
        yield _entry(f"Công tơ {meter.meter_number} {meter.register}", "string", _meter(meter))
    yield _entry("Mã tra cứu", "string", invoice.lookup_code)
    if options.lookup_address:
        yield _entry("Địa chỉ tra cứu", "string", options.lookup_address)


def _meter(meter: MeterFact) -> str:
    return (
        f"chỉ số cũ {meter.old_reading}, chỉ số mới {meter.new_reading}, hệ số nhân {meter.multiplier}, {meter.kwh} kWh"
    )


def _entry(name: str, kind: str, value: str) -> Block:
    return {"TTruong": name, "KDLieu": kind, "DLieu": value}
