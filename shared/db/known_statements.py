"""A statement that a connection has run before goes to the database without the driver's detours (ADR 92).

The driver passes each through five coroutines, which time it twice, look for loggers and are ready to prepare it. Where
it is prepared already, and nobody wants anything special, all that is left is to send it and to wait.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.exceptions import InvalidCachedStatementError, OutdatedSchemaCacheError

# What is followed here are names that the driver's types do not tell of.
_Driver: Any = asyncpg.Connection


class QuickConnection(_Driver):  # type: ignore[misc]
    """The driver's connection, with a short way for statements that are known."""

    __slots__ = ()

    async def fetch(self, query: str, *args: Any, **options: Any) -> list[asyncpg.Record]:
        """As the driver's own."""
        statement = None if options else self._known(query)
        if statement is None:
            found: list[asyncpg.Record] = await super().fetch(query, *args, **options)
            return found
        return await self._run(statement, query, args, 0)

    async def fetchrow(self, query: str, *args: Any, **options: Any) -> asyncpg.Record | None:
        """As the driver's own."""
        statement = None if options else self._known(query)
        if statement is None:
            row: asyncpg.Record | None = await super().fetchrow(query, *args, **options)
            return row
        rows = await self._run(statement, query, args, 1)
        return rows[0] if rows else None

    async def fetchval(self, query: str, *args: Any, **options: Any) -> Any:
        """As the driver's own."""
        statement = None if options else self._known(query)
        if statement is None:
            return await super().fetchval(query, *args, **options)
        rows = await self._run(statement, query, args, 1)
        return rows[0][0] if rows else None

    def _known(self, query: str) -> Any:
        """Return a statement as it was prepared on this connection; None where it was not, or somebody listens."""
        if self._query_loggers:
            return None
        self._check_open()
        return self._stmt_cache.get((query, self._protocol.get_record_class(), False))

    async def _run(self, statement: Any, query: str, args: Sequence[Any], limit: int) -> list[asyncpg.Record]:
        try:
            with self._stmt_exclusive_section:
                rows: list[asyncpg.Record] = await self._protocol.bind_execute(statement, args, "", limit, False, None)
                return rows
        except OutdatedSchemaCacheError:
            await self.reload_schema_state()
            raise
        except InvalidCachedStatementError:
            # What it returns has changed with a migration: it is prepared anew, as the driver does it.
            self._drop_global_statement_cache()
            if self._protocol.is_in_transaction():
                raise
        result: list[asyncpg.Record] = await self._execute(query, args, limit, None)
        return result
