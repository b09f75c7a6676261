"""Household tiers: limits for households and days, and the kWh of each tier."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from services.billing.engine.models import PricePart, TierLimits
from services.billing.engine.rounding import half_up


def limits_for(widths: Sequence[int], households: Decimal, months: Fraction) -> tuple[int, ...]:
    """Return the limit of every tier but the last: width x households x months, each rounded half up to whole kWh.

    Households are multiplied in before rounding: 8 households and 32 days of a month of 31 give 413, not 8 x 52.
    """
    return _limits(tuple(widths), households, months.numerator, months.denominator)


@lru_cache(maxsize=4096)
def _limits(widths: tuple[int, ...], households: Decimal, months: int, parts: int) -> tuple[int, ...]:
    # Most customers of a run have the same limits, and fractions are slow. The months come as two whole numbers,
    # because the hash of a fraction is slow, too.
    factor = Fraction(households) * Fraction(months, parts)
    return tuple(half_up(width * factor) for width in widths)


def fill(kwh: int, limits: Sequence[int]) -> list[int]:
    """Return the kWh of each tier (one more than there are limits), lowest tier first."""
    tiers = []
    for limit in limits:
        tiers.append(min(kwh, limit))
        kwh -= tiers[-1]
    return [*tiers, kwh]


def limits_by_part(parts: Sequence[PricePart], households: Decimal) -> list[TierLimits]:
    """Return the limits of each part: those until its end less those until its start, so that the parts add up.

    With one price change the old limit is width x households x Nc / T, and the new one the whole limit less the old.
    """
    result = []
    past = Fraction(0)
    for part in parts:
        widths = part.decision.schedule.widths
        kwh = limits_for(widths, households, part.months_until_end)
        if past:
            before = limits_for(widths, households, past)
            kwh = tuple(end - start for end, start in zip(kwh, before, strict=True))
        result.append(TierLimits(part.first, part.last, part.decision.schedule.name, kwh))
        past = part.months_until_end
    return result


def tiers_by_part(
    kwh_by_part: Sequence[int],
    parts: Sequence[PricePart],
    limits: Sequence[TierLimits],
    households: Decimal,
    *,
    by_days: bool,
) -> list[list[int]]:
    """Return the kWh of each tier in each part of the period.

    Two rules belong to price changes. When all kWh fit the first tier of the whole period, everything is tier 1 in
    every part. And when the kWh were split by days, rounding must not push a kWh into a tier that the customer never
    reached: whatever lies above the highest tier of the whole period goes back into that tier, within the same part.
    """
    if len(parts) == 1:
        return [fill(kwh_by_part[0], limits[0].kwh)]
    total = sum(kwh_by_part)
    months = parts[-1].months_until_end
    wholes = [limits_for(part.decision.schedule.widths, households, months) for part in parts]
    if all(total <= whole[0] for whole in wholes):
        return [[kwh, *(0 for _ in whole)] for kwh, whole in zip(kwh_by_part, wholes, strict=True)]
    result = []
    for kwh, limit, whole in zip(kwh_by_part, limits, wholes, strict=True):
        tiers = fill(kwh, limit.kwh)
        if by_days:
            reached = max(place for place, used in enumerate(fill(total, whole)) if used)
            tiers[reached] += sum(tiers[reached + 1 :])
            tiers[reached + 1 :] = [0] * (len(tiers) - reached - 1)
        result.append(tiers)
    return result
