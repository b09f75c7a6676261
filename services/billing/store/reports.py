"""What was collected, and what is still open, added up for the office."""

from collections.abc import Sequence
from datetime import date, datetime

from shared.contracts.billing import AgedDebt, AgeingGroup, CollectedSum
from shared.db import Connection

# $1 the units, or none for all; $2 the first moment, $3 the first moment after the last day.
_COLLECTED = """
SELECT (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, coalesce(unit_code, '') AS unit_code, method,
    sum(amount)::bigint AS amount, count(*) AS payments
FROM payments LEFT JOIN customers USING (customer_code)
WHERE received_at >= $2 AND received_at < $3 AND reversed_at IS NULL
    AND (cardinality($1::text[]) = 0 OR unit_code = ANY ($1))
GROUP BY 1, 2, 3
ORDER BY 1, coalesce(unit_code, '') COLLATE "C", method
"""


async def collected(
    connection: Connection, unit_codes: Sequence[str], first: datetime, end: datetime
) -> list[CollectedSum]:
    """Return what was received from a moment on until before another one, by day, unit and method."""
    rows = await connection.fetch(_COLLECTED, unit_codes, first, end)
    return [CollectedSum.model_validate(dict(row)) for row in rows]


# $1 the units, or none for all; $2 the day. The partial index on open bills keeps what is paid out of it.
_BY_AGE = """
SELECT coalesce(unit_code, '') AS unit_code, coalesce({group}, '') AS "group",
    CASE WHEN due_date >= $2 THEN 'not_due' WHEN $2 - due_date <= 30 THEN 'up_to_30'
        WHEN $2 - due_date <= 60 THEN 'up_to_60' WHEN $2 - due_date <= 90 THEN 'up_to_90' ELSE 'older' END AS age,
    count(DISTINCT customer_code) AS customers, count(*) AS bills,
    sum(open_principal + open_vat)::bigint AS amount
FROM bills LEFT JOIN customers USING (customer_code)
WHERE open_principal + open_vat > 0 AND (cardinality($1::text[]) = 0 OR unit_code = ANY ($1))
GROUP BY 1, 2, 3
ORDER BY coalesce(unit_code, '') COLLATE "C", coalesce({group}, '') COLLATE "C", min($2 - due_date)
"""
_AGED = {
    AgeingGroup.UNIT: _BY_AGE.format(group="NULL::text"),
    AgeingGroup.ROUTE: _BY_AGE.format(group="facts ->> 'route_code'"),
    AgeingGroup.PRICE_GROUP: _BY_AGE.format(group="facts ->> 'price_group'"),
}


async def debts_by_age(
    connection: Connection, unit_codes: Sequence[str], day: date, by: AgeingGroup = AgeingGroup.UNIT
) -> list[AgedDebt]:
    """Return what is open by unit, by route or price group in it, and by how long it is due on a day."""
    rows = await connection.fetch(_AGED[by], unit_codes, day)
    return [AgedDebt.model_validate(dict(row)) for row in rows]
