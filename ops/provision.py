"""One database and two roles for each service, so that no service can reach another's data or change its own tables.

The tables belong to the role that migrates them (`thungan_billing_migration`); the service's own role
(`thungan_billing`) has the rights on each of them that its statements need (`rights.toml`). A database of an earlier
version, where both were one role, is taken over.

As a command (`python -m ops.provision`) it does so where the local stack is not at work, as under Docker
Compose: THUNGAN_POSTGRES_URL is the administrator's, THUNGAN_NAMESPACE names the system (thungan),
THUNGAN_CUSTOMER_PASSWORD, THUNGAN_BILLING_PASSWORD and so on are the services' passwords, and
THUNGAN_MIGRATION_PASSWORD is that of the roles that migrate. Each may be in a file (THUNGAN_…_FILE), and the
administrator's password beside its address (THUNGAN_POSTGRES_PASSWORD). Run again with other passwords, it sets them
anew.

With THUNGAN_BROKER_DEFINITIONS it writes a file of that name, which RabbitMQ loads (`load_definitions`): an account for
each service with the same password as its role, and the administrator `thungan` with THUNGAN_BROKER_PASSWORD.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from ops.system import SERVICES, namespace_of
from shared.db.migrate import SHARED
from shared.db.privileges import Rights, grant_rights, quoted, read_rights
from shared.messaging.accounts import user
from shared.misconfigured import Misconfigured
from shared.placeholders import Environment, credentials_fault, secret_fault
from shared.secret_files import address_in, secret_in

# Extensions are made by the administrator: on a managed server a service's role may not.
EXTENSIONS = {"customer": ("unaccent", "pg_trgm")}

SERVICES_FOLDER = Path(__file__).parent.parent / "services"

# One provisioning at a time on a server: roles are shared by all its databases. The number is arbitrary.
LOCK = 7_402_115

ADMINISTRATOR = "thungan"
"""The broker's account of operators and migrations."""


def run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine from code that may itself be called inside a running event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def database_name(namespace: str, service: str) -> str:
    """Name of a service's database, and of the role with which the service works in it."""
    return f"{namespace}_{service}"


def migration_role(namespace: str, service: str) -> str:
    """Name of the role that owns a service's database and its tables, and migrates them."""
    return f"{namespace}_{service}_migration"


def database_url(administrator_url: str, namespace: str, service: str, password: str) -> str:
    """URL with which a service reaches its own database on the administrator's server."""
    return _with_role(administrator_url, database_name(namespace, service), database_name(namespace, service), password)


def migration_url(administrator_url: str, namespace: str, service: str, password: str) -> str:
    """URL with which a service's database is migrated."""
    return _with_role(
        administrator_url, migration_role(namespace, service), database_name(namespace, service), password
    )


async def provision(
    administrator_url: str, namespace: str, passwords: Mapping[str, str], migration_password: str
) -> None:
    """Make roles and database of every service in `passwords`; what is there already is kept, with these passwords.

    Only those two roles (and the server's administrator) may connect to a database.
    """
    connection = await asyncpg.connect(administrator_url)
    try:
        await connection.execute(f"SELECT pg_advisory_lock({LOCK})")
        for service, password in passwords.items():
            name, owner = database_name(namespace, service), migration_role(namespace, service)
            await _provision_role(connection, owner, migration_password)
            await _provision_role(connection, name, password)
            await _provision_database(connection, name, owner)
            await _prepare_database(
                _with_database(administrator_url, name),
                name,
                owner,
                extensions=EXTENSIONS.get(service, ()),
                rights=read_rights(SHARED, SERVICES_FOLDER / service / "migrations"),
            )
    finally:
        await connection.close()


async def remove(administrator_url: str, namespace: str, services: tuple[str, ...]) -> None:
    """Drop the services' databases, ending whatever session uses them, and their roles."""
    connection = await asyncpg.connect(administrator_url)
    try:
        for service in services:
            name = database_name(namespace, service)
            await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
            for role in (name, migration_role(namespace, service)):
                await connection.execute(f"DROP ROLE IF EXISTS {quoted(role)}")
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
        await connection.execute(f"GRANT {quoted(name)} TO CURRENT_USER")


async def _provision_database(connection: asyncpg.Connection[asyncpg.Record], name: str, owner: str) -> None:
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
        # From any other template, another encoding than its own, or a collation that was renewed beneath it, refuses.
        # Texts are compared by their bytes, as codes are in most indexes: any collation of the system's is dearer.
        await connection.execute(
            f"CREATE DATABASE {quoted(name)} OWNER {quoted(owner)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        )
    await connection.execute(f"ALTER DATABASE {quoted(name)} OWNER TO {quoted(owner)}")
    await connection.execute(f"REVOKE ALL ON DATABASE {quoted(name)} FROM PUBLIC, {quoted(name)}")
    # An import compares what it reads with what is there in temporary tables.
    await connection.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {quoted(name)} TO {quoted(name)}")


async def _prepare_database(url: str, name: str, owner: str, extensions: tuple[str, ...], rights: Rights) -> None:
    role, migration = quoted(name), quoted(owner)
    connection = await asyncpg.connect(url)
    try:
        for extension in extensions:
            await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {quoted(extension)}")
        # In one transaction, so that a service at work never lacks what it needs: the database of a version in which
        # the service itself owned the tables is taken over while it is used.
        async with connection.transaction():
            # Before PostgreSQL 15 everybody may create tables in `public`, and its owner is not the database's.
            await connection.execute(f"REVOKE ALL ON SCHEMA public FROM PUBLIC, {role}")
            await connection.execute(f"GRANT ALL ON SCHEMA public TO {migration}")
            await connection.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            await connection.execute(f"REASSIGN OWNED BY {role} TO {migration}")
            # What versions before gave on each new table: now the rights are named, table by table.
            await connection.execute(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {migration} IN SCHEMA public REVOKE ALL ON TABLES FROM {role}"
            )
            await connection.execute(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {migration} IN SCHEMA public "
                f"GRANT USAGE, SELECT ON SEQUENCES TO {role}"
            )
            await grant_rights(connection, name, rights)
    finally:
        await connection.close()


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Provision what the environment names; returns the exit code."""
    wanted = {service: f"THUNGAN_{service.upper()}_PASSWORD" for service in SERVICES}
    required = ("THUNGAN_POSTGRES_URL", *wanted.values(), "THUNGAN_MIGRATION_PASSWORD")
    try:
        found = {name: secret_in(environment, name) for name in (*required, "THUNGAN_BROKER_PASSWORD")}
        found["THUNGAN_POSTGRES_URL"] = address_in(environment, "THUNGAN_POSTGRES_URL")
    except Misconfigured as fault:
        print(fault, file=sys.stderr)  # noqa: T201
        return 2
    given = {name: secret for name, secret in found.items() if secret is not None}
    missing = [name for name in required if name not in given]
    if missing:
        print(f"not set: {', '.join(missing)}", file=sys.stderr)  # noqa: T201
        return 2
    namespace = namespace_of(environment)
    passwords = {service: given[name] for service, name in wanted.items()}
    known = _known_to_everybody(given)
    if known and environment.get("THUNGAN_ENVIRONMENT") != Environment.DEVELOPMENT:
        print(f"passwords that everybody knows: {', '.join(known)}", file=sys.stderr)  # noqa: T201
        print("only THUNGAN_ENVIRONMENT=development may have such", file=sys.stderr)  # noqa: T201
        return 2
    asyncio.run(provision(given["THUNGAN_POSTGRES_URL"], namespace, passwords, given["THUNGAN_MIGRATION_PASSWORD"]))
    if path := environment.get("THUNGAN_BROKER_DEFINITIONS"):
        write_definitions(Path(path), namespace, passwords, given.get("THUNGAN_BROKER_PASSWORD", ""))
    print(f"ready: {', '.join(database_name(namespace, service) for service in SERVICES)}")  # noqa: T201
    return 0


def _known_to_everybody(given: Mapping[str, str]) -> list[str]:
    return [
        name
        for name, secret in given.items()
        if (credentials_fault(secret) if name == "THUNGAN_POSTGRES_URL" else secret_fault(secret))
    ]


def write_definitions(path: Path, namespace: str, passwords: Mapping[str, str], administrators: str) -> None:
    """Write the broker's accounts for it to load at its start; the file holds hashes of passwords."""
    # Imported here: the topologies bring all of the services along, which nothing else here needs.
    from ops.broker_accounts import broker_definitions  # noqa: PLC0415

    found = broker_definitions(namespace, passwords)
    # A broker that loads definitions makes no first account by itself.
    found["users"].append(user(ADMINISTRATOR, administrators, tags=["administrator"]))
    everything = {"configure": ".*", "write": ".*", "read": ".*"}
    found["permissions"].append({"user": ADMINISTRATOR, "vhost": "/", **everything})
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(found, indent=1), encoding="utf-8")
    draft.chmod(0o644)  # the broker's own user reads it
    draft.replace(path)


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _with_role(url: str, role: str, database: str, password: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{address}", path=f"/{database}"))


if __name__ == "__main__":
    sys.exit(main())
