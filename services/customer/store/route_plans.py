"""Who is on a route in which order, and how the office arranges that."""

from collections.abc import Sequence
from dataclasses import dataclass

from asyncpg import Record

from services.customer.domain.route_plans import PlannedRoute
from shared.contracts.customer import PlannedStop
from shared.db import Connection

_ROUTE = "SELECT route_code, name, unit_code, collector_code FROM routes WHERE route_code = $1"
# In the order of the codes, so that two arrangements between the same routes do not wait for each other.
_LOCK_ROUTES = """
SELECT route_code, name, unit_code, collector_code FROM routes
WHERE route_code = ANY ($1) ORDER BY route_code FOR NO KEY UPDATE
"""
# Those who are supplied no more keep their places, and are no stops.
_STOPS = """
SELECT customer_code, name, address, place_in_route AS place FROM customers
WHERE route_code = $1 AND active ORDER BY place_in_route, customer_code
"""


@dataclass(frozen=True, slots=True)
class RouteRecord:
    """A route as it is on record."""

    route_code: str
    name: str
    unit_code: str
    collector_code: str


def _route(row: Record) -> RouteRecord:
    return RouteRecord(**dict(row))


async def route(connection: Connection, route_code: str) -> RouteRecord | None:
    """Return a route, or None."""
    row = await connection.fetchrow(_ROUTE, route_code)
    return None if row is None else _route(row)


async def lock_routes(connection: Connection, route_codes: Sequence[str]) -> dict[str, RouteRecord]:
    """Lock routes until the transaction ends, and return those that there are."""
    return {row["route_code"]: _route(row) for row in await connection.fetch(_LOCK_ROUTES, list(route_codes))}


async def planned_stops(connection: Connection, route_code: str) -> list[PlannedStop]:
    """Return who is on a route, in the order of walking."""
    return [PlannedStop.model_validate(dict(row)) for row in await connection.fetch(_STOPS, route_code)]


_CODES = "SELECT customer_code FROM customers WHERE route_code = $1 AND active ORDER BY place_in_route, customer_code"


async def planned(connection: Connection, of: RouteRecord) -> PlannedRoute:
    """Return what the version of a route is made of."""
    rows = await connection.fetch(_CODES, of.route_code)
    return PlannedRoute(of.collector_code, tuple(row["customer_code"] for row in rows))


_ADD = "INSERT INTO routes (route_code, name, unit_code, collector_code) VALUES ($1, $2, $3, $4)"
_GIVE = "UPDATE routes SET collector_code = $2 WHERE route_code = $1"


async def add_route(connection: Connection, new: RouteRecord) -> None:
    """Add a route."""
    await connection.execute(_ADD, new.route_code, new.name, new.unit_code, new.collector_code)


async def give_route(connection: Connection, route_code: str, collector_code: str) -> None:
    """Give a route to another collector."""
    await connection.execute(_GIVE, route_code, collector_code)


# What the last list said is kept from the first arrangement on: an import puts a customer elsewhere only when the list
# itself has changed.
_PLACE = """
UPDATE customers SET route_code = $1, place_in_route = $3 + ordered.place::integer,
    listed_route_code = coalesce(listed_route_code, route_code),
    listed_place = coalesce(listed_place, place_in_route)
FROM unnest($2::text[]) WITH ORDINALITY AS ordered (code, place)
WHERE customer_code = code AND (route_code, place_in_route) IS DISTINCT FROM ($1, $3 + ordered.place::integer)
RETURNING customer_code
"""


async def place(connection: Connection, route_code: str, customer_codes: Sequence[str], after: int = 0) -> set[str]:
    """Put customers on a route in this order, behind a place; return those who were not there. They are locked."""
    rows = await connection.fetch(_PLACE, route_code, list(customer_codes), after)
    return {row["customer_code"] for row in rows}


_LAST = "SELECT coalesce(max(place_in_route), 0) FROM customers WHERE route_code = $1"


async def last_place(connection: Connection, route_code: str) -> int:
    """Return the last place on a route; 0 where nobody is on it."""
    return int(await connection.fetchval(_LAST, route_code))


_ALL = "SELECT customer_code FROM customers WHERE route_code = $1"


async def all_on(connection: Connection, route_code: str) -> set[str]:
    """Return everybody on a route, also those who are supplied no more."""
    return {row["customer_code"] for row in await connection.fetch(_ALL, route_code)}


_WORKS_FOR = "SELECT true FROM collectors WHERE collector_code = $1 AND unit_code = $2 AND active"


async def works_for(connection: Connection, collector_code: str, unit_code: str) -> bool:
    """Whether a collector works for a unit."""
    return bool(await connection.fetchval(_WORKS_FOR, collector_code, unit_code))
