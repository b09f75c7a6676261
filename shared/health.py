"""``/healthz`` (the process runs), ``/readyz`` (it can do its work) and ``/metrics``, on every service."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web
from asyncpg import Pool
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from shared import http_server
from shared.metrics import CHECK_OK, REGISTRY

Check = Callable[[], Awaitable[str | None]]
"""Returns None when all is well, else what is wrong (no secrets: everybody may read it)."""

CHECK_SECONDS = 2.0
"""A check that takes longer has failed."""


def database_check(pool: Pool) -> Check:
    """Return a check that the database answers."""

    async def check() -> str | None:
        await pool.fetchval("SELECT 1")
        return None

    return check


async def run_checks(checks: Mapping[str, Check]) -> dict[str, str | None]:
    """Return the result of each check; all run at once."""

    async def one(check: Check) -> str | None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await check()
        except TimeoutError:
            return f"no answer within {CHECK_SECONDS:g} s"
        except Exception as error:  # noqa: BLE001 - whatever a check meets is its answer
            # The type is enough; the text may hold an address.
            return type(error).__name__

    answers = await asyncio.gather(*(one(check) for check in checks.values()))
    return dict(zip(checks, answers, strict=True))


def add_health_routes(app: web.Application, checks: Mapping[str, Check], *, with_metrics: bool = True) -> None:
    """Mount ``/healthz``, ``/readyz`` and ``/metrics``. ``/readyz`` is 503 while any check fails, with every answer.

    Without metrics where everybody may ask: they show how many people pay, when, and which parts are in trouble.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        answers = await run_checks(checks)
        ready = all(answer is None for answer in answers.values())
        return web.json_response(
            {
                "status": "ready" if ready else "not ready",
                "checks": {name: "ok" if answer is None else answer for name, answer in answers.items()},
            },
            status=200 if ready else 503,
        )

    async def metrics(_: web.Request) -> web.Response:
        # The gauges that are only known when asked for are set by the checks.
        for name, answer in (await run_checks(checks)).items():
            CHECK_OK.labels(name).set(answer is None)
        return web.Response(body=generate_latest(REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    if with_metrics:
        app.router.add_get("/metrics", metrics)


@asynccontextmanager
async def serve_app(
    app: web.Application,
    *,
    host: str,
    port: int,
    shutdown_seconds: float = 5.0,
    header_seconds: float = 10.0,
    idle_seconds: float = 75.0,
    write_seconds: float = 20.0,
    held: http_server.HeldConnections | None = None,
) -> AsyncIterator[int]:
    """Serve an HTTP application; gives the port that it is bound to (``port=0`` picks a free one).

    A peer ends the headers of a request within ``header_seconds``, and is let go after ``idle_seconds`` between two
    and after ``write_seconds`` in which it reads nothing. ``held`` bounds the connections of each peer.
    At the end it stops accepting and lets requests that are under way finish for ``shutdown_seconds``.
    """
    runner = http_server.runner(
        app,
        header_seconds=header_seconds,
        idle_seconds=idle_seconds,
        write_seconds=write_seconds,
        shutdown_seconds=shutdown_seconds,
        held=held,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        await site.start()
        address = cast("tuple[str, int]", runner.addresses[0])
        yield address[1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serve_health(checks: Mapping[str, Check], *, host: str, port: int) -> AsyncIterator[int]:
    """Serve nothing but the health routes; gives the port."""
    app = web.Application()
    add_health_routes(app, checks)
    async with serve_app(app, host=host, port=port, shutdown_seconds=1.0) as bound:
        yield bound
