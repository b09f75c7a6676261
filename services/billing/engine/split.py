"""Splitting kWh so that nothing is lost: by price part (days or real readings) and by purpose of use."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from services.billing.engine.models import ChangeReading, Consumption, PricePart
from services.billing.engine.rounding import half_up, proportion
from services.billing.errors import BillingError
from shared.contracts.uses import Use


def split_by_days(consumption: Consumption, parts: Sequence[PricePart]) -> list[Consumption]:
    """Return the kWh of each part by its supplied days; the last part takes the rest.

    For one price change this is S_old = S / T x Nc (half up) and S_new = S - S_old, for each register by itself.
    """
    if len(parts) == 1:
        return [consumption]
    days = sum(part.supplied_days for part in parts)
    if days == 0:
        return [consumption] * len(parts)  # nothing was used: a period without supply has no kWh
    shares = []
    past_days, before = 0, consumption.like(tuple(0 for _ in consumption.amounts))
    for part in parts:
        past_days += part.supplied_days
        until = consumption.like(tuple(proportion(kwh, past_days, days) for kwh in consumption.amounts))
        shares.append(until - before)
        before = until
    return shares


def split_by_readings(
    consumption: Consumption, parts: Sequence[PricePart], readings: Sequence[ChangeReading]
) -> list[Consumption]:
    """Return the kWh of each part as really read on the days of the price changes."""
    used = {reading.day: reading.used for reading in readings}
    shares = []
    before = consumption.like(tuple(0 for _ in consumption.amounts))
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        if following is None:
            until = consumption
        elif following.first in used:
            until = used[following.first]
        else:
            raise BillingError(
                "change-reading-missing", f"give a reading for the price change on {following.first} too"
            )
        if len(until.amounts) != len(consumption.amounts):
            raise BillingError("bad-change-reading", "the change reading and the period do not have the same registers")
        share = until - before
        if min(share.amounts) < 0:
            raise BillingError("bad-change-reading", f"the reading on {part.last} does not fit the kWh of the period")
        shares.append(share)
        before = until
    return shares


def split_by_use(consumption: Consumption, uses: Sequence[Use], months: Fraction) -> list[Consumption]:
    """Return the kWh of each purpose of use, in the order of ``uses``; they add up exactly.

    Each percentage is rounded half up, never more than what is left, and the last percentage takes the rest.
    """
    if len(uses) == 1:
        return [consumption]
    if consumption.by_register is not None:
        if any(use.quota_kwh is not None for use in uses):
            raise BillingError("quota-with-registers", "a quota of kWh cannot be divided over registers")
        columns = [_split_amount(kwh, uses, months) for kwh in consumption.by_register]
        return [Consumption.of_registers(*row) for row in zip(*columns, strict=True)]
    return [Consumption(kwh) for kwh in _split_amount(consumption.total, uses, months)]


def _split_amount(kwh: int, uses: Sequence[Use], months: Fraction) -> list[int]:
    left = kwh
    shares: dict[int, int] = {}
    for place, use in enumerate(uses):
        if use.quota_kwh is not None:
            shares[place] = min(left, half_up(use.quota_kwh * months))
            left -= shares[place]
    by_percent = [place for place, use in enumerate(uses) if use.quota_kwh is None]
    to_share = left
    for place in by_percent[:-1]:
        percent = Fraction(uses[place].percent or Decimal(0))
        shares[place] = min(left, half_up(to_share * percent / 100))
        left -= shares[place]
    if by_percent:
        shares[by_percent[-1]] = left
    return [shares[place] for place in range(len(uses))]
