"""The services with a real PgBouncer before their databases, which lends connections by transaction."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from shared.contracts.receipt import PaperKind
from shared.db.pool import open_pool
from shared.misconfigured import Misconfigured
from simulation.command_line import thungan
from stack.local import LocalStack
from stack.pgbouncer import pgbouncer
from tests.e2e.small_system import people, small_system


async def lent_connections(stack: LocalStack, namespace: str) -> int:
    """Return how many connections of billing's database work for its pool."""
    server = await asyncpg.connect(stack.postgres_url)
    try:
        count: int = await server.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = $1 AND usename = $1 AND application_name = 'billing billing-0'",
            f"{namespace}_billing",
        )
        return count
    finally:
        await server.close()


@pytest.mark.timeout(240)
async def test_collectors_are_served_through_a_pooler_that_lends_connections_by_transaction(tmp_path: Path) -> None:
    stack = LocalStack()
    with pgbouncer(stack) as pooler:
        port = urlsplit(pooler).port
        async with small_system("pooled", tmp_path, pooler_port=port) as (system, collector_code):
            async with people(system, collector_code) as (_, phone):
                await phone.open_shift()
                owing = [stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0][:12]
                await asyncio.gather(*(phone.pay(one.customer_code, one.debt) for one in owing))
                for one in owing:
                    await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=one.customer_code)
                accounts = await asyncio.gather(*(phone.account(one.customer_code) for one in owing))
                assert [account.account.debt for account in accounts] == [0] * len(owing)
                # The pool asks for eight; the pooler has three for all.
                assert 1 <= await lent_connections(stack, system.namespace) <= 3
            await thungan(system, "audit")


async def test_a_pooler_that_does_not_make_the_settings_is_refused_with_what_is_missing() -> None:
    stack = LocalStack()
    with pgbouncer(stack, connect_query="SET jit = off") as pooler:
        pool = await open_pool(f"{pooler}/postgres", lent_by_transaction=True)
        with pytest.raises(Misconfigured, match=r"does not set .*statement_timeout = '12s'.*pooler\.md"):
            await pool.fetchval("SELECT 1")
        await pool.close()
