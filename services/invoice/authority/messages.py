"""Messages to the tax authority: what stands around their contents. Pure.

The same facts give the same bytes, so that a message that is sent again is the same message.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.invoice.authority.rules import AuthorityRule
from services.invoice.domain.symbols import Symbol
from services.invoice.format.table import Block, FieldTable
from services.invoice.format.writer import write_data
from services.invoice.signatures.xml_signature import SigningCertificate, signed_element

INVOICE, ERROR_NOTICE, SUMMARY = "203", "300", "400"
"""Kinds (``MLTDiep``)."""

TAXPAYER = "NNT"
NOTICE_FORM = "04/SS-HĐĐT"
NOTICE_TITLE = "Thông báo hóa đơn điện tử có sai sót"
_OWN_NOTICE = "1"
_ELECTRONIC = "1"
_EXPLAINED = "4"

_ROOTS = {SUMMARY: ("BTHDLieu", TAXPAYER), ERROR_NOTICE: ("TBao", TAXPAYER), INVOICE: ("HDon", "NBan")}


class NoticeError(ValueError):
    """No notice of an error can be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The codes of whoever sends and receives (``MNGui``, ``MNNhan``), which the provider gives."""

    sender: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message says of itself."""

    message_code: str
    kind: str
    seller_tax_code: str
    count: int
    """Of what is in it: rows of a summary, invoices."""


@dataclass(frozen=True, slots=True)
class SignedContent:
    """What is in a message, and its signature."""

    data: bytes
    signed_at: datetime
    signature: bytes
    certificate: SigningCertificate


def message_code(sender: str, message_id: UUID) -> str:
    """Return the code of a message (``MTDiep``): the sender's code and 32 digits and capitals."""
    return f"{sender}{message_id.hex.upper()}"


def message_document(table: FieldTable, envelope: Envelope, addresses: Addresses, content: SignedContent) -> bytes:
    """Return a message as it is sent."""
    header: Block = {
        "PBan": table.version,
        "MNGui": addresses.sender or envelope.seller_tax_code,
        "MNNhan": addresses.receiver,
        "MLTDiep": envelope.kind,
        "MTDiep": envelope.message_code,
        "MST": envelope.seller_tax_code,
        "SLuong": envelope.count,
    }
    root, signer = _ROOTS[envelope.kind]
    return b"".join(
        (
            b'<?xml version="1.0" encoding="UTF-8"?>\n<TDiep>',
            write_data(table, header, data_id=None),
            b"<DLieu>",
            signed_element(
                content.data, content.signed_at, content.signature, content.certificate, root=root, signer=signer
            ),
            b"</DLieu></TDiep>",
        )
    )


def notice_values(
    version: str,
    rule: AuthorityRule,
    seller: tuple[str, str],
    invoice: tuple[Symbol, int, date],
    reason: str,
    today: date,
) -> Block:
    """Return the values of a notice of a wrong name or address, which is explained and leaves its invoice as it is.

    ``seller`` is tax code and name. Raises NoticeError where the rules name no tax authority.
    """
    if rule.authority is None or not rule.place:
        raise NoticeError(f"the rules name no tax authority and no place for {seller[0]}")
    symbol, number, made_on = invoice
    return {
        "PBan": version,
        "MSo": NOTICE_FORM,
        "Ten": NOTICE_TITLE,
        "Loai": _OWN_NOTICE,
        "MCQT": rule.authority.code,
        "TCQT": rule.authority.name,
        "TNNT": seller[1],
        "MST": seller[0],
        "DDanh": rule.place,
        "NTBao": today,
        "DSHDon": [
            {
                "STT": 1,
                "KHMSHDon": symbol.template,
                "KHHDon": symbol.series,
                "SHDon": str(number),
                "Ngay": made_on,
                "LADHDDT": _ELECTRONIC,
                "TCTBao": _EXPLAINED,
                "LDo": reason,
            }
        ],
    }
