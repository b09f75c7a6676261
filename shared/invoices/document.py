"""What an invoice says, read from its XML for showing it. Pure.

The XML is what counts, and is given away with its signature; whoever wants to know that nobody has changed it verifies
that. What is read here comes from our own register.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

_DS = "{http://www.w3.org/2000/09/xmldsig#}"


@dataclass(frozen=True, slots=True)
class Party:
    """Who sells or buys."""

    name: str
    address: str
    tax_code: str
    phone: str = ""
    customer_code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: texts as they stand in the document, amounts in đồng."""

    text: str
    amount: int
    unit: str = ""
    quantity: str = ""
    price: str = ""
    rate: str = ""


@dataclass(frozen=True, slots=True)
class VatRow:
    """What is sold at one rate, and its VAT."""

    rate: str
    amount: int
    vat: int


@dataclass(frozen=True, slots=True)
class Related:
    """The earlier invoice that this one adjusts or replaces."""

    replaces: bool
    symbol: str
    number: int
    made_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class InvoicePaper:
    """An invoice as it is shown."""

    title: str
    symbol: str
    """Template and symbol: ``1K26TAA``."""
    number: int
    made_on: date
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    vat: tuple[VatRow, ...]
    before_vat: int
    vat_total: int
    total: int
    in_words: str
    further: tuple[tuple[str, str], ...]
    """What stands on it beyond the format: meters, the bill, how to look it up."""
    related: Related | None
    list_number: str
    """Of the list (bảng kê) that has the lines; empty where they stand on the invoice."""
    signed_at: datetime | None
    signer: str


def read_paper(document: bytes) -> InvoicePaper:
    """Read a document. Raises ValueError for what is no invoice of the format."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"it is no XML: {error.msg}") from error
    data = root.find("DLHDon")
    general, content = root.find("DLHDon/TTChung"), root.find("DLHDon/NDHDon")
    if data is None or general is None or content is None:
        raise ValueError("it is no invoice")
    totals = _part(content, "TToan")
    signed = root.findtext(f"DSCKS/NBan/{_DS}Signature//{{*}}SigningTime")
    return InvoicePaper(
        title=_text(general, "THDon"),
        symbol=_text(general, "KHMSHDon") + _text(general, "KHHDon"),
        number=int(_text(general, "SHDon")),
        made_on=date.fromisoformat(_text(general, "NLap")),
        seller=_party(_part(content, "NBan")),
        buyer=_party(_part(content, "NMua")),
        lines=tuple(_line(each) for each in content.iterfind("DSHHDVu/HHDVu")),
        vat=tuple(
            VatRow(_text(each, "TSuat"), _amount(each, "ThTien"), _amount(each, "TThue"))
            for each in totals.iterfind("THTTLTSuat/LTSuat")
        ),
        before_vat=_amount(totals, "TgTCThue"),
        vat_total=_amount(totals, "TgTThue"),
        total=_amount(totals, "TgTTTBSo"),
        in_words=_text(totals, "TgTTTBChu"),
        further=tuple(_further(data)),
        related=_related(general),
        list_number=_text(general, "SBKe"),
        signed_at=None if signed is None else datetime.fromisoformat(signed),
        signer=root.findtext(f"DSCKS/NBan/{_DS}Signature//{_DS}X509SubjectName") or "",
    )


def _part(parent: etree._Element, name: str) -> etree._Element:
    found = parent.find(name)
    if found is None:
        raise ValueError(f"{name} is missing")
    return found


def _text(parent: etree._Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def _amount(parent: etree._Element, name: str) -> int:
    return int(_text(parent, name) or "0")


def _party(part: etree._Element) -> Party:
    return Party(
        name=_text(part, "Ten"),
        address=_text(part, "DChi"),
        tax_code=_text(part, "MST"),
        phone=_text(part, "SDThoai"),
        customer_code=_text(part, "MKHang"),
    )


def _line(part: etree._Element) -> Line:
    return Line(
        text=_text(part, "THHDVu"),
        amount=_amount(part, "ThTien"),
        unit=_text(part, "DVTinh"),
        quantity=_text(part, "SLuong"),
        price=_text(part, "DGia"),
        rate=_text(part, "TSuat"),
    )


def _related(general: etree._Element) -> Related | None:
    part = general.find("TTHDLQuan")
    if part is None:
        return None
    day = _text(part, "NLHDCLQuan")
    return Related(
        replaces=_text(part, "TCHDon") == "1",
        symbol=_text(part, "KHMSHDCLQuan") + _text(part, "KHHDCLQuan"),
        number=int(_text(part, "SHDCLQuan")),
        made_on=date.fromisoformat(day) if day else None,
        reason=_text(part, "GChu"),
    )


def _further(data: etree._Element) -> Iterator[tuple[str, str]]:
    for each in data.iterfind("TTKhac/TTin"):
        yield _text(each, "TTruong"), _text(each, "DLieu")
