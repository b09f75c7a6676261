"""Money: whole đồng as ``int``; rates as ``Decimal``; halves are rounded away from zero. Never a float."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Language = Literal["vi", "en"]

DONG_SIGN = "₫"


def round_half_up(value: Decimal | int) -> int:
    """Return ``value`` as whole đồng (or kWh), halves away from zero: 2.5 → 3, -2.5 → -3.

    Raises ``TypeError`` for a float: by the time a float arrives here the đồng is already lost.
    """
    if isinstance(value, float):
        raise TypeError("money is never a float")
    return int(Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent_of(amount: int, percent: Decimal) -> int:
    """Return ``percent`` per cent of ``amount`` đồng, rounded half up."""
    # In whole numbers, which no precision of a context rounds; of a negative amount the half goes away from zero, too.
    part, of = percent.as_integer_ratio()
    part, of = amount * part, 100 * of
    return (2 * part + of) // (2 * of) if part >= 0 else -((of - 2 * part) // (2 * of))


def format_number(amount: int) -> str:
    """Return a whole number in the Vietnamese way: 871020 → ``871.020``."""
    return f"{amount:,}".replace(",", ".")


def format_dong(amount: int) -> str:
    """Return an amount with its sign of currency: 871020 → ``871.020 ₫``."""
    return f"{format_number(amount)} {DONG_SIGN}"
