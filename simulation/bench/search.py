"""Search among very many customers, by kind of query, against reading one row by its key."""

import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from services.customer.search import search
from shared.db.pool import Connection
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.customers import fill
from simulation.bench.figures import Goal, Row, percentile
from simulation.bench.queries import KINDS, Person

NAME = "search"

_PEOPLE = """
SELECT customers.*, meter_number, collector_code FROM customers TABLESAMPLE bernoulli ($2)
JOIN meters USING (customer_code) JOIN routes USING (route_code) ORDER BY random() LIMIT $1
"""
_ROUTES = "SELECT route_code FROM routes WHERE collector_code = $1"


async def run(bench: Bench) -> list[Row]:
    """Search for people drawn at random, everywhere and on the routes of their collector."""
    customers = bench.size(1_000_000, 100_000, 2_000)
    searches = bench.size(200, 50, 3)
    async with _database(bench.stack.postgres_url) as connection:
        bench.report(f"filling a database with {customers:,} customers")
        await fill(connection, customers)
        drawn = await connection.fetch(_PEOPLE, searches, 100.0 if bench.tiny else 5.0)
        people = [dict(row) for row in drawn]
        by_key = await _by_key(connection, people)
        return [
            await _kind(connection, people, kind, own_routes, by_key) for own_routes in (False, True) for kind in KINDS
        ]


async def _kind(
    connection: Connection, people: Sequence[Person], kind: str, own_routes: bool, by_key: Sequence[float]
) -> Row:
    chance = random.Random(kind)
    times: list[float] = []
    meant: list[bool] = []
    # The first one comes twice: what a new connection has to learn is left out.
    for person in (people[0], *people):
        routes = None
        if own_routes:
            routes = [row["route_code"] for row in await connection.fetch(_ROUTES, person["collector_code"])]
        typed = KINDS[kind](person, chance)
        before = time.perf_counter()
        async with connection.transaction():
            found = await search(connection, typed, routes, 20)
        times.append((time.perf_counter() - before) * 1000)
        meant.append(bool(found) and await _is_meant(connection, found[0].customer_code, person, kind))
    times, missed = times[1:], meant[1:].count(False)
    return Row(
        benchmark=NAME,
        what=f"{'own routes' if own_routes else 'everywhere'}: {kind}",
        unit="ms",
        figure=percentile(times, 0.99),
        median=percentile(times, 0.5),
        compared_with="a customer by its key",
        other=percentile(by_key, 0.99),
        goal=Goal(50, "<="),
        note=f"somebody else came first in {missed} of {len(people)}" if missed and kind != "nobody" else "",
    )


async def _by_key(connection: Connection, people: Sequence[Person]) -> list[float]:
    times = []
    for person in (people[0], *people):
        before = time.perf_counter()
        async with connection.transaction():
            await connection.fetchrow("SELECT * FROM customers WHERE customer_code = $1", person["customer_code"])
        times.append((time.perf_counter() - before) * 1000)
    return times[1:]


async def _is_meant(connection: Connection, code: str, person: Person, kind: str) -> bool:
    found = await connection.fetchrow(
        "SELECT name_key, address_key, phone FROM customers WHERE customer_code = $1", code
    )
    if found is None:
        return False
    same_name = found["name_key"] == person["name_key"]
    same_address = found["address_key"] == person["address_key"]
    if kind.startswith("phone"):
        return bool(found["phone"] == person["phone"])
    return bool(code == person["customer_code"] or (kind.startswith("name") and same_name) or same_address)


@asynccontextmanager
async def _database(server: str) -> AsyncIterator[Connection]:
    """Make a database for the time of the measurement."""
    name = new_namespace()
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            connection = await asyncpg.connect(urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
            try:
                yield connection
            finally:
                await connection.close()
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()
