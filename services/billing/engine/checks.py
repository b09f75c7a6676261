"""What is refused before anything is computed."""

from datetime import date
from decimal import Decimal

from services.billing.engine.models import BillRequest, Consumption
from services.billing.engine.periods import days_between
from services.billing.errors import BillingError
from services.billing.tariffs.models import Tariffs
from shared.contracts.uses import shares_problem

LAST_BILLABLE_DAY = date(2199, 12, 31)


def check_request(request: BillRequest, tariffs: Tariffs) -> None:
    """Raise :class:`BillingError` for a request that cannot be billed."""
    _check_period(request, tariffs)
    _check_uses(request, tariffs)
    _check_kwh(request, tariffs)
    _check_households(request, tariffs)
    _check_cos_phi(request)


def check_amounts(request: BillRequest, tariffs: Tariffs, *, by_register: bool, is_supplied: bool) -> None:
    """Raise :class:`BillingError` as :func:`check_request` does, of a contract and a period that have passed it.

    ``by_register``: whether a use has prices by time of use; ``is_supplied``: whether the period has a day with supply.
    """
    if not is_supplied:
        _check_unsupplied(request)
    if not by_register:
        _check_without_registers(request, tariffs)
    _check_kwh(request, tariffs)
    _check_cos_phi(request)


def _check_period(request: BillRequest, tariffs: Tariffs) -> None:
    first, last = request.period_from, request.period_to
    if last < first:
        raise BillingError("bad-period", f"the period ends ({last}) before it starts ({first})")
    if last > LAST_BILLABLE_DAY:
        raise BillingError("bad-period", f"the period ends too far in the future ({last})")
    days = days_between(first, last)
    if days > tariffs.rules.longest_period_days:
        longest = tariffs.rules.longest_period_days
        raise BillingError("period-too-long", f"the period has {days} days, more than {longest}")
    if request.cuts and request.cut_days:
        raise BillingError("bad-cut", "give the days of the supply cut or their number, not both")
    cut_days = request.cut_days
    past = None
    for cut in sorted(request.cuts, key=lambda cut: cut.first):
        if cut.last < cut.first or cut.first < first or cut.last > last or (past is not None and cut.first <= past):
            raise BillingError("bad-cut", f"the supply cut {cut.first} to {cut.last} does not fit the period")
        past = cut.last
        cut_days += days_between(cut.first, cut.last)
    if not 0 <= cut_days <= days:
        raise BillingError("bad-cut", f"{cut_days} days without supply do not fit a period of {days} days")
    if cut_days == days:
        _check_unsupplied(request)


def _check_unsupplied(request: BillRequest) -> None:
    if request.consumption.total > 0:
        raise BillingError("bad-cut", "there was no supply in the whole period, yet the meter counted")


def _check_uses(request: BillRequest, tariffs: Tariffs) -> None:
    uses = request.uses
    if not uses:
        raise BillingError("unknown-price-group", "there is no price group")
    groups = [tariffs.group(use.group) for use in uses]
    if problem := shares_problem(uses):
        raise BillingError("bad-shares", problem)
    if len({group.name for group in groups}) != len(groups):
        raise BillingError("bad-shares", "a price group is named twice")
    if not any(group.by_register for group in groups):
        _check_without_registers(request, tariffs)
    if any(use.quota_kwh is not None for use in uses) and request.change_readings:
        raise BillingError("quota-with-change-reading", "a quota per month cannot be divided at a change reading")


def _check_without_registers(request: BillRequest, tariffs: Tariffs) -> None:
    if request.consumption.by_register is not None:
        name = tariffs.group(request.uses[0].group).name
        raise BillingError("registers-not-allowed", f"{name} has no prices by time of use")


def _check_kwh(request: BillRequest, tariffs: Tariffs) -> None:
    _check_consumption(request.consumption, tariffs)
    for reading in request.change_readings:
        _check_consumption(reading.used, tariffs)


def _check_cos_phi(request: BillRequest) -> None:
    if request.cos_phi is not None and not (request.cos_phi.is_finite() and 0 < request.cos_phi <= 1):
        raise BillingError("bad-cos-phi", f"cos phi must be above 0 and at most 1, not {request.cos_phi}")


def _check_consumption(consumption: Consumption, tariffs: Tariffs) -> None:
    if min(consumption.amounts) < 0:
        raise BillingError("negative-kwh", "kWh cannot be negative")
    if consumption.total > tariffs.rules.most_kwh:
        raise BillingError("too-many-kwh", f"{consumption.total} kWh is more than {tariffs.rules.most_kwh}")


def _check_households(request: BillRequest, tariffs: Tariffs) -> None:
    households = request.households
    if not households.is_finite() or not 0 <= households <= tariffs.rules.most_households:
        raise BillingError("bad-households", f"{households} households")
    if households % tariffs.rules.household_step != Decimal(0):
        raise BillingError("bad-households", f"{households} is not a multiple of {tariffs.rules.household_step}")
    if households == 0 and any(tariffs.group(use.group).kind == "tiers" for use in request.uses):
        raise BillingError("bad-households", "household tiers need more than 0 households")
