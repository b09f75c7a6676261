"""A stand-in as a process of its own, and what can be asked of it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from stack.state import PROJECT


@dataclass(frozen=True)
class RunningStandIn:
    """One process."""

    url: str

    async def accepted(self) -> list[dict[str, Any]]:
        """Return every SMS that it has sent, the earliest first."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/_accepted") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def sent(self, client_reference: str) -> list[dict[str, Any]]:
        """Return the SMS that it has sent under a reference of ours."""
        return [sms for sms in await self.accepted() if sms["client_reference"] == client_reference]

    async def forget(self) -> None:
        """Let it forget what it has sent."""
        async with aiohttp.ClientSession(raise_for_status=True) as session, session.delete(f"{self.url}/_accepted"):
            pass

    async def fail(self, *faults: str | Sequence[str]) -> None:
        """Let the next requests fail, one after the other."""
        await self._put("/_faults", list(faults))

    async def fail_tokens(self, *faults: str) -> None:
        """Let the next requests for tokens fail."""
        await self._put("/_faults?of=tokens", list(faults))

    async def report_to(self, url: str | None) -> None:
        """Let its reports go to an address."""
        await self._put("/_report_url", url)

    async def _put(self, path: str, body: Any) -> None:
        async with (
            aiohttp.ClientSession(raise_for_status=True) as session,
            session.put(self.url + path, data=json.dumps(body)),
        ):
            pass


@asynccontextmanager
async def stand_in(kind: str, *arguments: str) -> AsyncIterator[RunningStandIn]:
    """Run a stand-in; ``arguments`` as on its command line. It ends with the block."""
    command = [sys.executable, "-m", "simulation.providers", kind, *arguments]
    process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None  # noqa: S101  it was asked for
    try:
        address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise RuntimeError(f"the stand-in for {kind} has not started")
        yield RunningStandIn(address)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
