"""The least that a service can be: an HTTP server and a database connection in one Python process."""

import os

import asyncpg
from aiohttp import web

from simulation.bench.peers import driver


async def _serve() -> None:
    pool = await asyncpg.create_pool(os.environ["THUNGAN_POSTGRES_URL"], min_size=1, max_size=8)

    async def ready(_request: web.Request) -> web.Response:
        return web.json_response({"one": await pool.fetchval("SELECT 1")})

    application = web.Application()
    application.router.add_get("/readyz", ready)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await driver.obey()
    await runner.cleanup()
    await pool.close()


if __name__ == "__main__":
    driver.run(_serve())
