"""What the disk allows: transactions that insert one row and are kept, a second."""

import time
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from simulation.bench.bench import Bench, new_namespace
from simulation.bench.peers.driver import measure

CONNECTIONS = 16


async def commits_per_second(bench: Bench) -> float:
    """Insert rows over several connections side by side, each in a transaction of its own."""
    name = new_namespace()
    admin = await asyncpg.connect(bench.stack.postgres_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        url = urlunsplit(urlsplit(bench.stack.postgres_url)._replace(path=f"/{name}"))
        async with asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
            await pool.execute("CREATE TABLE rows (number bigint PRIMARY KEY, filling text NOT NULL)")

            async def insert(number: int) -> None:
                await pool.execute("INSERT INTO rows VALUES ($1, $2)", number, "x" * 100)

            count = bench.size(10_000, 3_000, 100)
            await measure(lambda number: insert(number - count), count // 10, CONNECTIONS)
            started = time.monotonic()
            await measure(insert, count, CONNECTIONS)
            return count / (time.monotonic() - started)
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()
