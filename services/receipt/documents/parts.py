"""Blocks that several documents share."""

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from services.receipt.documents.vietqr import BankAccount
from services.receipt.documents.words import NO_BREAK, Words, second_of_signing
from services.receipt.domain.series import format_lookup_code
from shared.contracts.common import CustomerFacts, Unit
from shared.money import format_dong, format_number
from shared.printing.document import Block, Cell, Columns, QrCode, Rule, Text
from shared.text import tidy, without_pictures


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """What an installation prints that no message carries."""

    company_name: str = ""
    """Printed above the unit's name; empty leaves it out."""
    check_url: str = "https://thungan.example"
    """Where receipts can be checked: scheme and host of the gateway."""
    bank_account: BankAccount | None = None
    """Receives transfers by VietQR; None prints no payment code."""
    compact_units: tuple[str, ...] = ()
    """Patterns of the codes of units whose papers say the same in fewer lines; ``*`` stands for any characters."""

    def is_compact(self, unit_code: str) -> bool:
        """Return whether a unit has the compact layout."""
        return any(fnmatchcase(unit_code, pattern) for pattern in self.compact_units)


@dataclass(frozen=True, slots=True)
class Seal:
    """The signature of a receipt as printed."""

    token: str
    lookup_code: str
    signer: str
    signed_at: datetime
    is_signed: bool = True
    """False of a receipt that was issued while nothing could sign."""


def check_address(check_url: str, token: str) -> str:
    """Return the address in the QR code: small letters before the token, because cameras of some phones open no other.

    The token's capitals and digits stay in the tighter mode.
    """
    return f"{check_url}/r/".lower() + token


def written(text: str) -> str:
    """Return what a person wrote, for paper: without pictures, which have no glyph; a dash where nothing is left."""
    return tidy(without_pictures(text)) or "–"


def heading(text: str) -> Text:
    """Return the title of a document."""
    return Text(text=text, align="center", weight="bold")


def centered(text: str) -> Text:
    """Return a line in the middle."""
    return Text(text=text, align="center")


def pair(label: str, value: str, *, strong: bool = False) -> Columns:
    """Return a label on the left with its value, never broken, on the right."""
    weight = "bold" if strong else "regular"
    return Columns(cells=(Cell(text=label, weight=weight), Cell(text=value, align="right", weight=weight, keep=True)))


def amount(label: str, value: int, *, strong: bool = False) -> Columns:
    """Return a label with an amount; the unit is that of the column, đồng."""
    return pair(label, format_number(value), strong=strong)


def big_amount(label: str, value: int) -> list[Block]:
    """Return the one amount that everybody looks for, twice as large, between double lines.

    Where both do not fit side by side, the amount stands below its label.
    """
    text = format_dong(value).replace(" ", NO_BREAK)
    return [
        Rule(style="double"),
        Columns(
            cells=(
                Cell(text=label.replace(" ", NO_BREAK), weight="bold", keep=True),
                Cell(text=text, align="right", weight="bold", keep=True),
            ),
            size=2,
        ),
        Rule(style="double"),
    ]


def seller(unit: Unit, options: DocumentOptions, words: Words, *, compact: bool = False) -> list[Block]:
    """Return who sells the electricity: name, tax code, address, hotline."""
    lines: list[Block] = [centered(options.company_name)] if options.company_name else []
    lines.append(heading(unit.name))
    if compact and unit.tax_code and unit.phone:
        lines.append(centered(words("seller_codes", code=unit.tax_code, phone=unit.phone.replace(" ", NO_BREAK))))
        return [*lines, centered(unit.address)] if unit.address else lines
    lines += [centered(words("tax_code", value=unit.tax_code))] if unit.tax_code else []
    lines += [centered(unit.address)] if unit.address else []
    lines += [centered(words("hotline", value=unit.phone))] if unit.phone else []
    return lines


def buyer(customer: CustomerFacts, words: Words, *, with_phone: bool = False, compact: bool = False) -> list[Block]:
    """Return who buys it: name, code, address, tax code where there is one."""
    if compact:
        both = words("customer_and_code", name=customer.name, code=customer.customer_code)
        lines: list[Block] = [Text(text=both, weight="bold"), Text(text=customer.address)]
    else:
        lines = [
            Text(text=words("customer", value=customer.name), weight="bold"),
            Text(text=words("customer_code", value=customer.customer_code)),
            Text(text=words("address", value=customer.address)),
        ]
    if with_phone and customer.phone:
        lines.append(Text(text=words("phone", value=local_phone(customer.phone))))
    if customer.tax_code:
        lines.append(Text(text=words("tax_code", value=customer.tax_code)))
    return lines


def local_phone(phone: str) -> str:
    """Return a Vietnamese number as people dial it: ``+84912345678`` → ``0912 345 678``."""
    if not phone.startswith("+84") or len(phone) != 12:
        return phone
    digits = "0" + phone[3:]
    return NO_BREAK.join((digits[:4], digits[4:7], digits[7:]))


def signature(
    seal: Seal, options: DocumentOptions, words: Words, *, caption: str = "scan_to_check", compact: bool = False
) -> list[Block]:
    """Return who signed and when, how to look it up, and the QR code with the whole signed token."""
    host = options.check_url.split("://", 1)[-1]
    if not seal.is_signed:
        return [
            Rule(style="dashed"),
            heading(words("not_signed")),
            Text(text=words("not_signed_text")),
            Text(text=words("lookup_short", address=f"{host}/R", code=format_lookup_code(seal.lookup_code))),
            QrCode(data=check_address(options.check_url, seal.token), caption=words(caption)),
        ]
    code = QrCode(data=check_address(options.check_url, seal.token), caption=words(caption))
    if compact:
        return [
            Rule(style="dashed"),
            Text(text=words("signed_short", moment=second_of_signing(seal.signed_at).replace(" ", NO_BREAK))),
            Text(text=words("lookup_short", address=f"{host}/R", code=format_lookup_code(seal.lookup_code))),
            code,
        ]
    return [
        Rule(style="dashed"),
        Text(text=words("signed_by", value=seal.signer)),
        Text(text=words("signed_at", value=second_of_signing(seal.signed_at))),
        Text(text=words("lookup_address", value=f"{host}/R")),
        Text(text=words("lookup_code", value=format_lookup_code(seal.lookup_code))),
        code,
    ]
