"""A service's database as a deployment makes it, for benchmarks that need no more of a system."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from ops import provision
from shared.db import migrate
from simulation.bench.bench import Bench, new_namespace


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """Addresses of one database."""

    url: str
    """With the service's own role and its rights."""
    administrator_url: str


@asynccontextmanager
async def service_database(bench: Bench, service: str) -> AsyncIterator[ServiceDatabase]:
    """Provision and migrate a database of ``service``, and remove it with its roles in the end."""
    server, namespace = bench.stack.postgres_url, new_namespace()
    password, migration_password = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    try:
        await provision.provision(server, namespace, {service: password}, migration_password)
        await migrate(
            provision.migration_url(server, namespace, service, migration_password),
            provision.SERVICES_FOLDER / service / "migrations",
            service_role=provision.database_name(namespace, service),
        )
        yield ServiceDatabase(
            provision.database_url(server, namespace, service, password),
            urlunsplit(urlsplit(server)._replace(path="/" + provision.database_name(namespace, service))),
        )
    finally:
        await provision.remove(server, namespace, (service,))
