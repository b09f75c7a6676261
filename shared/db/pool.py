"""Connections to a service's own database."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic import SecretStr

from shared.db import on_the_way
from shared.db.known_statements import QuickConnection
from shared.misconfigured import Misconfigured

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[Any] | PoolConnectionProxy[Any]
else:
    # Generic for the type checker only.
    Connection = asyncpg.Connection | PoolConnectionProxy
"""A database connection, of its own or borrowed from a pool."""

on_the_way.install()

ACQUIRE_SECONDS = 5.0
"""How long a unit of work waits for a free connection before it is refused."""

_SERVER_SETTINGS = {
    "timezone": "UTC",
    # Shorter than the 15 seconds that a handler may take: the database ends it first, with a clear error.
    "statement_timeout": "12s",
    "lock_timeout": "8s",
    "idle_in_transaction_session_timeout": "30s",
    # A client whose machine is gone leaves row locks and the relay's lock behind: the server looks for it after 10 s
    # of silence, and gives it up within 15 s more. (The system's own settings wait for two hours.)
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    # Short statements only: compiling them costs more than running them.
    "jit": "off",
}

_POOLER_SETS = ("timezone", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit")
"""What a pooler has to set on the connections that it lends: it takes none of it from those who borrow them."""


def plain(url: SecretStr | str) -> str:
    """Return a database address with its password readable, as the driver needs it."""
    return url.get_secret_value() if isinstance(url, SecretStr) else url


async def open_pool(
    database_url: SecretStr | str,
    *,
    size: int = 8,
    application_name: str = "thungan",
    prepare: "Callable[[asyncpg.Connection[Any]], Awaitable[None]] | None" = None,
    lent_by_transaction: bool = False,
) -> asyncpg.Pool:
    """Open a pool of at most ``size`` connections: UTC, JSON as Python values, timeouts on statements and locks.

    It connects when first used, so a database that is still starting (or restarting) does not stop a service from
    coming up; ``/readyz`` reports whether it is there. What ``prepare`` raises about a new connection is raised to
    whoever needed one.

    ``lent_by_transaction``: the address is that of a pooler (PgBouncer in transaction mode), which lends a connection
    of the database for one transaction. Then nothing may depend on what came before on a connection: no statement is
    kept prepared, and the pooler makes the settings. A new connection raises :class:`Misconfigured` where it does not.
    """

    async def prepared(connection: "asyncpg.Connection[Any]") -> None:
        if lent_by_transaction:
            await _look_at_settings(connection)
        await _prepare(connection)
        if prepare is not None:
            await prepare(connection)

    settings = {} if lent_by_transaction else _SERVER_SETTINGS
    return await asyncpg.create_pool(
        plain(database_url),
        min_size=0,
        max_size=size,
        init=prepared,
        reset=_reset,
        timeout=10.0,
        command_timeout=20.0,
        server_settings={**settings, "application_name": application_name[:63]},
        statement_cache_size=0 if lent_by_transaction else 100,
        connection_class=_Borrowed if lent_by_transaction else QuickConnection,
    )


class _Borrowed(asyncpg.Connection):
    """A connection of the database that others use before and after."""

    def _get_unique_id(self, prefix: str) -> str:
        # A cursor's statement has a name, and the driver counts names for each process.
        return f"__thungan_{prefix}_{uuid4().hex}__"


async def _look_at_settings(connection: "asyncpg.Connection[Any]") -> None:
    wanted = {name: _SERVER_SETTINGS[name] for name in _POOLER_SETS}
    found = await connection.fetch(
        "SELECT name, current_setting(name) FROM unnest($1::text[]) AS wanted (name)", list(wanted)
    )
    missing = [f"{name} = '{wanted[name]}'" for name, value in found if value != wanted[name]]
    if missing:
        raise Misconfigured(
            f"THUNGAN_DATABASE_POOL_URL: the pooler does not set {', '.join(missing)} (docs/runbooks/pooler.md)"
        )


async def connect(database_url: SecretStr | str, *, application_name: str) -> "asyncpg.Connection[Any]":
    """Open one connection of its own, for what must not share one: session locks and listening."""
    connection = await asyncpg.connect(
        plain(database_url),
        timeout=10.0,
        command_timeout=20.0,
        server_settings={**_SERVER_SETTINGS, "application_name": application_name[:63]},
    )
    await _prepare(connection)
    return connection


_ARRAYS = (199, 1000, 1001, 1005, 1007, 1016, 1022, 1182, 1185, 1231, 2951, 3807)
"""Arrays of json, bool, bytea, smallint, integer, bigint, double precision, date, timestamptz, numeric, uuid and jsonb:
built in, and of the same number in every database of every server."""

_array_types: list[Any] = []
"""What the driver has once read about them."""


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=_dump, decoder=json.loads, schema="pg_catalog")
    # The driver reads of each type that it meets on a connection, which costs the database 3 to 12 ms each time.
    driver: Any = connection
    if not _array_types:
        found, _ = await driver._introspect_types(_ARRAYS, 10.0)
        _array_types[:] = found
    driver._protocol.get_settings().register_data_types(_array_types)


async def _reset(connection: "asyncpg.Connection[Any]") -> None:
    """Do without the driver's round trip on release: nothing here sets session state or takes session locks.

    (An open transaction is rolled back by the driver in any case.)
    """


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
