"""A new price decision, rehearsed: prices and bills before and after, and bills that straddle its day. Pure.

Nothing here is in force: the tariffs "after" are those that know the decision, and are thrown away.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import zip_longest

from services.billing.engine import BillRequest, Consumption, compute_bill
from services.billing.engine.periods import month_days
from services.billing.errors import BillingError
from services.billing.tariffs.models import REGISTERS, Decision, PriceGroup, Tariffs
from shared.contracts.uses import Use

HOUSEHOLD_KWH = (50, 100, 200, 300, 400, 700)
OTHER_KWH = 1_000
_DAY = timedelta(days=1)
_STRADDLING_DAYS = 10
"""Days of the old price in the period of a month that straddles the day."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A price before and after, in đồng per kWh; None where one of both decisions has no such tier."""

    what: str
    before: int | None
    after: int | None
    ratio: Decimal | None
    """The new price to the new average price: as decided, or computed with four decimals."""


@dataclass(frozen=True, slots=True)
class Split:
    """kWh at one price in a bill that straddles the day."""

    first: date
    last: date
    decision: str
    label: str
    kwh: int
    unit_price: int
    amount: int


@dataclass(frozen=True, slots=True)
class SampleBill:
    """A bill of a month before the day and the same after it, VAT included, both in đồng."""

    group: str
    kwh: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class StraddlingBill:
    """A bill whose period the day divides."""

    group: str
    kwh: int
    period_from: date
    period_to: date
    limits: tuple[tuple[int, ...], ...]
    """The limits of the tiers, for each part."""
    lines: tuple[Split, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a decision will do."""

    decision: str
    in_force_from: date
    before: str
    """The decision that it follows."""
    tiers_before: tuple[int, ...]
    tiers_after: tuple[int, ...]
    """Widths of the household tiers; the last has no end."""
    prices: tuple[PriceChange, ...]
    bills: tuple[SampleBill, ...]
    straddling: tuple[StraddlingBill, ...]

    @property
    def tiers_change(self) -> bool:
        """Whether the number or the width of household tiers changes."""
        return self.tiers_before != self.tiers_after


def percent_change(before: int, after: int) -> Decimal:
    """Return by how many per cent an amount rises, one decimal."""
    return (Decimal(100 * (after - before)) / before).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def rehearse(known: Tariffs, planned: Tariffs, decision: Decision) -> Rehearsal:
    """Return what ``decision``, which ``planned`` has and ``known`` has not, will do.

    Raises ``before-first-tariff`` where there is no price before it.
    """
    day = decision.in_force_from
    [previous] = known.decisions_between(day - _DAY, day - _DAY)
    # Both of one month, so that days and VAT are the same, and the difference is that of the prices.
    bills = [
        SampleBill(name, kwh, _month(known, previous, day, name, kwh), _month(planned, decision, day, name, kwh))
        for name, kwh in _sample(known)
    ]
    straddling = [
        _straddling(planned, day, name, kwh) for name, kwh in _sample(known) if name == "household" or kwh == OTHER_KWH
    ]
    return Rehearsal(
        decision=decision.number,
        in_force_from=day,
        before=previous.number,
        tiers_before=previous.schedule.widths,
        tiers_after=decision.schedule.widths,
        prices=tuple(_prices(previous, decision, known)),
        bills=tuple(bills),
        straddling=tuple(straddling),
    )


def _sample(tariffs: Tariffs) -> Iterator[tuple[str, int]]:
    for group in tariffs.groups.values():
        for kwh in HOUSEHOLD_KWH if group.kind == "tiers" else (OTHER_KWH,):
            yield group.name, kwh


def _prices(before: Decision, after: Decision, tariffs: Tariffs) -> Iterator[PriceChange]:
    def change(what: str, old: int | None, new: int | None) -> PriceChange:
        ratio = after.ratios.get(what)
        exact = None if new is None else (Decimal(new) / after.average_price).quantize(Decimal("0.0001"))
        return PriceChange(what, old, new, exact if ratio is None else ratio[0])

    tiers = zip_longest(before.tier_prices, after.tier_prices)
    yield from (change(f"tier {number}", old, new) for number, (old, new) in enumerate(tiers, 1))
    yield change("prepaid", before.prepaid_price, after.prepaid_price)
    for group in tariffs.groups.values():
        if group.kind == "registers":
            old_prices, new_prices = before.register_prices[group.name], after.register_prices[group.name]
            for register in REGISTERS:
                yield change(f"{group.name} {register}", old_prices[register], new_prices[register])
        if group.kind == "single":
            yield change(group.name, before.single_prices[group.name], after.single_prices[group.name])


def _month(tariffs: Tariffs, decision: Decision, day: date, group: str, kwh: int) -> int:
    """Return the total of the whole month of ``day`` at the prices of one decision alone."""
    first = day.replace(day=1)
    last = day.replace(day=month_days(day))
    alone = replace(tariffs, decisions=(replace(decision, in_force_from=first),))
    return compute_bill(_request(tariffs.groups[group], kwh, first, last), alone).total


def _request(group: PriceGroup, kwh: int, first: date, last: date) -> BillRequest:
    """Return a sample's request: of registers a sixth at peak and a third off-peak."""
    peak, off_peak = kwh // 6, kwh // 3
    consumption = Consumption.of_registers(kwh - peak - off_peak, peak, off_peak) if group.by_register else None
    return BillRequest(first, last, (Use(group.name),), consumption or Consumption(kwh), invoice_date=last)


def _straddling(planned: Tariffs, day: date, group: str, kwh: int) -> StraddlingBill:
    first = day - timedelta(days=_STRADDLING_DAYS)
    last = first + timedelta(days=month_days(first) - 1)
    bill = compute_bill(_request(planned.groups[group], kwh, first, last), planned)
    return StraddlingBill(
        group=group,
        kwh=kwh,
        period_from=first,
        period_to=last,
        limits=tuple(limits.kwh for limits in bill.limits),
        lines=tuple(
            Split(
                line.first,
                line.last,
                line.decision,
                f"tier {line.tier}" if line.tier else line.register or "",
                line.kwh,
                line.unit_price,
                line.amount,
            )
            for line in bill.lines
        ),
        total=bill.total,
    )


def require_follows(tariffs: Tariffs, decision: Decision) -> None:
    """Refuse a decision that starts before one that is known: bills of its days may have been issued."""
    newest = max(known.in_force_from for known in tariffs.decisions)
    if decision.in_force_from < newest:
        raise BillingError(
            "before-last-tariff", f"it starts on {decision.in_force_from}, before the last one ({newest})"
        )
