"""What was paid on one day, by route and by hour."""

from collections.abc import Sequence
from datetime import datetime

from shared.contracts.billing import HourPayments, RoutePayments
from shared.db import Connection

# By the route of the customer, whoever has taken the money.
# $1 the units, or none for all; $2 the last route of the part before; $3 first moment of the day, $4 first moment after
# it; $5 the most routes.
_DAY = """
SELECT coalesce(facts ->> 'route_code', '') AS route_code, coalesce(unit_code, '') AS unit_code,
    coalesce(max(customers.collector_code), '') AS collector_code,
    coalesce(sum(amount) FILTER (WHERE method = 'cash'), 0)::bigint AS cash,
    count(*) FILTER (WHERE method = 'cash') AS cash_payments,
    coalesce(sum(amount) FILTER (WHERE method = 'transfer'), 0)::bigint AS transfers,
    count(*) FILTER (WHERE method = 'transfer') AS transfer_payments,
    coalesce(sum(amount) FILTER (WHERE method = 'collection_point'), 0)::bigint AS collection_points,
    count(*) FILTER (WHERE method = 'collection_point') AS collection_point_payments
FROM payments LEFT JOIN customers USING (customer_code)
WHERE received_at >= $3 AND received_at < $4 AND reversed_at IS NULL
    AND (cardinality($1::text[]) = 0 OR unit_code = ANY ($1))
    AND ($2::text IS NULL OR coalesce(facts ->> 'route_code', '') COLLATE "C" > $2)
GROUP BY 1, 2
ORDER BY coalesce(facts ->> 'route_code', '') COLLATE "C" LIMIT $5
"""


async def day_of_payments(
    connection: Connection, unit_codes: Sequence[str], after: str | None, day: tuple[datetime, datetime], most: int
) -> list[RoutePayments]:
    """Return what was paid on each route; ``day`` is its first moment and the first one after it."""
    rows = await connection.fetch(_DAY, unit_codes, after, *day, most)
    return [RoutePayments.model_validate(dict(row)) for row in rows]


# $1 the units, or none for all; $2 first moment of the day, $3 first moment after it. The whole hours since the first
# moment are those of Vietnam's clock, which knows no summer time.
_HOURS = """
SELECT floor(extract(epoch FROM received_at - $2) / 3600)::integer AS hour, sum(amount)::bigint AS amount,
    count(*) AS payments
FROM payments
WHERE received_at >= $2 AND received_at < $3 AND reversed_at IS NULL
    AND (cardinality($1::text[]) = 0 OR EXISTS (
        SELECT FROM customers WHERE customers.customer_code = payments.customer_code AND unit_code = ANY ($1)))
GROUP BY 1 ORDER BY 1
"""


async def hours_of_payments(
    connection: Connection, unit_codes: Sequence[str], day: tuple[datetime, datetime]
) -> list[HourPayments]:
    """Return what was paid in each hour; ``day`` is its first moment and the first one after it."""
    return [HourPayments.model_validate(dict(row)) for row in await connection.fetch(_HOURS, unit_codes, *day)]
