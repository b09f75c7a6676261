"""A customer's last months: kWh, amount, days, tiers, and the same month of the year before. Pure."""

from collections.abc import Sequence

from services.billing.usage.comparison import UsedBill, compare_bills, kwh_a_day
from shared.contracts.billing import BillComparison, Usage, UsageMonth


def usage_of(customer_code: str, bills: Sequence[UsedBill], months: int) -> Usage:
    """Return the last ``months`` months that have bills, the oldest first; ``bills`` are the newest first."""
    by_month: dict[tuple[int, int], list[UsedBill]] = {}
    for bill in bills:
        by_month.setdefault((bill.year, bill.month), []).append(bill)
    shown = [
        _month(billed, by_month.get((year - 1, month))) for (year, month), billed in list(by_month.items())[:months]
    ]
    return Usage(customer_code=customer_code, months=shown[::-1], comparison=explain_latest(bills))


def explain_latest(bills: Sequence[UsedBill]) -> BillComparison | None:
    """Return why the first of ``bills`` is higher or lower than the second; None where there is no second, or its
    prices are in the archive."""
    if len(bills) < 2 or any(bill.details_archived for bill in bills[:2]):
        return None
    new, old = bills[0], bills[1]
    year_ago = [bill.kwh for bill in bills if (bill.year, bill.month) == (new.year - 1, new.month)]
    return compare_bills(old, new, sum(year_ago) if year_ago else None)


def _month(bills: Sequence[UsedBill], year_ago: Sequence[UsedBill] | None) -> UsageMonth:
    kwh, days = sum(bill.kwh for bill in bills), sum(bill.days for bill in bills)
    tiers = [bill.highest_tier for bill in bills if bill.highest_tier is not None]
    return UsageMonth(
        year=bills[0].year,
        month=bills[0].month,
        kwh=kwh,
        total=sum(bill.total for bill in bills),
        days=days,
        kwh_a_day=str(kwh_a_day(kwh, days)),
        highest_tier=max(tiers, default=None),
        kwh_year_ago=None if year_ago is None else sum(bill.kwh for bill in year_ago),
        total_year_ago=None if year_ago is None else sum(bill.total for bill in year_ago),
    )
