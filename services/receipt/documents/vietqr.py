"""VietQR (NAPAS) payment codes: EMVCo merchant-presented data, as Vietnamese banking apps read them."""

import re
from dataclasses import dataclass

from shared.banks import BANKS
from shared.text import without_accents

_GUID = "A000000727"
_TO_ACCOUNT = "QRIBFTTA"
_CRC_TAG_AND_LENGTH = "6304"
MAX_CONTENT = 25
"""Banks cut the content of a transfer from here on."""


class VietQrError(ValueError):
    """The data of a payment code is not valid."""


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where the money goes."""

    bank_bin: str
    """Six digits that name a bank."""
    account: str
    name: str = ""

    def __post_init__(self) -> None:
        if self.bank_bin not in BANKS:
            raise VietQrError(f"{self.bank_bin!r} is no bank's BIN")
        if not re.fullmatch(r"[0-9A-Za-z]{1,19}", self.account):
            raise VietQrError("an account has 1 to 19 letters or digits")


def payment_code(account: BankAccount, amount: int | None, content: str, bill_number: str | None = None) -> str:
    """Return the text of a transfer's QR code; ``amount`` in đồng, None lets the payer fill it in.

    ``content`` is written without accents. Raises VietQrError when it is longer than banks keep, or for an amount
    that is not positive.
    """
    if amount is not None and not 0 < amount < 10**13:
        raise VietQrError("an amount is a positive number of đồng")
    plain = re.sub(r"[^ A-Za-z0-9./-]", "", without_accents(content))
    if len(plain) > MAX_CONTENT:
        raise VietQrError(f"the content of a transfer has at most {MAX_CONTENT} characters")
    receiver = _field("00", account.bank_bin) + _field("01", account.account)
    merchant = _field("00", _GUID) + _field("01", receiver) + _field("02", _TO_ACCOUNT)
    additional = (_field("01", bill_number) if bill_number else "") + _field("08", plain)
    data = (
        _field("00", "01")
        + _field("01", "11" if amount is None else "12")
        + _field("38", merchant)
        + _field("53", "704")
        + ("" if amount is None else _field("54", str(amount)))
        + _field("58", "VN")
        + _field("62", additional)
        + _CRC_TAG_AND_LENGTH
    )
    return data + f"{crc16(data):04X}"


def crc16(text: str) -> int:
    """Return CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF, nothing reflected (``123456789`` gives 0x29B1)."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _field(tag: str, value: str) -> str:
    if not value or len(value) > 99:
        raise VietQrError(f"field {tag} must have 1 to 99 characters")
    return f"{tag}{len(value):02d}{value}"
