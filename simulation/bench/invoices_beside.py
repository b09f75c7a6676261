"""What collectors wait for while a month of invoices is made and signed beside them.

Bills of others are released while the invoice service is stopped, so that nothing but the invoices is left to be made.
Then collectors work at half of what they can: without it, while it makes the invoices, and without it again. Each time
is so between two of the other kind, and what the machine does otherwise is in both.
"""

import asyncio
import shutil
import time
from collections.abc import Sequence

import asyncpg

from ops.audit.facts import SERVICES, under_way
from shared.testing import wait_until
from simulation.bench.bench import Bench
from simulation.bench.collection_load import CollectionLoad, Load, collection_load, wait_until_invoiced
from simulation.bench.collector import Collection
from simulation.bench.figures import Goal, Row, percentile
from simulation.bench.phones import whole_run, write_others
from simulation.command_line import thungan
from stack.services import LocalSystem

NAME = "beside"

PHONES = 50
_SLOWER = 1.25
"""Nobody at a door notices a visit that takes a quarter longer; a receipt is there in a fraction of a second."""
_SERVICE = "invoice"
_WAIT_SECONDS = 1200.0
_DONE = """
SELECT coalesce((SELECT sum(last_number) FROM number_rows), 0) + (SELECT count(*) FROM bills_without_invoice)
    - (SELECT count(*) FROM unsigned_invoices)
"""
"""Signed invoices and bills that get none. Numbers stand in a row of each seller: to look costs the invoices little."""


async def run(bench: Bench) -> list[Row]:
    """Pace collectors with and without invoices that are made beside them."""
    phones = bench.size(PHONES, 20, 2)
    count, half = bench.size(600, 200, 6), bench.size(400, 150, 4)
    others = bench.customers or bench.size(20_000, 3000, 60)
    # Beside the invoices they go on until the last is signed, or until too few customers are left.
    each = (count + 2 * half + bench.size(3000, 1000, 20)) // phones * 3 // 2 + 10
    folder = bench.folder / "others"
    try:
        async with collection_load(bench, phones=phones, customers_each=each) as at_work:
            write_others(folder, others)
            await thungan(at_work.system, "import", "all", str(folder), "--no-bills", "--wait", f"{_WAIT_SECONDS:.0f}")
            await _wait_until_idle(at_work.system)
            full = await at_work.saturate(count)
            rate = full.per_second / 2
            await _wait_until_idle(at_work.system)
            await wait_until_invoiced(at_work.system, _WAIT_SECONDS)
            await asyncio.to_thread(at_work.system.stop, _SERVICE)
            bills, _ = await whole_run(at_work)
            await _wait_until_idle(at_work.system, but=_SERVICE)
            before = await at_work.pace(rate, half)
            at_once = bench.size(25, 25, 2)
            left = 2 * (half + at_once) // phones + 2  # each has for what follows, however unevenly they work
            beside, invoices = await _beside(at_work, rate, at_once, bills, left)
            after = await at_work.pace(rate, half)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    without = (*before.collections, *after.collections)
    note = (
        f"{invoices:,} of {bills:,} invoices in {beside.seconds:.0f} s ({invoices / beside.seconds:.0f}/s) beside "
        f"{len(beside.collections)} visits at {rate:.1f}/s; {len(without)} without"
    )
    return [
        *_rows("search, account, visit, payment", [one.whole for one in beside.collections], without, note),
        *_rows("payment to receipt", [one.payment for one in beside.collections], without, note),
    ]


def _rows(what: str, times: list[float], without: Sequence[Collection], note: str) -> list[Row]:
    others = [one.payment if what.startswith("payment") else one.whole for one in without]
    return [
        Row(
            benchmark=NAME,
            what=f"{what}, {name}, while invoices are made",
            unit="ms",
            figure=percentile([each * 1000 for each in times], part),
            compared_with="the same without",
            other=percentile([each * 1000 for each in others], part),
            goal=Goal(_SLOWER, "<=", "ratio"),
            note=note,
        )
        for name, part in (("p50", 0.5), ("p99", 0.99))
    ]


async def _beside(at_work: CollectionLoad, rate: float, at_once: int, bills: int, left: int) -> tuple[Load, int]:
    """Let collectors work while the invoices are made; return their load, and how many bills were done meanwhile."""
    connection = await asyncpg.connect(at_work.system.database_url(_SERVICE))
    try:
        known = int(await connection.fetchval(_DONE))
        await asyncio.to_thread(at_work.system.start, _SERVICE)
        began, loads, done = time.monotonic(), list[Load](), 0
        while done < bills and min(len(each.customers) for each in at_work.collectors) > left:
            loads.append(await at_work.pace(rate, at_once))
            done = int(await connection.fetchval(_DONE)) - known
        seconds = time.monotonic() - began

        async def all_are_done() -> bool:
            return int(await connection.fetchval(_DONE)) >= known + bills

        await wait_until(all_are_done, _WAIT_SECONDS, every=1, message="invoices for all bills")
        return Load(tuple(one for load in loads for one in load.collections), seconds, {}, 0), done
    finally:
        await connection.close()


async def _wait_until_idle(system: LocalSystem, *, but: str = "") -> None:
    """Wait until every service has consumed what was emitted, but one that is stopped."""
    urls = {service: system.database_url(service) for service in SERVICES}

    async def idle() -> bool:
        found = await under_way(urls, system.amqp_url, system.namespace)
        waiting = [number for queue, number in found.queues.items() if not but or but not in queue]
        unconsumed = [kinds for service, kinds in found.unconsumed.items() if service != but]
        return not any((*found.unsent.values(), *waiting, *unconsumed))

    await wait_until(idle, _WAIT_SECONDS, every=0.5, message="nothing is under way")
