"""What is measured, as processes: started, commanded line by line, ended. Both sides send JSON, one object a line."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from simulation.bench.cpu import cpu_seconds
from stack.state import PROJECT

START_SECONDS = 60.0
RUN_SECONDS = 300.0


class SubjectFailed(Exception):
    """A subject ended or did not answer; the text is what it wrote last."""


class Subject:
    """One running process."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def cpu_seconds(self) -> float:
        """CPU time that it has used so far."""
        return cpu_seconds(self.pid)

    async def read(self, within: float = RUN_SECONDS) -> dict[str, Any]:
        """Wait for its next line. Raises :class:`SubjectFailed`."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe, see start()
        try:
            async with asyncio.timeout(within):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise SubjectFailed(f"{self.name} has not answered for {within:g} s") from None
        if not line:
            raise SubjectFailed(f"{self.name} has ended with {await self._process.wait()}; see its messages above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def ask(self, within: float = RUN_SECONDS, **command: Any) -> dict[str, Any]:
        """Give a command and wait for the answer."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe, see start()
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.read(within)


@asynccontextmanager
async def subject(
    module: str, *arguments: str, settings: Mapping[str, str], python: str = sys.executable
) -> AsyncIterator[Subject]:
    """Start ``python -m module arguments`` and wait until it is ready; end it at the end."""
    process = await asyncio.create_subprocess_exec(
        python,
        "-P",
        "-m",
        module,
        *arguments,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **settings},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    started = Subject(" ".join((module.rpartition(".")[2], *arguments)), process)
    try:
        await started.read(START_SECONDS)
        yield started
    finally:
        assert process.stdin is not None  # noqa: S101 - a pipe
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
