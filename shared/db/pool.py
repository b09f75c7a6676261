"""Connections to a service's own database."""

import json
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic import SecretStr

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[Any] | PoolConnectionProxy[Any]
else:
    # Generic for the type checker only.
    Connection = asyncpg.Connection | PoolConnectionProxy
"""A database connection, of its own or borrowed from a pool."""

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


def plain(url: SecretStr | str) -> str:
    """Return a database address with its password readable, as the driver needs it."""
    return url.get_secret_value() if isinstance(url, SecretStr) else url


async def open_pool(database_url: SecretStr | str, *, size: int = 8, application_name: str = "thungan") -> asyncpg.Pool:
    """Open a pool of at most ``size`` connections: UTC, JSON as Python values, timeouts on statements and locks.

    It connects when first used, so a database that is still starting (or restarting) does not stop a service from
    coming up; ``/readyz`` reports whether it is there.
    """
    return await asyncpg.create_pool(
        plain(database_url),
        min_size=0,
        max_size=size,
        init=_prepare,
        reset=_reset,
        timeout=10.0,
        command_timeout=20.0,
        server_settings={**_SERVER_SETTINGS, "application_name": application_name[:63]},
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


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=_dump, decoder=json.loads, schema="pg_catalog")


async def _reset(connection: "asyncpg.Connection[Any]") -> None:
    """Do without the driver's round trip on release: nothing here sets session state or takes session locks.

    (An open transaction is rolled back by the driver in any case.)
    """


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
