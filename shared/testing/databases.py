"""A database of its own for each test, made from a template that is migrated once."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from shared.db import migrate

_SERVICES = Path(__file__).resolve().parents[2] / "services"


class TestDatabases:
    """Makes databases on one server, and drops every one of them in the end."""

    __test__ = False

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._templates: dict[str, str] = {}
        self._made: list[str] = []

    async def create(self, service: str | None = None) -> str:
        """Return the URL of a new database with the tables of a service (None: outbox and inbox only)."""
        template = await self._template(service)
        name = f"thungan_test_{uuid4().hex[:12]}"
        async with self._server() as server:
            await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return self._url(name)

    async def drop(self, url: str) -> None:
        """Drop a database that :meth:`create` made, whoever is still connected."""
        name = urlsplit(url).path.lstrip("/")
        async with self._server() as server:
            await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.remove(name)

    async def close(self) -> None:
        """Drop everything that is left."""
        async with self._server() as server:
            for name in [*self._made, *self._templates.values()]:
                await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.clear()
        self._templates.clear()

    async def _template(self, service: str | None) -> str:
        key = service or ""
        if key not in self._templates:
            folder = None if service is None else _SERVICES / service / "migrations"
            digest = hashlib.sha256(f"{key}{os.getpid()}{uuid4()}".encode()).hexdigest()[:12]
            name = f"thungan_test_template_{digest}"
            async with self._server() as server:
                await server.execute(f'CREATE DATABASE "{name}"')
            self._templates[key] = name
            await migrate(self._url(name), folder)
        return self._templates[key]

    def _url(self, database: str) -> str:
        parts = urlsplit(self._server_url)
        return urlunsplit(parts._replace(path="/" + quote(database)))

    @asynccontextmanager
    async def _server(self) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
        connection = await asyncpg.connect(self._server_url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()
