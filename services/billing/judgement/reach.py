"""What a judgement needs of months and readings that may be in the archive. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from services.billing.bills.metered_period import MeteredPeriod
from services.billing.judgement.history import LOOKED_BACK


@dataclass(frozen=True, slots=True)
class ArchivedMonth:
    """A month whose metered periods are in the archive."""

    year: int
    month: int
    last_day: date | None
    """Of its periods; None where it has none."""

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class ArchivedReading:
    """The last reading of a meter for a customer lies in the archive."""

    meter_number: str
    customer_code: str
    last_day: date
    year: int
    month: int


def archived_month_of(period: MeteredPeriod, archived: Collection[ArchivedMonth]) -> ArchivedMonth | None:
    """Return an archived month without which a period can be neither compared nor judged.

    That is its own, the same of last year, and each whose periods reach into its days or those that are looked back.
    """
    since = period.period_from - LOOKED_BACK
    return next(
        (
            one
            for one in archived
            if (one.year, one.month) in ((period.year, period.month), (period.year - 1, period.month))
            or (one.last_day is not None and one.last_day >= since)
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class KnownReading:
    """A meter was read for a customer up to a day, by what is not in the archive."""

    meter_number: str
    customer_code: str
    last_day: date


def archived_reading_of(
    period: MeteredPeriod, archived: Collection[ArchivedReading], known: Collection[KnownReading]
) -> ArchivedReading | None:
    """Return a reading in the archive that the readings of a period would have to be compared with.

    None where the meter was read since then, and, if that was for the same customer, for this customer, too.
    """
    meters = {reading.meter_number for reading in period.readings}
    for one in archived:
        if one.meter_number not in meters:
            continue
        since = {
            each.customer_code
            for each in known
            if each.meter_number == one.meter_number and one.last_day < each.last_day < period.period_from
        }
        if not since or (one.customer_code == period.customer_code and one.customer_code not in since):
            return one
    return None
