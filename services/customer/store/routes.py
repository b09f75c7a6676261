"""Collectors, their routes, and the stops of a day on them."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from shared.contracts.customer import CollectorDetails, CustomerSummary, RouteFigures, RouteStop
from shared.db import Connection
from shared.stored_records import readable

_COLLECTOR = """
SELECT collector_code, name, phone, unit_code, active, ARRAY(
    SELECT route_code FROM routes WHERE routes.collector_code = $1 ORDER BY route_code
) AS routes
FROM collectors WHERE collector_code = $1
"""


async def collector(connection: Connection, collector_code: str) -> CollectorDetails | None:
    """Return a collector with the codes of the routes, or None."""
    row = await connection.fetchrow(_COLLECTOR, collector_code)
    return None if row is None else CollectorDetails.model_validate(dict(row))


# $1 the units, or none for all; $2 the last code of the part before; $3 the most rows.
_COLLECTORS = """
SELECT collector_code, name, phone, unit_code, active, ARRAY(
    SELECT route_code FROM routes WHERE routes.collector_code = collectors.collector_code ORDER BY route_code
) AS routes
FROM collectors
WHERE (cardinality($1::text[]) = 0 OR unit_code = ANY ($1)) AND ($2::text IS NULL OR collector_code > $2)
ORDER BY collector_code LIMIT $3
"""


async def collectors(
    connection: Connection, unit_codes: Sequence[str], after: str | None, most: int
) -> list[CollectorDetails]:
    """Return collectors in the order of their codes."""
    rows = await connection.fetch(_COLLECTORS, unit_codes, after, most)
    return [CollectorDetails.model_validate(dict(row)) for row in rows]


# The visits of the day first, which are few: a look at every customer's last one would read all that there ever were.
# $1 the units, or none for all; $2 the last route of the part before; $3 first moment of the day, $4 first moment after
# it; $5 the most routes.
_DAY = """
WITH chosen AS (
    SELECT route_code, unit_code, collector_code FROM routes
    WHERE (cardinality($1::text[]) = 0 OR unit_code = ANY ($1)) AND ($2::text IS NULL OR route_code > $2)
    ORDER BY route_code LIMIT $5
), visited AS (
    SELECT DISTINCT ON (customer_code) customer_code, outcome, next_step, appointment FROM visits
    WHERE visited_at >= $3 AND visited_at < $4 AND withdrawn_at IS NULL
    ORDER BY customer_code, visited_at DESC
)
SELECT chosen.route_code, chosen.unit_code, collector_code, collectors.name AS collector_name,
    count(*) FILTER (WHERE debt > 0 OR outcome IS NOT NULL OR (cleared_at >= $3 AND cleared_at < $4)) AS due,
    count(outcome) AS visited,
    count(*) FILTER (WHERE outcome = 'cannot_pay' AND visited.appointment IS NOT NULL) AS promised,
    count(*) FILTER (WHERE outcome = 'away') AS away,
    count(*) FILTER (WHERE next_step = 'collection_point') AS sent_to_points,
    count(*) FILTER (WHERE debt > 0) AS owing,
    coalesce(sum(debt) FILTER (WHERE debt > 0), 0)::bigint AS owed
FROM chosen
JOIN collectors USING (collector_code)
LEFT JOIN customers ON customers.route_code = chosen.route_code
LEFT JOIN standings USING (customer_code)
LEFT JOIN visited USING (customer_code)
GROUP BY chosen.route_code, chosen.unit_code, collector_code, collectors.name
ORDER BY chosen.route_code
"""


async def day_of_routes(
    connection: Connection, unit_codes: Sequence[str], after: str | None, day: tuple[datetime, datetime], most: int
) -> list[RouteFigures]:
    """Return how a day goes on each route; ``day`` is its first moment and the first one after it."""
    rows = await connection.fetch(_DAY, unit_codes, after, *day, most)
    return [RouteFigures.model_validate(dict(row)) for row in rows]


_ROUTES = "SELECT route_code FROM routes WHERE collector_code = $1"


async def routes_of(connection: Connection, collector_code: str) -> list[str]:
    """Return the codes of a collector's routes."""
    return [row["route_code"] for row in await connection.fetch(_ROUTES, collector_code)]


_ROUTES_OF_UNITS = "SELECT route_code FROM routes WHERE unit_code = ANY ($1)"


async def routes_of_units(connection: Connection, unit_codes: Sequence[str]) -> list[str]:
    """Return the codes of the routes of units."""
    return [row["route_code"] for row in await connection.fetch(_ROUTES_OF_UNITS, list(unit_codes))]


_IS_ON_ROUTE = """
SELECT true FROM customers JOIN routes USING (route_code) WHERE customer_code = $1 AND collector_code = $2
"""


async def is_on_route(connection: Connection, customer_code: str, collector_code: str) -> bool:
    """Whether there is such a customer on a route of the collector."""
    return bool(await connection.fetchval(_IS_ON_ROUTE, customer_code, collector_code))


_IS_KNOWN = "SELECT true FROM customers WHERE customer_code = $1"


async def is_known(connection: Connection, customer_code: str) -> bool:
    """Whether there is such a customer, on whatever route."""
    return bool(await connection.fetchval(_IS_KNOWN, customer_code))


# The stops of a collector in the order of walking: who owes, and who was visited or paid on the day.
# $1 collector code, $2 first moment of the day, $3 first moment after it, $4 stops to leave out, $5 the most stops.
_STOPS = """
SELECT customer_code, customers.name, address, phone, route_code, place_in_route, meter_number, appointment,
    coalesce(step, 'settled') AS step, coalesce(debt, 0) AS debt,
    coalesce(debt, 0) <= 0 AS done_today,
    coalesce(visited_at >= $2, false) AS visited_today,
    coalesce(appointment >= $2 AND appointment < $3, false) AS promised_today,
    -- The outcome of a visit for an earlier debt is left out.
    CASE WHEN visited_at >= $2 OR account_version_then > cleared_version THEN outcome END AS last_outcome,
    count(*) OVER () AS total
FROM routes
JOIN customers USING (route_code)
LEFT JOIN standings USING (customer_code)
LEFT JOIN LATERAL (
    SELECT meter_number FROM meters WHERE meters.customer_code = customers.customer_code
    ORDER BY installed_on DESC, meter_number LIMIT 1
) AS meter ON true
LEFT JOIN LATERAL (
    SELECT outcome, visited_at, account_version AS account_version_then FROM visits
    WHERE visits.customer_code = customers.customer_code AND visited_at < $3 AND withdrawn_at IS NULL
    ORDER BY visited_at DESC LIMIT 1
) AS last_visit ON true
WHERE collector_code = $1
    AND (debt > 0 OR visited_at >= $2 OR (cleared_at >= $2 AND cleared_at < $3))
ORDER BY route_code, place_in_route, customer_code
OFFSET $4 LIMIT $5
"""


async def stops(
    connection: Connection, collector_code: str, day: tuple[datetime, datetime], skip: int, most: int
) -> tuple[list[RouteStop], int]:
    """Return stops of a collector's day in the order of walking, and how many there are in all.

    ``day`` is its first moment and the first one after it.
    """
    rows = await connection.fetch(_STOPS, collector_code, *day, skip, most)
    found = readable(rows, _stop, kind="customer", key="customer_code")
    return found, rows[0]["total"] if rows else skip


def _stop(row: Record) -> RouteStop:
    return RouteStop(
        customer=CustomerSummary.model_validate(dict(row)),
        done_today=row["done_today"],
        visited_today=row["visited_today"],
        promised_today=row["promised_today"],
        last_outcome=row["last_outcome"],
    )
