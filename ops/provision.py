"""One database and one role for each service, so that no service can reach another's data.

As a command (`python -m ops.provision`) it does so where the local stack is not at work, as under Docker
Compose: THUNGAN_POSTGRES_URL is the administrator's, THUNGAN_NAMESPACE names the system (thungan), and
THUNGAN_CUSTOMER_PASSWORD, THUNGAN_BILLING_PASSWORD and so on are the services' passwords.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from ops.system import SERVICES, namespace_of
from shared.placeholders import Environment, credentials_fault, secret_fault

# Extensions are made by the administrator: on a managed server a service's role may not.
EXTENSIONS = {"customer": ("unaccent", "pg_trgm")}

# One provisioning at a time on a server: roles are shared by all its databases. The number is arbitrary.
LOCK = 7_402_115


def run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine from code that may itself be called inside a running event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def database_name(namespace: str, service: str) -> str:
    """Name of a service's database, and of the role that owns it."""
    return f"{namespace}_{service}"


def database_url(administrator_url: str, namespace: str, service: str, password: str) -> str:
    """URL with which a service reaches its own database on the administrator's server."""
    parts = urlsplit(administrator_url)
    name = database_name(namespace, service)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(password, safe='')}@{address}", path=f"/{name}"))


async def provision(administrator_url: str, namespace: str, passwords: Mapping[str, str]) -> None:
    """Make the role and the database of every service in `passwords`; what is there already is kept, its password set.

    Only the owner (and the server's administrator) may connect to a database.
    """
    connection = await asyncpg.connect(administrator_url)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({LOCK})")
        for service, password in passwords.items():
            name = database_name(namespace, service)
            await _provision_role(connection, name, password)
            await _provision_database(connection, name)
            await _prepare_database(
                _with_database(administrator_url, name), name, extensions=EXTENSIONS.get(service, ())
            )
    finally:
        await connection.close()


async def remove(administrator_url: str, namespace: str, services: tuple[str, ...]) -> None:
    """Drop the services' databases, ending whatever session uses them, and their roles."""
    connection = await asyncpg.connect(administrator_url)
    try:
        for service in services:
            name = _quoted(database_name(namespace, service))
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.execute(f"DROP ROLE IF EXISTS {name}")
    finally:
        await connection.close()


async def _provision_role(connection: asyncpg.Connection[asyncpg.Record], name: str, password: str) -> None:
    known = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", name)
    # A role's password cannot be a parameter: the server itself quotes it.
    statement = await connection.fetchval(
        "SELECT format($1, $2::text, $3::text)",
        "ALTER ROLE %I LOGIN PASSWORD %L" if known else "CREATE ROLE %I LOGIN PASSWORD %L",
        name,
        password,
    )
    await connection.execute(statement)
    if not await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        # Whoever makes a database for another role has to be a member of it, superusers excepted.
        await connection.execute(f"GRANT {_quoted(name)} TO CURRENT_USER")


async def _provision_database(connection: asyncpg.Connection[asyncpg.Record], name: str) -> None:
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        await connection.execute(f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(name)} ENCODING 'UTF8'")
    await connection.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")


async def _prepare_database(url: str, name: str, extensions: tuple[str, ...]) -> None:
    connection = await asyncpg.connect(url)
    try:
        # Before PostgreSQL 15 everybody may create tables in `public`, and its owner is not the database's.
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await connection.execute(f"GRANT ALL ON SCHEMA public TO {_quoted(name)}")
        for extension in extensions:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {_quoted(extension)}")
    finally:
        await connection.close()


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Provision what the environment names; returns the exit code."""
    wanted = {service: f"THUNGAN_{service.upper()}_PASSWORD" for service in SERVICES}
    missing = [name for name in ("THUNGAN_POSTGRES_URL", *wanted.values()) if not environment.get(name)]
    if missing:
        print(f"not set: {', '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 2
    namespace = namespace_of(environment)
    passwords = {service: environment[name] for service, name in wanted.items()}
    known = _known_to_everybody(environment, wanted)
    if known and environment.get("THUNGAN_ENVIRONMENT") != Environment.DEVELOPMENT:
        print(f"passwords that everybody knows: {', '.join(known)}", file=sys.stderr)  # noqa: T201
        print("only THUNGAN_ENVIRONMENT=development may have such", file=sys.stderr)  # noqa: T201
        return 2
    asyncio.run(provision(environment["THUNGAN_POSTGRES_URL"], namespace, passwords))
    print(f"ready: {', '.join(database_name(namespace, service) for service in SERVICES)}")  # noqa: T201
    return 0


def _known_to_everybody(environment: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    known = [name for name in wanted.values() if secret_fault(environment[name])]
    return ["THUNGAN_POSTGRES_URL", *known] if credentials_fault(environment["THUNGAN_POSTGRES_URL"]) else known


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


if __name__ == "__main__":
    sys.exit(main())
