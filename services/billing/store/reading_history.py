"""What is stored of meters and customers, for the judgement of new readings.

Each statement asks for rows by their keys, so that it costs the same however much is stored beside them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.billing.bills.metered_period import REACTIVE, MeteredPeriod
from services.billing.judgement.history import LOOKED_BACK, History, PastReading, PastUse
from services.billing.store.partition_months import ALL_MONTHS, NO_MONTH, Months, of_days
from shared.db import Connection

_PERIODS = 3
"""So many of a customer's last periods that are not held are looked at."""

_DAYS = """greatest(1, period_to - period_from + 1 - CASE WHEN cut_from IS NULL THEN cut_days
    ELSE greatest(0, least(cut_to, period_to) - greatest(cut_from, period_from) + 1) END)"""
_COLUMNS = f"""period_id, metered_periods.customer_code, year, month, period_from, period_to, {_DAYS} AS days,
    held IS NOT NULL AS is_held, sent_back_at IS NOT NULL AS is_sent_back"""

# In the partitions of the last months, and of last year's.
_WITHIN = "(partition_month = 0 OR partition_month BETWEEN {0} AND {1} OR partition_month BETWEEN {2} AND {3})"
# Of each customer the last periods before the first day, back to the third that is not held; all since; and the same
# months of last year. The meters in them are almost always those that are judged.
_OF_CUSTOMERS = f"""
SELECT period.*, place <= {_PERIODS} AS is_last
FROM unnest($1::text[], $2::date[], $3::int[], $4::int[]) AS asked (customer_code, first, first_month, last_month),
    LATERAL (
        SELECT {_COLUMNS}, count(*) FILTER (WHERE period_to < asked.first AND held IS NULL)
            OVER (ORDER BY period_to DESC ROWS UNBOUNDED PRECEDING) AS place
        FROM metered_periods
        WHERE metered_periods.customer_code = asked.customer_code AND superseded_by IS NULL AND period_id <> ALL ($5)
            AND {_WITHIN.format("$6", "$7", "$8", "$9")}
    ) AS period
WHERE place <= {_PERIODS} OR year * 12 + month BETWEEN asked.first_month - 12 AND asked.last_month - 12
"""
# Meters that are read for others, too.
_SHARED = """
SELECT DISTINCT asked.meter_number
FROM unnest($1::text[], $2::text[]) AS asked (meter_number, customer_code)
    JOIN read_meters ON read_meters.meter_number = asked.meter_number
        AND read_meters.customer_code <> asked.customer_code
"""
_PERIODS_OF_METERS = "SELECT DISTINCT period_id FROM readings WHERE meter_number = ANY ($1)"
_BY_ID = f"""
SELECT {_COLUMNS} FROM metered_periods
WHERE period_id = ANY ($1) AND superseded_by IS NULL AND sent_back_at IS NULL AND period_id <> ALL ($2)
"""
_READINGS = f"""
SELECT period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits, estimated
FROM standing_readings WHERE period_id = ANY ($1) AND {_WITHIN.format("$2", "$3", "$4", "$5")}
"""
_OWNERS = """
SELECT facts #>> '{meter,meter_number}', customer_code FROM customers
WHERE facts #>> '{meter,meter_number}' = ANY ($1)
"""


@dataclass(frozen=True, slots=True)
class _Span:
    """What is judged of a customer: its first day, and its months, counted from the year 0."""

    first: date
    first_month: int
    last_month: int

    def and_(self, period: MeteredPeriod) -> "_Span":
        month = period.year * 12 + period.month
        return _Span(min(self.first, period.period_from), min(self.first_month, month), max(self.last_month, month))


class _Stored(NamedTuple):
    """A stored period."""

    period_id: UUID
    customer_code: str
    year: int
    month: int
    period_from: date
    period_to: date
    days: int
    is_held: bool
    is_sent_back: bool
    place: int = 0
    is_last: bool = False


Register = tuple[str, str]


async def history_of(
    connection: Connection, judged: Collection[MeteredPeriod], *, without: Collection[UUID] = ()
) -> History:
    """Return what is known of the customers and meters of periods that are judged.

    ``without``: periods that are no part of it; those that are judged, where they are stored already.
    """
    history = History()
    known = await _add_customers(connection, judged, without, history)
    read = {(reading.meter_number, period.customer_code) for period in judged for reading in period.readings}
    shared = await connection.fetch(_SHARED, [meter for meter, _ in read], [code for _, code in read])
    meters = {row["meter_number"] for row in shared}
    meters |= {
        reading.meter_number
        for period in judged
        for reading in period.readings
        if (period.customer_code, reading.meter_number, reading.meter_register) not in known
    }
    if meters:
        await _add_meters(connection, meters, without, history)
    return history


async def _add_customers(
    connection: Connection, judged: Collection[MeteredPeriod], without: Collection[UUID], history: History
) -> set[tuple[str, str, str]]:
    """Add what is known of customers; return the registers (customer, meter, register) whose last reading it has."""
    spans: dict[str, _Span] = {}
    for period in judged:
        code, month = period.customer_code, period.year * 12 + period.month
        spans[code] = spans.get(code, _Span(period.period_from, month, month)).and_(period)
    within = await _months(connection, list(spans.values()))
    rows = await connection.fetch(
        _OF_CUSTOMERS,
        list(spans),
        [span.first for span in spans.values()],
        [span.first_month for span in spans.values()],
        [span.last_month for span in spans.values()],
        list(without),
        *within,
    )
    known = set()
    for stored, readings in (await _with_readings(connection, [_Stored(*row) for row in rows], within)).values():
        code, span = stored.customer_code, spans[stored.customer_code]
        is_recent = stored.is_last and stored.period_to >= span.first - LOOKED_BACK
        for register, past in readings:
            if not stored.is_sent_back:
                history.readings[register].append(past)
                # What is older is not all there: months in between were not looked at.
                if is_recent:
                    known.add((code, *register))
        is_last_years = span.first_month <= stored.year * 12 + stored.month + 12 <= span.last_month
        if not stored.is_held and (is_recent or is_last_years):
            kwh = sum(past.kwh for (_, register), past in readings if register != REACTIVE)
            use = PastUse(stored.year, stored.month, stored.period_from, stored.period_to, kwh, stored.days)
            history.uses[code].append(use)
    return known


async def _months(connection: Connection, spans: Collection[_Span]) -> tuple[int, int, int, int]:
    """Return the first and the last month in which recent periods lie, and those of last year."""
    recent = await of_days(connection, min(span.first for span in spans) - LOOKED_BACK, date.max)
    last_year = Months(min(span.first_month for span in spans) - 12, max(span.last_month for span in spans) - 12)
    return (*recent, *last_year)


async def _add_meters(
    connection: Connection, meters: Collection[str], without: Collection[UUID], history: History
) -> None:
    """Add all that is known of meters, whoever's they were, in place of what is known of them by their customers."""
    for register in [register for register in history.readings if register[0] in meters]:
        del history.readings[register]
    periods = [row["period_id"] for row in await connection.fetch(_PERIODS_OF_METERS, list(meters))]
    if not periods:
        return
    rows = await connection.fetch(_BY_ID, periods, list(without))
    everywhere = (*ALL_MONTHS, *NO_MONTH)
    for _, readings in (await _with_readings(connection, [_Stored(*row) for row in rows], everywhere)).values():
        for register, past in readings:
            if register[0] in meters:
                history.readings[register].append(past)


async def _with_readings(
    connection: Connection, periods: Collection[_Stored], within: tuple[int, int, int, int]
) -> Mapping[UUID, tuple[_Stored, list[tuple[Register, PastReading]]]]:
    found: dict[UUID, tuple[_Stored, list[tuple[Register, PastReading]]]] = {
        stored.period_id: (stored, []) for stored in periods
    }
    if not found:
        return found
    for period_id, meter, register, old, new, multiplier, digits, estimated in await connection.fetch(
        _READINGS, list(found), *within
    ):
        stored, readings = found[period_id]
        kwh = (new - old if new >= old else 10**digits - old + new) * multiplier
        past = PastReading(
            stored.customer_code,
            stored.period_from,
            stored.period_to,
            old,
            new,
            kwh,
            stored.days,
            estimated,
            stored.is_held,
        )
        readings.append(((meter, register), past))
    return found


async def owners_of(connection: Connection, meters: Collection[str]) -> dict[str, str]:
    """Return whose present meter by the contract each of the meters is, as far as it is anybody's."""
    return {row[0]: row[1] for row in await connection.fetch(_OWNERS, list(meters))} if meters else {}
