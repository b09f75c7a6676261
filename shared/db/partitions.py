"""Looks after tables that lie in partitions by time: some are made ahead, old ones are dropped as a whole (ADR 58).

Which tables these are stands in their database (shared/db/sql/0013); the functions there do the work with the rights of
the tables' owner, under a lock, so that several copies do not hinder each other. They wait for locks for a tenth of a
second: rather than that somebody's insert waits behind them, they raise ``asyncpg.LockNotAvailableError``.
"""

from collections.abc import Mapping
from datetime import timedelta

import asyncpg

from shared.db.pool import Connection

_TABLES = "SELECT table_name FROM partitioned_tables ORDER BY table_name"
_KEEP = "SELECT keep_partitions($1)"
_DROP = "SELECT drop_partition($1, $2)"
_DELETE = "SELECT delete_from_default($1, $2)"
_MISSING = "SELECT table_name, missing FROM missing_partitions()"


async def partitioned_tables(connection: Connection) -> list[str]:
    """Return the tables of a database that lie in partitions."""
    return [row["table_name"] for row in await connection.fetch(_TABLES)]


async def keep_partitions(connection: Connection, table: str) -> int:
    """Make the partitions of a table that are missing; return how many. Another copy may be at it: then none."""
    return await connection.fetchval(_KEEP, table) or 0


async def drop_partitions(connection: Connection, table: str, kept: timedelta | None) -> list[str]:
    """Drop the partitions of a table that are old and hold nothing that still counts; return their names.

    ``kept``: for how long at least; None: for as long as its migration says. Old rows that lie in no partition of their
    own are deleted. The connection is in no transaction: each partition is dropped by one of its own.
    """
    dropped = []
    while (name := await connection.fetchval(_DROP, table, kept)) is not None:
        dropped.append(str(name))
    while await connection.fetchval(_DELETE, table, kept):
        pass
    return dropped


async def look_after(
    connection: Connection, kept: Mapping[str, timedelta]
) -> tuple[dict[str, int], dict[str, list[str]], list[str]]:
    """Do what is to be done with all tables; return what was made, what was dropped, and where locks were not free."""
    made: dict[str, int] = {}
    dropped: dict[str, list[str]] = {}
    postponed = []
    for table in await partitioned_tables(connection):
        try:
            if count := await keep_partitions(connection, table):
                made[table] = count
            if names := await drop_partitions(connection, table, kept.get(table)):
                dropped[table] = names
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            postponed.append(table)
    return made, dropped, postponed


async def missing_partitions(connection: Connection) -> dict[str, int]:
    """Return for each table how many of the partitions that should be there are not."""
    return {row["table_name"]: row["missing"] for row in await connection.fetch(_MISSING)}
