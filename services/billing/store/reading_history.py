"""What is stored of meters and customers, for the judgement of new readings."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from services.billing.judgement.history import History, PastReading, PastUse
from shared.db import Connection

_RECENT = timedelta(days=190)
"""Holds the last three periods of whoever is billed at least every other month."""
_LAST_YEAR = timedelta(days=400), timedelta(days=330)

_KWH = """(CASE WHEN new_reading >= old_reading THEN new_reading - old_reading
    ELSE (10 ^ digits)::bigint - old_reading + new_reading END * multiplier)"""
_DAYS = """greatest(1, period_to - period_from + 1 - CASE WHEN cut_from IS NULL THEN cut_days
    ELSE greatest(0, least(cut_to, period_to) - greatest(cut_from, period_from) + 1) END)"""

# Of each register what it showed last before the first of the days that are judged, and all since.
_READINGS = f"""
WITH stored AS (
    SELECT meter_number, meter_register, customer_code, period_from, period_to, old_reading, new_reading, {_KWH} AS kwh,
        {_DAYS} AS days, estimated, held IS NOT NULL AS is_held
    FROM standing_readings JOIN metered_periods USING (period_id)
    WHERE meter_number = ANY ($1) AND superseded_by IS NULL AND sent_back_at IS NULL
        AND period_id <> ALL ($3)
)
(
    SELECT DISTINCT ON (meter_number, meter_register) * FROM stored WHERE period_to < $2
    ORDER BY meter_number, meter_register, period_to DESC
)
UNION ALL
SELECT * FROM stored WHERE period_to >= $2
"""
_USES = f"""
SELECT customer_code, year, month, period_from, period_to, sum({_KWH})::bigint AS kwh, min({_DAYS}) AS days
FROM metered_periods JOIN standing_readings USING (period_id)
WHERE customer_code = ANY ($1) AND superseded_by IS NULL AND held IS NULL
    AND period_id <> ALL ($6) AND meter_register <> 'VC'
    AND year >= extract(year FROM $4::date) - 1
    AND (period_to >= $2 AND period_from <= $3 OR period_to >= $4 AND period_from <= $5)
GROUP BY period_id
"""
_OWNERS = """
SELECT facts #>> '{meter,meter_number}', customer_code FROM customers
WHERE facts #>> '{meter,meter_number}' = ANY ($1)
"""


async def history_of(
    connection: Connection,
    customer_codes: Collection[str],
    meters: Collection[str],
    days: tuple[date, date],
    judged: Collection[UUID],
) -> History:
    """Return what is known of customers and meters whose readings are judged: of the first and the last of these days.

    What is judged, where it is stored already, is no part of it.
    """
    first, last = days
    history = History()
    for row in await connection.fetch(_READINGS, list(meters), first, list(judged)):
        history.readings[row[0], row[1]].append(PastReading(*row[2:]))
    earliest, latest = first - _LAST_YEAR[0], last - _LAST_YEAR[1]
    rows = await connection.fetch(_USES, list(customer_codes), first - _RECENT, last, earliest, latest, list(judged))
    for row in rows:
        history.uses[row[0]].append(PastUse(*row[1:]))
    return history


async def owners_of(connection: Connection, meters: Collection[str]) -> dict[str, str]:
    """Return whose present meter by the contract each of the meters is, as far as it is anybody's."""
    return {row[0]: row[1] for row in await connection.fetch(_OWNERS, list(meters))} if meters else {}
