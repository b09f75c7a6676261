"""Who buys, as somebody sees it who may only have found a code. Pure."""

from services.invoice.domain.parties import CONSUMER

_HIDDEN = "***"


def masked_name(name: str) -> str:
    """Return the first letter of each word: ``N*** T*** H***``; who is not named stays so."""
    return name if name == CONSUMER else " ".join(f"{word[0]}{_HIDDEN}" for word in name.split())


def masked_address(address: str) -> str:
    """Return the last part, the province: ``***, tỉnh Cà Mau``; nothing of an address that has one part only."""
    *others, last = address.split(",")
    return f"{_HIDDEN}, {last.strip()}" if others else _HIDDEN if address.strip() else ""
