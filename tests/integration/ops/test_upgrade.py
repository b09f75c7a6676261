"""The databases of a version before, with a day of its work in them, are brought up to date and lose nothing of it."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from dev_tools.earlier_databases import PUBLIC_KEYS, file_of
from ops.audit import check_facts, collect
from ops.system import SERVICES
from services.receipt.signatures.keyring import Keyring
from shared.db import migrate
from shared.db.migrate import SHARED, read_folder
from shared.testing.databases import TestDatabases
from tests.integration.ops.test_rights import statements

TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
MAY_GROW = {"migration_history", "history_seals", "money_history"}
"""Migrations add to the first, an audit to the second, both to the history of what was done to rows of money."""
OF_AN_IMPORT = re.compile(r'relation "(new_\w+|some_\w+|affected|ordered_affected|changed_collectors)" does not exist')
"""Temporary tables, which an import makes for itself."""
MONEY = {
    "billing": (
        "SELECT sum(total), sum(open_principal), sum(open_vat), count(DISTINCT details_digest) FROM bills",
        "SELECT sum(amount), count(DISTINCT payment_id) FROM payments",
        "SELECT sum(debt), sum(credit), sum(open_bills) FROM accounts",
    ),
    "receipt": ("SELECT sum(total), sum(vat), min(number), max(number) FROM receipt",),
}


@pytest_asyncio.fixture
async def urls(databases: TestDatabases) -> AsyncIterator[dict[str, str]]:
    """The databases as they were written down, by service."""
    made = {service: await databases.create_empty() for service in SERVICES}
    await asyncio.gather(
        *[_fill(made[service], gzip.decompress(file_of(service).read_bytes()).decode()) for service in SERVICES]
    )
    yield made
    for url in made.values():
        await databases.drop(url)


async def _fill(url: str, dump: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(dump, timeout=60)
    finally:
        await connection.close()


async def figures(url: str, service: str) -> dict[str, Any]:
    """Return how many rows each table has, and what the money in them comes to."""
    connection = await asyncpg.connect(url)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        counts = {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in tables}
        sums = {statement: await connection.fetch(statement) for statement in MONEY.get(service, ())}
        return counts | sums
    finally:
        await connection.close()


def lost(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Return what is not as it was before: name → before and after."""
    return {
        name: (was, after.get(name))
        for name, was in before.items()
        if not (after.get(name) == was or (name in MAY_GROW and after.get(name, -1) > was))
    }


async def not_understood(url: str, service: str) -> list[str]:
    """Return the service's statements that its database knows no table or column for."""
    connection = await asyncpg.connect(url)
    found = []
    try:
        for statement in statements(service):
            try:
                await connection.prepare(statement)
            except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.UndefinedFunctionError) as error:
                if not OF_AN_IMPORT.match(str(error)):
                    found.append(f"{error}: {statement}")
    finally:
        await connection.close()
    return found


async def violations(urls: dict[str, str]) -> list[str]:
    keyring = Keyring.from_text(PUBLIC_KEYS.read_text(encoding="utf-8"))
    return [str(found) for found in check_facts(await collect(urls, None, "earlier", keyring)).violations]


async def test_what_a_version_before_left_is_all_there_after_each_step(urls: dict[str, str]) -> None:
    before = {service: await figures(url, service) for service, url in urls.items()}
    assert all(before["billing"][statement][0][0] for statement in MONEY["billing"])
    assert before["receipt"]["receipt"]

    for phase in ("pre", "post"):
        applied = await asyncio.gather(*[migrate(urls[name], _folder(name), phases=(phase,)) for name in SERVICES])
        assert all(f"_{phase}_" in name for names in applied for name in names)
        for service in SERVICES:
            assert lost(before[service], await figures(urls[service], service)) == {}, service
        if phase == "pre":
            unknown = await asyncio.gather(*[not_understood(urls[name], name) for name in SERVICES])
            assert [statement for found in unknown for statement in found] == []
        if phase == "pre" or any(applied):  # an audit takes most of the time
            assert await violations(urls) == []

    for service, url in urls.items():
        assert await _history(url) == {one.name for one in _files(service)}


def _folder(service: str) -> Path:
    return Path("services", service, "migrations")


def _files(service: str) -> list[Any]:
    return [*read_folder(SHARED, "shared"), *read_folder(_folder(service), "service")]


async def _history(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch("SELECT name FROM migration_history")}
    finally:
        await connection.close()
