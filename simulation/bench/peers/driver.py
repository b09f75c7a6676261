"""What every subject does the same way: take commands, and measure. Nothing but the standard library is needed."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

Command = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

# What libraries print must not come between the answers.
_answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


async def obey(command: Command | None = None) -> None:
    """Report that all is ready, then answer commands until the other side closes."""
    _write_line({"ready": True})
    while line := await asyncio.to_thread(sys.stdin.readline):
        if command is not None:
            _write_line(await command(json.loads(line)))


def _write_line(what: dict[str, Any]) -> None:
    _answers.write(json.dumps(what) + "\n")


async def measure(call: Callable[[int], Awaitable[None]], count: int, concurrency: int) -> dict[str, Any]:
    """Do something ``count`` times, ``concurrency`` at a time; return the seconds that it took."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await call(number)

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return {"seconds": time.perf_counter() - started}


def run(main: Awaitable[None]) -> None:
    """Run on uvloop, as all subjects do."""
    import uvloop  # noqa: PLC0415 - the peers' environment has it, too, but not whoever only imports this

    async def awaited() -> None:
        await main

    uvloop.run(awaited())
