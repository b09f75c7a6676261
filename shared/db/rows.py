"""Rows that are added at most once."""

from typing import Any

from shared.db.pool import Connection


async def add_once(connection: Connection, statement: str, *values: Any) -> bool:
    """Run an ``INSERT … ON CONFLICT DO NOTHING RETURNING …`` of one row; return False when the row was there before."""
    return await connection.fetchval(statement, *values) is not None
