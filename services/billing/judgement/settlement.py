"""A true reading below an estimate: what was used in both periods, shared by their days. Pure."""

from dataclasses import dataclass, replace
from datetime import timedelta

from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.judgement.history import days_with_supply


@dataclass(frozen=True, slots=True)
class Settlement:
    """The readings of both periods as they should have been."""

    estimated: tuple[RegisterReading, ...]
    """Of the period that was estimated: it ends with its share, where it was estimated too high."""
    true: tuple[RegisterReading, ...]
    """Of the period with the true reading: it goes on from there."""


def is_below_estimate(true: int, estimate: int, before: int, digits: int) -> bool:
    """Return whether less was used until a true reading than was estimated, both since the reading ``before``.

    Counted from there, a register that rolled over in between is nothing special.
    """
    top: int = 10**digits
    return (true - before) % top < (estimate - before) % top


def settlement_of(estimated: MeteredPeriod, true: MeteredPeriod) -> Settlement | None:
    """Return how a true reading settles the estimate of the period right before; None where a person has to look.

    What the register counted in both periods is shared by their days with supply. A reading below the last true one is
    no estimate that was too high, and neither is a difference of half of what the register can show: it may have
    rolled over.
    """
    before = {(one.meter_number, one.meter_register): one for one in estimated.readings}
    keys = {(one.meter_number, one.meter_register) for one in true.readings}
    is_next = estimated.period_to + timedelta(days=1) == true.period_from
    if not is_next or keys != before.keys() or any(one.change_readings for one in true.readings):
        return None
    first_days, days = days_with_supply(estimated), days_with_supply(estimated) + days_with_supply(true)
    lowered: dict[tuple[str, str], int] = {}
    for reading in true.readings:
        key = reading.meter_number, reading.meter_register
        last, top = before[key], 10**reading.digits
        goes_on = last.new_reading == reading.old_reading
        if not goes_on or (last.multiplier, last.digits) != (reading.multiplier, reading.digits):
            return None
        if not last.estimated:
            continue
        used, guessed = (reading.new_reading - last.old_reading) % top, (last.new_reading - last.old_reading) % top
        if used >= guessed:
            continue
        if 2 * (guessed - used) >= top:
            return None
        lowered[key] = (last.old_reading + (2 * used * first_days + days) // (2 * days)) % top
    if not lowered:
        return None
    return Settlement(
        tuple(replace(one, new_reading=lowered.get(key, one.new_reading)) for key, one in before.items()),
        tuple(
            replace(one, old_reading=lowered.get((one.meter_number, one.meter_register), one.old_reading))
            for one in true.readings
        ),
    )
