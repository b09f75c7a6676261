"""Bills whose VAT would be another by the other deciding day, around a change of the rate. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.billing.tariffs.models import DECIDING_DAYS, DecidingDay, Tariffs
from shared.money import percent_of


class VatBase(NamedTuple):
    """What VAT of a bill or a draft is computed from."""

    period_to: date
    pre_vat: int
    invoice_date: date
    """The Vietnamese day on which it is, or would be, issued."""


@dataclass(frozen=True, slots=True)
class VatSwitch:
    """VAT of the same bills by either deciding day, in đồng."""

    bills: int
    """All that were looked at."""
    by_day: dict[DecidingDay, int]
    """VAT of all of them, by each deciding day."""
    differing: int
    """Bills whose VAT depends on it."""
    differing_pre_vat: int
    """What those come to before VAT."""

    @property
    def difference(self) -> int:
        """By how much VAT is more where the day of the invoice decides; negative where it is less."""
        return self.by_day["invoice_date"] - self.by_day["period_to"]

    def __add__(self, other: "VatSwitch") -> "VatSwitch":
        return VatSwitch(
            self.bills + other.bills,
            {day: vat + other.by_day[day] for day, vat in self.by_day.items()},
            self.differing + other.differing,
            self.differing_pre_vat + other.differing_pre_vat,
        )


def vat_switch(bills: Iterable[VatBase], tariffs: Tariffs) -> VatSwitch:
    """Return what the deciding day changes for bills. Results add up: of a million, a few thousand at a time."""
    count = differing = differing_pre_vat = by_period = by_invoice = 0
    for bill in bills:
        of_period = percent_of(bill.pre_vat, tariffs.vat_percent_on(bill.period_to))
        of_invoice = percent_of(bill.pre_vat, tariffs.vat_percent_on(bill.invoice_date))
        count += 1
        by_period += of_period
        by_invoice += of_invoice
        if of_period != of_invoice:
            differing += 1
            differing_pre_vat += bill.pre_vat
    by_day = dict(zip(DECIDING_DAYS, (by_period, by_invoice), strict=True))
    return VatSwitch(count, by_day, differing, differing_pre_vat)
