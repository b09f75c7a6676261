"""A backup of one database by PostgreSQL's own tools, taken and restored while work goes on."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from stack import postgres
from stack.processes import StackError


class Backup:
    """A backup of the database that a URL of its server's administrator names, in a file."""

    def __init__(self, url: str, file: Path) -> None:
        self._url = url
        self._name = urlsplit(url).path.lstrip("/")
        self._server_url = url.replace(f"/{self._name}", "/postgres")
        self._file = file

    async def take(self) -> "Backup":
        """Take it; what is written meanwhile is not in it."""
        await self._run("pg_dump", "--format=custom", f"--file={self._file}", self._url)
        return self

    async def restore(self) -> None:
        """Replace the database as operators do, with owner and rights: whoever is connected is disconnected."""
        server = await asyncpg.connect(self._server_url)
        try:
            await server.execute(f'DROP DATABASE "{self._name}" WITH (FORCE)')
        finally:
            await server.close()
        await self._run("pg_restore", "--create", f"--dbname={self._server_url}", str(self._file))

    async def _run(self, tool: str, *arguments: str) -> None:
        process = await asyncio.create_subprocess_exec(
            str(postgres.program_folder() / tool), *arguments, stderr=asyncio.subprocess.PIPE
        )
        _, errors = await process.communicate()
        if process.returncode != 0:
            raise StackError(f"{tool} ended with {process.returncode}: {errors.decode().strip()[-1000:]}")
