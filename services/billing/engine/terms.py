"""What the bills of one contract and one period have in common: computed for the first of them, kept for the others.

A run makes millions of bills of a few periods and a few kinds of contract. All but the kWh is the same in them.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from services.billing.engine.checks import check_amounts, check_request
from services.billing.engine.models import BillRequest, PricePart, TierLimits
from services.billing.engine.periods import days_between, month_days, price_parts
from services.billing.engine.tiers import limits_by_part
from services.billing.tariffs.models import PriceGroup, Tariffs

_MOST = 4096
"""Terms that are kept: about 1 kB each."""


class Terms(NamedTuple):
    """All that a bill takes from its contract, its period and the tariffs."""

    groups: tuple[PriceGroup, ...]
    """Of each use, in the order of the contract."""
    parts: tuple[PricePart, ...]
    limits: tuple[TierLimits, ...]
    """Of each part; none where no use has tiers."""
    days: int
    supplied_days: int
    month_days: int
    months: Fraction
    vat_percent: Decimal
    by_register: bool
    """Whether a use has prices by time of use."""


_known: dict[tuple[object, ...], Terms] = {}


def checked_terms(request: BillRequest, tariffs: Tariffs) -> Terms:
    """Return the terms of a request that can be billed; raise :class:`~services.billing.errors.BillingError`.

    Only what is right is kept: what is refused is looked at as a whole each time, and named in the same order.
    """
    change_days = tuple([reading.day for reading in request.change_readings])
    # Tariffs are what they are by identity, and are held by the key: other ones never take their place in memory.
    key = (
        tariffs,
        request.period_from,
        request.period_to,
        request.uses,
        request.households,
        request.cuts,
        request.cut_days,
        change_days,
        request.invoice_date,
    )
    if (terms := _known.get(key)) is not None:
        check_amounts(request, tariffs, by_register=terms.by_register, is_supplied=terms.supplied_days > 0)
        return terms
    check_request(request, tariffs)
    terms = _terms(request, tariffs, change_days)
    if len(_known) >= _MOST:
        _known.clear()
    _known[key] = terms
    return terms


def forget_terms() -> None:
    """Let the next bills be computed as the first ones of a process are, for tests."""
    _known.clear()


def _terms(request: BillRequest, tariffs: Tariffs, change_days: tuple[date, ...]) -> Terms:
    first, last = request.period_from, request.period_to
    parts = price_parts(first, last, tariffs, cuts=request.cuts, cut_days=request.cut_days, change_days=change_days)
    groups = tuple(tariffs.group(use.group) for use in request.uses)
    has_tiers = any(group.kind == "tiers" for group in groups)
    return Terms(
        groups=groups,
        parts=parts,
        limits=tuple(limits_by_part(parts, request.households)) if has_tiers else (),
        days=days_between(first, last),
        supplied_days=sum(part.supplied_days for part in parts),
        month_days=month_days(first),
        months=parts[-1].months_until_end,
        vat_percent=tariffs.vat_percent(last, request.invoice_date),
        by_register=any(group.by_register for group in groups),
    )
