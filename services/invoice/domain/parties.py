"""Who sells and who buys, as an invoice names them. Pure.

Source: NĐ 254/2026/NĐ-CP art. 10: a buyer who does business is named with the tax code, one of the state budget with
its code of 7 digits, a consumer with the personal identification number if it was given. If a consumer has given
nothing, the invoice says ``Bán cho người tiêu dùng``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.invoice.domain.addresses import without_district
from shared.tax_codes import InvalidTaxCodeError, read_tax_code

CONSUMER = "Bán cho người tiêu dùng"

_PERSONAL_NUMBER = re.compile(r"[0-9]{12}", re.ASCII)
_BUDGET_CODE = re.compile(r"[0-9]{7}", re.ASCII)


class PartyError(ValueError):
    """A seller or buyer cannot stand on an invoice; the message says why."""


class BuyerKind(StrEnum):
    """What a buyer is for the tax law."""

    CONSUMER = "consumer"
    COMPANY = "company"
    BUDGET_UNIT = "budget_unit"


@dataclass(frozen=True, slots=True)
class Seller:
    """The utility's unit that sells the electricity."""

    name: str
    tax_code: str
    address: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, by what is known of them; made by :func:`buyer_of`."""

    kind: BuyerKind
    name: str
    address: str
    customer_code: str
    tax_code: str = ""
    personal_number: str = ""
    budget_code: str = ""


def seller_of(name: str, tax_code: str, address: str, phone: str = "") -> Seller:
    """Return a seller. Raises :class:`PartyError`."""
    if not name.strip() or not address.strip():
        raise PartyError("the seller has no name or no address")
    return Seller(name.strip(), _checked_tax_code(tax_code, "the seller's tax code"), address.strip(), phone)


def buyer_of(
    *,
    customer_code: str,
    name: str,
    address: str,
    tax_code: str = "",
    personal_number: str = "",
    budget_code: str = "",
) -> Buyer:
    """Return the buyer of what was given. Raises :class:`PartyError` where a code cannot be right.

    A tax code of 12 digits is a person's identification number (since 2025-07-01): a consumer's.
    """
    name, address = name.strip(), without_district(address)
    if budget_code and not _BUDGET_CODE.fullmatch(budget_code):
        raise PartyError("the code of a unit of the state budget has 7 digits")
    code = _checked_tax_code(tax_code, "the tax code") if tax_code.strip() else ""
    if len(code) == 12:
        code, personal_number = "", personal_number or code
    if personal_number and not _PERSONAL_NUMBER.fullmatch(personal_number):
        raise PartyError("a personal identification number has 12 digits")
    kind = BuyerKind.BUDGET_UNIT if budget_code else BuyerKind.COMPANY if code else BuyerKind.CONSUMER
    if kind is not BuyerKind.CONSUMER and not (name and address):
        raise PartyError("a buyer with a tax code or a budget code needs a name and an address")
    return Buyer(kind, name or CONSUMER, address, customer_code, code, personal_number, budget_code)


def _checked_tax_code(text: str, what: str) -> str:
    try:
        return read_tax_code(text).code
    except InvalidTaxCodeError as error:
        raise PartyError(f"{what} {error}") from error
