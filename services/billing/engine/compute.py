"""A bill from a request: lines, reactive power, VAT, total. Pure, exact, and refusing rather than guessing."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from services.billing.engine.checks import check_request
from services.billing.engine.models import Bill, BillLine, BillRequest, Consumption, PricePart, TierLimits
from services.billing.engine.periods import days_between, month_days, price_parts
from services.billing.engine.split import split_by_days, split_by_readings, split_by_use
from services.billing.engine.tiers import limits_by_part, tiers_by_part
from services.billing.tariffs.models import REGISTERS, Decision, PriceGroup, Register, Tariffs
from shared.contracts.uses import Use
from shared.money import percent_of


def compute_bill(request: BillRequest, tariffs: Tariffs) -> Bill:
    """Return the bill for ``request``.

    The price is that of the day of use, the VAT rate that of the deciding day (``tariffs/data/vat.yaml``) and is
    applied once, on the sum. Raises :class:`~services.billing.errors.BillingError` for input that cannot be billed.
    """
    check_request(request, tariffs)
    first, last = request.period_from, request.period_to
    parts = price_parts(
        first,
        last,
        tariffs,
        cuts=request.cuts,
        cut_days=request.cut_days,
        change_days=[reading.day for reading in request.change_readings],
    )
    groups = [tariffs.group(use.group) for use in request.uses]
    limits = limits_by_part(parts, request.households) if any(group.kind == "tiers" for group in groups) else []
    lines: list[BillLine] = []
    for group, by_part in zip(groups, _consumption_by_use(request, parts), strict=True):
        lines += _energy_lines(group, by_part, parts, limits, request)
    lines += _reactive_lines(request, groups, lines, tariffs)

    pre_vat = sum(line.amount for line in lines)
    vat_percent = tariffs.vat_percent(last, request.invoice_date)
    vat = percent_of(pre_vat, vat_percent)
    return Bill(
        period_from=first,
        period_to=last,
        days=days_between(first, last),
        supplied_days=sum(part.supplied_days for part in parts),
        month_days=month_days(first),
        months=parts[-1].months_until_end,
        households=request.households,
        kwh=request.consumption.total,
        groups=tuple(groups),
        lines=tuple(lines),
        limits=tuple(limits),
        cos_phi=request.cos_phi,
        pre_vat=pre_vat,
        vat_percent=vat_percent,
        vat=vat,
        total=pre_vat + vat,
    )


def _consumption_by_use(request: BillRequest, parts: Sequence[PricePart]) -> list[list[Consumption]]:
    """Return, for each use, its consumption in each part of the period."""
    uses: Sequence[Use] = request.uses
    months = parts[-1].months_until_end
    if request.change_readings:  # really read: each part is shared out like a period of its own
        really_read = split_by_readings(request.consumption, parts, request.change_readings)
        return [list(row) for row in zip(*(split_by_use(part, uses, months) for part in really_read), strict=True)]
    return [split_by_days(share, parts) for share in split_by_use(request.consumption, uses, months)]


def _energy_lines(
    group: PriceGroup,
    by_part: Sequence[Consumption],
    parts: Sequence[PricePart],
    limits: Sequence[TierLimits],
    request: BillRequest,
) -> Iterator[BillLine]:
    if group.kind == "tiers":
        kwh_by_part = [consumption.total for consumption in by_part]
        by_days = not request.change_readings
        tiers = tiers_by_part(kwh_by_part, parts, limits, request.households, by_days=by_days)
        for part, kwh_by_tier in zip(parts, tiers, strict=True):
            for place, kwh in enumerate(kwh_by_tier):
                if kwh:
                    yield _line(group, part, kwh, part.decision.tier_prices[place], tier=place + 1)
        return
    for part, consumption in zip(parts, by_part, strict=True):
        if group.kind == "registers":
            prices = part.decision.register_prices[group.name]
            if consumption.by_register is None:  # too small for time of use: all kWh at the price of normal hours
                if consumption.total:
                    yield _line(group, part, consumption.total, prices["normal"])
                continue
            for register, kwh in zip(REGISTERS, consumption.by_register, strict=True):
                if kwh:
                    yield _line(group, part, kwh, prices[register], register=register)
        elif consumption.total:
            yield _line(group, part, consumption.total, _single_price(group, part.decision))


def _single_price(group: PriceGroup, decision: Decision) -> int:
    """Return the price of a group that pays the same for every kWh."""
    if group.kind == "undeclared":
        return decision.tier_prices[decision.schedule.undeclared_tier - 1]
    if group.kind == "prepaid":
        return decision.prepaid_price
    return decision.single_prices[group.name]


def _line(
    group: PriceGroup,
    part: PricePart,
    kwh: int,
    price: int,
    *,
    tier: int | None = None,
    register: Register | None = None,
) -> BillLine:
    return BillLine(
        kind="tier" if tier is not None else "register" if register is not None else "single",
        group=group.name,
        tier=tier,
        register=register,
        first=part.first,
        last=part.last,
        decision=part.decision.number,
        kwh=kwh,
        unit_price=price,
        amount=kwh * price,
    )


def _reactive_lines(
    request: BillRequest, groups: Sequence[PriceGroup], lines: Sequence[BillLine], tariffs: Tariffs
) -> Iterator[BillLine]:
    """Yield the reactive power money: k per cent of the active energy money before VAT of the groups that owe it."""
    owing = [group.name for group in groups if group.reactive]
    if request.cos_phi is None or not owing:
        return
    cos_phi = request.cos_phi.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
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
