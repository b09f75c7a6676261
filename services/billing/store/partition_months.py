"""In which partitions metered periods and readings lie: by the month that they are billed for (ADR 68).

A month is counted from the year 0; 0 is the partition of what lies in no month of its own: rows of versions before, and
what was stored while its month had no partition.
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from shared.db import Connection

_LAST = 2_201 * 12


def partition_month(year: int, month: int) -> int:
    """Return the number of a month."""
    return year * 12 + month


def year_and_month(number: int) -> tuple[int, int]:
    """Return the month (year, month) of a number."""
    return (number - 1) // 12, (number - 1) % 12 + 1


class Months(NamedTuple):
    """From which month to which one is looked, beside what lies in no month of its own. ``first`` > ``last``: none."""

    first: int
    last: int

    def and_(self, others: Iterable[int]) -> "Months":
        """Return the months that hold these and others."""
        known = [*self, *others] if self.first <= self.last else list(others)
        return Months(min(known), max(known)) if known else self


NO_MONTH = Months(1, 0)
ALL_MONTHS = Months(0, _LAST)

WITHIN = "(partition_month = 0 OR partition_month BETWEEN {first} AND {last})"
"""What lies in no month of its own, or within months: PostgreSQL then opens no other partition."""

_MONTHS = "SELECT months_of_readings()"


async def with_partition(connection: Connection) -> set[int]:
    """Return the months that have a partition."""
    return {row[0] for row in await connection.fetch(_MONTHS)}


# One row for each time that a month has reached further: a few for each month.
_OF_DAYS = """
SELECT min(partition_month), max(partition_month)
FROM (
    SELECT partition_month FROM days_of_months GROUP BY partition_month
    HAVING min(first_day) <= $2 AND max(last_day) >= $1
) AS reaching
"""


async def of_days(connection: Connection, first: date, last: date) -> Months:
    """Return the months of which periods may lie on some of the days from ``first`` to ``last``."""
    row = await connection.fetchrow(_OF_DAYS, first, last)
    return NO_MONTH if row is None or row[0] is None else Months(row[0], row[1])


_MAKE = """
SELECT bool_and(make_month_of_readings(year, month)) FROM unnest($1::int[], $2::int[]) AS wanted (year, month)
"""


async def make(connection: Connection, months: Collection[tuple[int, int]]) -> bool:
    """Make partitions for months (year, month); return whether all are there.

    What is of a month without one is stored all the same. Others wait until the transaction ends: make months in one
    that ends at once.
    """
    if not months:
        return True
    ordered = sorted(months)
    made: bool = await connection.fetchval(_MAKE, [year for year, _ in ordered], [month for _, month in ordered])
    return made
