"""A bill run whose copies of billing are killed at any moment comes to what it comes to undisturbed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.billing.bill_run import confirm_run, emit_steps, start_run
from services.billing.runs.rules import RunScope, RunTotals
from services.billing.tariffs.files import load_tariffs
from shared.clock import business_day, now
from shared.contracts.actor import Actor, ActorKind
from shared.db import open_pool
from shared.ids import new_id
from shared.messaging.context import correlated
from shared.messaging.units_of_work import UnitsOfWork
from shared.testing import wait_until
from simulation.command_line import thungan, thungan_json
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem

CUSTOMERS = 1200
CUSTOMERS_OF_A_PART = 20
KILLS = 5
"""In each half of a run: while it computes, and while it releases."""

_STATE = "SELECT state FROM bill_runs WHERE run_id = $1"
_DONE = {
    "computing": "SELECT computed_parts FROM bill_runs WHERE run_id = $1",
    "releasing": "SELECT released_parts FROM bill_runs WHERE run_id = $1",
}
# A transaction that has written nothing yet has no number.
_AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'billing%' AND backend_xid IS NOT NULL
"""
_BILLS = "SELECT count(*) AS bills, sum(total)::bigint AS total, count(DISTINCT bill_number) AS numbers FROM bills"
_WAITING = "SELECT count(*) FROM metered_periods WHERE bill_id IS NULL"
_OWED = "SELECT sum(debt)::bigint FROM accounts"


def somebody(name: str) -> Actor:
    return Actor(kind=ActorKind.COMMAND_LINE, id=name)


async def killed_at_random(
    system: LocalSystem, pool: asyncpg.Pool, run_id: UUID, during: str, chance: random.Random
) -> int:
    """Kill copies in the midst of a transaction while a run is in a state, and start them again; return how often."""
    parts = CUSTOMERS // CUSTOMERS_OF_A_PART
    killed = 0
    for threshold in sorted(chance.sample(range(1, parts - 10), KILLS)):
        await wait_until(_reached(pool, run_id, during, threshold), timeout=60, every=0.002)
        if await pool.fetchval(_STATE, run_id) != during:
            break
        copies = chance.choice([(0,), (1,), (0, 1)])
        await asyncio.gather(*(asyncio.to_thread(system.kill, "billing", copy) for copy in copies))
        killed += len(copies)
        for copy in copies:
            await asyncio.to_thread(system.start, "billing", copy, wait=False)
    return killed


def _reached(pool: asyncpg.Pool, run_id: UUID, during: str, threshold: int) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        if await pool.fetchval(_STATE, run_id) != during:
            return True
        done: int = await pool.fetchval(_DONE[during], run_id)
        return done >= threshold and bool(await pool.fetchval(_AT_WORK))

    return reached


@pytest.mark.timeout(300)
async def test_a_run_whose_processes_are_killed_at_random_makes_each_bill_once_and_to_the_dong(
    tmp_path: Path,
) -> None:
    chance = random.Random(47)
    write_sample(tmp_path, customers=CUSTOMERS, seed=47, last_month=Month.before(business_day(now())))
    async with LocalSystem(f"killed_{uuid4().hex[:8]}", {"billing": 2}, keep=False) as system:
        await thungan(system, "import", "all", str(tmp_path), "--no-bills")
        undisturbed = await thungan_json(system, "bills", "run", "--dry-run")
        expected = RunTotals(**undisturbed["totals"])
        assert expected.bills >= CUSTOMERS
        pool = await open_pool(system.database_url("billing"), size=2, application_name="test of bill runs")
        try:
            units = UnitsOfWork(pool)
            with correlated(actor=somebody("a")):
                async with units.open() as work:
                    run = await start_run(work, new_id(), RunScope(), now(), customers_of_a_part=CUSTOMERS_OF_A_PART)
                    await emit_steps(work, run.run_id)
            computing = await killed_at_random(system, pool, run.run_id, "computing", chance)
            await wait_until(_in_state(pool, run.run_id, "computed"), timeout=90)
            with correlated(actor=somebody("b")):
                async with units.open() as work:
                    await confirm_run(work, run.run_id, expected.bills, expected.total, load_tariffs(), now())
                    await emit_steps(work, run.run_id)
            releasing = await killed_at_random(system, pool, run.run_id, "releasing", chance)
            await wait_until(_in_state(pool, run.run_id, "released"), timeout=90)
            bills = await pool.fetchrow(_BILLS)
            assert bills is not None
            assert (bills["bills"], bills["numbers"], bills["total"]) == (
                expected.bills,
                expected.bills,
                expected.total,
            )
            assert await pool.fetchval(_WAITING) == 0
            assert await pool.fetchval(_OWED) == expected.total
        finally:
            await pool.close()
        report = await thungan_json(system, "audit", "--wait", "60", "--complete", expect=None)
        assert report["violations"] == []
    assert min(computing, releasing) >= 2, "the run was over before anybody was killed"


def _in_state(pool: asyncpg.Pool, run_id: UUID, state: str) -> Callable[[], Awaitable[bool]]:
    async def is_in_state() -> bool:
        found: str = await pool.fetchval(_STATE, run_id)
        return found == state

    return is_in_state
