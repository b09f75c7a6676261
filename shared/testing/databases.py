"""A database of its own for each test, made from a template that is migrated once."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from shared.db import migrate

_DROP_TOGETHER = 40
# As a system's databases are made (`ops/provision.py`).
_CREATE_EMPTY = """CREATE DATABASE "{}" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"""

_SERVICES = Path(__file__).resolve().parents[2] / "services"


class TestDatabases:
    """Makes databases on one server, and drops every one of them in the end."""

    __test__ = False

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._templates: dict[str, str] = {}
        self._made: list[str] = []
        self._done_with: list[str] = []

    async def create(self, service: str | None = None) -> str:
        """Return the URL of a new database with the tables of a service (None: outbox and inbox only)."""
        template = await self._template(service)
        name = f"thungan_test_{uuid4().hex[:12]}"
        async with self._server() as server:
            await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return self.url(name)

    async def create_empty(self) -> str:
        """Return the URL of a new database without any tables."""
        name = f"thungan_test_{uuid4().hex[:12]}"
        async with self._server() as server:
            await server.execute(_CREATE_EMPTY.format(name))
        self._made.append(name)
        return self.url(name)

    async def rename(self, url: str, name: str) -> None:
        """Give a database that was made here another name; both are the ends of URLs."""
        before, after = (urlsplit(address).path.lstrip("/") for address in (url, name))
        async with self._server() as server:
            await server.execute(f'ALTER DATABASE "{before}" RENAME TO "{after}"')
        self._made.remove(before)
        self._made.append(after)

    async def drop(self, url: str) -> None:
        """Drop a database that :meth:`create` made, even with sessions still connected; soon, together with others.

        Each DROP DATABASE waits for a checkpoint, about a second; those that run side by side wait for the same one.
        """
        self._done_with.append(urlsplit(url).path.lstrip("/"))
        if len(self._done_with) >= _DROP_TOGETHER:
            names, self._done_with = self._done_with, []
            await self._drop_all(names)

    async def close(self) -> None:
        """Drop everything that is left."""
        names = [*self._made, *self._templates.values()]
        self._templates.clear()
        for start in range(0, len(names), _DROP_TOGETHER):
            await self._drop_all(names[start : start + _DROP_TOGETHER])

    async def _drop_all(self, names: list[str]) -> None:
        async def one(name: str) -> None:
            async with self._server() as server:
                await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

        await asyncio.gather(*map(one, names))
        self._made = [name for name in self._made if name not in names]

    async def _template(self, service: str | None) -> str:
        key = service or ""
        if key not in self._templates:
            folder = None if service is None else _SERVICES / service / "migrations"
            digest = hashlib.sha256(f"{key}{os.getpid()}{uuid4()}".encode()).hexdigest()[:12]
            name = f"thungan_test_template_{digest}"
            async with self._server() as server:
                await server.execute(_CREATE_EMPTY.format(name))
            self._templates[key] = name
            await migrate(self.url(name), folder)
        return self._templates[key]

    def url(self, database: str) -> str:
        """Return the URL of a database on this server."""
        parts = urlsplit(self._server_url)
        return urlunsplit(parts._replace(path="/" + quote(database)))

    @asynccontextmanager
    async def _server(self) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
        connection = await asyncpg.connect(self._server_url, timeout=10)
        try:
            yield connection
        finally:
            await connection.close()
