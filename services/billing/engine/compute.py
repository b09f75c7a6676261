"""A bill from a request: lines, reactive power, VAT, total. Pure, exact, and refusing rather than guessing."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from services.billing.engine.models import Bill, BillLine, BillRequest, Consumption, PricePart
from services.billing.engine.split import split_by_days, split_by_readings, split_by_use
from services.billing.engine.terms import Terms, checked_terms
from services.billing.engine.tiers import tiers_by_part
from services.billing.tariffs.models import REGISTERS, Decision, PriceGroup, Register, Tariffs
from shared.contracts.uses import Use
from shared.money import percent_of


def compute_bill(request: BillRequest, tariffs: Tariffs) -> Bill:
    """Return the bill for ``request``.

    The price is that of the day of use, the VAT rate that of the deciding day (``tariffs/data/vat.yaml``) and is
    applied once, on the sum. Raises :class:`~services.billing.errors.BillingError` for input that cannot be billed.
    """
    terms = checked_terms(request, tariffs)
    lines: list[BillLine] = []
    for group, by_part in zip(terms.groups, _consumption_by_use(request, terms.parts), strict=True):
        _add_energy_lines(lines, group, by_part, terms, request)
    if request.cos_phi is not None:
        lines += _reactive_lines(request, request.cos_phi, terms.groups, lines, tariffs)

    pre_vat = sum([line.amount for line in lines])
    vat = percent_of(pre_vat, terms.vat_percent)
    return Bill(
        request.period_from,
        request.period_to,
        terms.days,
        terms.supplied_days,
        terms.month_days,
        terms.months,
        request.households,
        request.consumption.total,
        terms.groups,
        tuple(lines),
        terms.limits,
        request.cos_phi,
        pre_vat,
        terms.vat_percent,
        vat,
        pre_vat + vat,
    )


def _consumption_by_use(request: BillRequest, parts: Sequence[PricePart]) -> list[list[Consumption]]:
    """Return, for each use, its consumption in each part of the period."""
    uses: Sequence[Use] = request.uses
    if len(uses) == len(parts) == 1:
        return [[request.consumption]]
    months = parts[-1].months_until_end
    if request.change_readings:  # really read: each part is shared out like a period of its own
        really_read = split_by_readings(request.consumption, parts, request.change_readings)
        return [list(row) for row in zip(*(split_by_use(part, uses, months) for part in really_read), strict=True)]
    return [split_by_days(share, parts) for share in split_by_use(request.consumption, uses, months)]


def _add_energy_lines(
    lines: list[BillLine], group: PriceGroup, by_part: Sequence[Consumption], terms: Terms, request: BillRequest
) -> None:
    """Add the lines of a use, part by part."""
    if group.kind == "tiers":
        kwh_by_part = [consumption.total for consumption in by_part]
        by_days = not request.change_readings
        tiers = tiers_by_part(kwh_by_part, terms.parts, terms.limits, request.households, by_days=by_days)
        for part, kwh_by_tier in zip(terms.parts, tiers, strict=True):
            first, last, decision = part.first, part.last, part.decision
            for place, (kwh, price) in enumerate(zip(kwh_by_tier, decision.tier_prices, strict=True), 1):
                if kwh:
                    # By place, as most lines of most bills are of this kind, and names take twice as long.
                    lines.append(
                        BillLine("tier", group.name, place, None, first, last, decision.number, kwh, price, kwh * price)
                    )
        return
    for part, consumption in zip(terms.parts, by_part, strict=True):
        if group.kind == "registers":
            prices = part.decision.register_prices[group.name]
            if consumption.by_register is None:  # too small for time of use: all kWh at the price of normal hours
                if consumption.total:
                    lines.append(_line(group, part, consumption.total, prices["normal"]))
                continue
            for register, kwh in zip(REGISTERS, consumption.by_register, strict=True):
                if kwh:
                    lines.append(_line(group, part, kwh, prices[register], register))
        elif consumption.total:
            lines.append(_line(group, part, consumption.total, _single_price(group, part.decision)))


def _single_price(group: PriceGroup, decision: Decision) -> int:
    """Return the price of a group that pays the same for every kWh."""
    if group.kind == "undeclared":
        return decision.tier_prices[decision.schedule.undeclared_tier - 1]
    if group.kind == "prepaid":
        return decision.prepaid_price
    return decision.single_prices[group.name]


def _line(group: PriceGroup, part: PricePart, kwh: int, price: int, register: Register | None = None) -> BillLine:
    """Return a line without a tier."""
    return BillLine(
        kind="single" if register is None else "register",
        group=group.name,
        tier=None,
        register=register,
        first=part.first,
        last=part.last,
        decision=part.decision.number,
        kwh=kwh,
        unit_price=price,
        amount=kwh * price,
    )


def _reactive_lines(
    request: BillRequest,
    power_factor: Decimal,
    groups: Sequence[PriceGroup],
    lines: Sequence[BillLine],
    tariffs: Tariffs,
) -> Iterator[BillLine]:
    """Yield the reactive power money: k per cent of the active energy money before VAT of the groups that owe it."""
    owing = [group.name for group in groups if group.reactive]
    if not owing:
        return
    cos_phi = power_factor.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    percent = tariffs.rules.reactive.percent(cos_phi)
    energy = sum(line.amount for line in lines if line.group in owing)
    if percent and energy:
        yield BillLine(
            kind="reactive",
            group=owing[0],
            tier=None,
            register=None,
            first=request.period_from,
            last=request.period_to,
            decision="TT 15/2014/TT-BCT",
            kwh=0,
            unit_price=0,
            amount=percent_of(energy, percent),
            percent=percent,
        )
