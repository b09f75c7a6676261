"""Tests in a real browser: what they need, and Node.js running them."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from aiohttp import web

from services.gateway import app_files
from services.gateway.edge.server import edge_middleware

PROJECT = Path(__file__).resolve().parents[3]
DEV = PROJECT / "dev"


def find_browser() -> str:
    """Return the machine's Chromium, installed first where there is none."""
    return subprocess.run([DEV, "web", "browser"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


async def run(script: str, environment: Mapping[str, str], *, seconds: float = 300) -> str:
    """Run a file of ``web/tests/browser`` by Node's test runner; return what it printed, or raise what failed."""
    command = (str(DEV), "web", "test", "--test-reporter=spec", f"tests/browser/{script}")
    browser = await asyncio.to_thread(find_browser)
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "NODE_DISABLE_COLORS": "1", "THUNGAN_BROWSER": browser, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), seconds)
    except BaseException:
        # Node's runner has processes of its own, and they have browsers: one signal for all of them.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        await process.wait()
        raise
    printed = output.decode(errors="replace")
    assert process.returncode == 0, printed[-8000:]
    assert "fail 0" in printed, printed[-8000:]
    return printed


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[str]:
    """Serve a built page at ``/app/`` as the gateway serves the app, headers and all; yields its address."""
    application = web.Application(middlewares=[edge_middleware(15)])
    app_files.add_routes(application, folder)
    async with listening(application) as address:
        yield f"{address}/app/"


@asynccontextmanager
async def listening(application: web.Application) -> AsyncIterator[str]:
    """Run an application for the time of the block; yields its address."""
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def build_bench(folder: Path) -> None:
    """Build the page that has the app's printing without its screens."""
    vite = ("web", "node", "node_modules/vite/bin/vite.js", "build", "--logLevel", "warn")
    config = ("--config", "tests/browser/bench/vite.config.ts", "--outDir", str(folder))
    subprocess.run([DEV, *vite, *config], check=True, capture_output=True)
