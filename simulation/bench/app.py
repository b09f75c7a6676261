"""How soon the phone app opens on a slow phone at the edge of the net, against a page with nothing in it."""

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from services.gateway import app_files
from simulation.bench.bench import Bench
from simulation.bench.figures import Goal, Row, Sample, compare
from stack.state import PROJECT

NAME = "app"

_DEV = PROJECT / "dev"
_SCRIPT = "tests/browser/opening.ts"
_EMPTY = "a page with nothing in it"
_EMPTY_PAGE = "<!doctype html><title>.</title><label>Mã đăng ký<input></label>"


async def run(bench: Bench) -> list[Row]:
    """Open the app in a browser that has never seen it and once more, in turns with the empty page."""
    rounds = await _rounds(bench.repetitions)
    empty = Sample.of([one["empty"] for one in rounds])
    return [
        compare(
            NAME,
            what,
            "s",
            Sample.of([one[when] for one in rounds]),
            empty,
            compared_with=_EMPTY,
            goal=Goal(seconds, "<="),
            note="400 kbit/s, 300 ms, processor slowed down six times",
        )
        for what, when, seconds in (("opened for the first time", "first", 3), ("opened again", "again", 1))
    ]


async def _rounds(repetitions: int) -> list[dict[str, float]]:
    """Return the seconds of each round, as the script prints them: ``first``, ``again``, ``empty``."""
    await asyncio.to_thread(lambda: subprocess.run([_DEV, "web", "build"], check=True))
    browser = await asyncio.to_thread(lambda: subprocess.check_output([_DEV, "web", "browser"], text=True))
    async with _served() as address:
        process = await asyncio.create_subprocess_exec(
            *(_DEV, "web", "node", _SCRIPT, str(repetitions)),
            env={**os.environ, "THUNGAN_BROWSER": browser.strip(), "THUNGAN_APP_URL": address},
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
    if process.returncode != 0:
        raise RuntimeError("the app could not be opened in a browser")
    found: list[dict[str, float]] = [json.loads(line) for line in output.splitlines()]
    return found


@asynccontextmanager
async def _served() -> AsyncIterator[str]:
    """Serve the app that was built as the gateway does, and the empty page at ``/empty``."""

    async def empty(_request: web.Request) -> web.Response:
        return web.Response(text=_EMPTY_PAGE, content_type="text/html")

    application = web.Application()
    application.router.add_get("/empty", empty)
    app_files.add_routes(application, PROJECT / "web" / "dist")
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/app/"
    finally:
        await runner.cleanup()
