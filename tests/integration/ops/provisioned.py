"""Databases as a deployment makes them: with a role that migrates, and one with which the service works."""

from pathlib import Path

import asyncpg

from ops import provision
from ops.system import SERVICES
from shared.db import migrate

PASSWORDS = dict.fromkeys(SERVICES, "of-the-service")
MIGRATION = "of-the-migration"


async def provisioned(postgres_url: str, system: str, *services: str) -> None:
    """Do what a deployment does: provision, then migrate."""
    await provision.provision(postgres_url, system, {service: PASSWORDS[service] for service in services}, MIGRATION)
    for service in services:
        await migrate(
            provision.migration_url(postgres_url, system, service, MIGRATION),
            Path("services", service, "migrations"),
            service_role=provision.database_name(system, service),
        )


async def connected(postgres_url: str, system: str, service: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Connect as the service."""
    return await asyncpg.connect(provision.database_url(postgres_url, system, service, PASSWORDS[service]))


async def connected_as_owner(postgres_url: str, system: str, service: str) -> "asyncpg.Connection[asyncpg.Record]":
    """Connect as the role that migrates."""
    return await asyncpg.connect(provision.migration_url(postgres_url, system, service, MIGRATION))
