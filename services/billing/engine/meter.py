"""kWh from the readings of a meter."""

from services.billing.errors import BillingError

MOST_DIGITS = 9


def kwh_from_readings(old: int, new: int, *, multiplier: int = 1, digits: int | None = None) -> int:
    """Return (new - old) x multiplier, or ((max + 1 - old) + new) x multiplier when the meter rolled over.

    A new reading below the old one is a roll-over only if ``digits`` is known; otherwise it is a
    mistake (``reading-goes-back``).
    """
    if old < 0 or new < 0:
        raise BillingError("bad-reading", "a reading cannot be negative")
    if multiplier < 1:
        raise BillingError("bad-multiplier", f"the multiplier must be at least 1, not {multiplier}")
    if digits is not None:
        if not 1 <= digits <= MOST_DIGITS:
            raise BillingError("bad-reading", f"a meter has 1 to {MOST_DIGITS} digits, not {digits}")
        if max(old, new) >= 10**digits:
            raise BillingError("bad-reading", f"{max(old, new)} does not fit a meter of {digits} digits")
    if new >= old:
        return (new - old) * multiplier
    if digits is None:
        raise BillingError("reading-goes-back", f"the new reading {new} is below the old one {old}")
    capacity: int = 10**digits
    return (capacity - old + new) * multiplier
