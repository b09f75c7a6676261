"""What can pass through a meter, by its plate: current, phases and the ratios of its transformers. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from shared.contracts.common import Meter

_NO_TRANSFORMERS = Fraction(1)


@dataclass(frozen=True, slots=True)
class Capacity:
    """The most kWh of a period, and what they come from."""

    kwh: int
    amperes: int
    phases: int
    volts: int
    hours: int
    ratio: Fraction


def ratio_of(meter: Meter) -> Fraction | None:
    """Return by what the transformers divide: CT × VT; 1 of a meter without any; None where it is not known.

    Only medium voltage has voltage transformers: a list that names the current transformers alone has none of them.
    """
    if meter.ct_ratio is None:
        return _NO_TRANSFORMERS if meter.multiplier == 1 and meter.vt_ratio is None else None
    return Fraction(meter.ct_ratio) * Fraction(meter.vt_ratio or "1")


def capacity_of(meter: Meter, hours: int, *, volts: int, volts_behind_vt: int, percent: int) -> Capacity | None:
    """Return what can pass through a meter in so many hours; None where its plate is not known.

    ``volts``: between a phase and the neutral; ``percent``: how much of its greatest current a meter carries for long.
    """
    if meter.max_amperes is None or meter.phases is None:
        return None
    ratio = ratio_of(meter)
    if ratio is None:
        return None
    at = volts if meter.vt_ratio is None else volts_behind_vt
    watt_hours = meter.max_amperes * meter.phases * at * hours * ratio
    return Capacity(int(watt_hours * percent / 100_000), meter.max_amperes, meter.phases, at, hours, ratio)
