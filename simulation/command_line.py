"""The operators' command line on a system of this machine, as a process of its own."""

import asyncio
import json
import sys
from typing import Any

from stack.services import LocalSystem
from stack.state import PROJECT


class CommandFailed(Exception):
    """A command ended with another exit code than expected; the text is what it printed."""


async def thungan(system: LocalSystem, *arguments: str, expect: int | None = 0, **variables: str) -> str:
    """Run a command on a system and return what it printed; ``variables`` are added to its environment.

    Raises :class:`CommandFailed` when it ends with another exit code than ``expect`` (None: any).
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ops.cli", *arguments),
        cwd=PROJECT,
        env={**system.operators_environment(), **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if expect is not None and process.returncode != expect:
        printed = (err or out).decode().strip()[-2000:]
        raise CommandFailed(f"thungan {arguments[0]} ended with {process.returncode}: {printed}")
    return out.decode()


async def thungan_json(system: LocalSystem, *arguments: str, expect: int | None = 0, **variables: str) -> Any:
    """Run a command with ``--json`` and return its result."""
    return json.loads(await thungan(system, *arguments, "--json", expect=expect, **variables))
