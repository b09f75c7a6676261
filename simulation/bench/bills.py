"""A month of very many customers, billed and released by as many processes as there are cores; beside raw COPY."""

import asyncio
import json
import os
import sys
import time
from datetime import date
from typing import Any

import asyncpg

from services.billing.bill_run import confirm_run, start_run
from services.billing.bills.bill import bill_values
from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.runs.rules import RunScope, bill_id_of
from services.billing.store.bill_runs import draft_row
from services.billing.tariffs.files import load_tariffs
from shared.clock import now
from shared.contracts.uses import Households, Uses
from shared.db import open_pool
from shared.ids import new_id
from shared.messaging.units_of_work import UnitsOfWork
from simulation.bench.bench import Bench
from simulation.bench.figures import Goal, Row
from simulation.bench.service_database import service_database
from stack.state import PROJECT

NAME = "bills"

_SECONDS_OF_A_MILLION = 300
_COMPUTED = 20_000


async def run(bench: Bench) -> list[Row]:
    """Fill a database with customers and readings, compute, release, and copy the same bills into a bare table."""
    customers = bench.customers or bench.size(100_000, 20_000, 600)
    computed = _computed_a_second(bench)
    async with service_database(bench, "billing") as database:
        await _fill(database.administrator_url, customers)
        pool = await open_pool(database.url, size=2, application_name="bench of bills")
        try:
            units = UnitsOfWork(pool)
            began = time.monotonic()
            async with units.open() as work:
                run_id = (await start_run(work, new_id(), RunScope(), now(), is_at_once=True)).run_id
            started = time.monotonic() - began
            computing = await _workers(database.url, run_id.hex)
            async with units.open() as work:
                total = await work.connection.fetchval("SELECT total FROM bill_runs")
                await confirm_run(work, run_id, customers, total, load_tariffs(), now())
            releasing = await _workers(database.url, run_id.hex)
            state = await pool.fetchval("SELECT state FROM bill_runs")
            bills = await pool.fetchval("SELECT count(*) FROM bills")
        finally:
            await pool.close()
        if (state, bills) != ("released", customers):
            raise RuntimeError(f"{bills} bills of {customers}, and the run is {state}")
        outbox, disk, copied, copied_with_keys = await _sizes_and_copies(database.administrator_url)
    seconds = started + computing["seconds"] + releasing["seconds"]
    processes = os.cpu_count() or 1
    return [
        Row(
            benchmark=NAME,
            what="drafts computed, one core",
            unit="/s",
            figure=computed,
            goal=Goal(_COMPUTED, ">="),
            note="from readings to the row that is stored, per second of CPU; the engine alone is in `computing`",
        ),
        Row(
            benchmark=NAME,
            what="bills stored",
            unit="/s",
            figure=customers / releasing["seconds"],
            compared_with="COPY of the same rows into a bare table",
            other=customers / copied,
            goal=Goal(0.25, ">=", "ratio"),
            note="released: bills, history, periods, accounts and events",
        ),
        Row(
            benchmark=NAME,
            what="the same bills stored",
            unit="/s",
            figure=customers / releasing["seconds"],
            compared_with="COPY of the same rows into tables with their keys, indexes and checks",
            other=customers / copied_with_keys,
            note="no history, periods, accounts or events in it",
        ),
        Row(
            benchmark=NAME,
            what=f"{customers:,} customers billed and released, {processes} processes",
            unit="s",
            figure=seconds,
            goal=Goal(_SECONDS_OF_A_MILLION * customers / 1_000_000, "<="),
            note=f"{started:.1f} s to divide, {computing['seconds']:.1f} s to compute (CPU {computing['cpu']:.1f} s),"
            f" {releasing['seconds']:.1f} s to release (CPU {releasing['cpu']:.1f} s)",
        ),
        Row(
            benchmark=NAME,
            what="memory of a process at its most",
            unit="MB",
            figure=max(computing["peak_mb"], releasing["peak_mb"]),
        ),
        Row(benchmark=NAME, what="outbox of a bill", unit="bytes", figure=outbox / customers),
        Row(
            benchmark=NAME,
            what="disk of a bill",
            unit="bytes",
            figure=disk / customers,
            note="bill, details, period, reading and history with their indexes, right after the run",
        ),
    ]


def _computed_a_second(bench: Bench) -> float:
    """Compute drafts of households of all sizes, in one process, without a database; per second of the core's time."""
    tariffs, count = load_tariffs(), bench.size(20_000, 5_000, 100)
    uses, households, day, run_id = Uses("household"), Households("1"), date(2026, 11, 2), new_id()
    periods = [_period(n) for n in range(count)]
    began = time.process_time()
    for period in periods:
        period_id = new_id()
        draft_row(run_id, 0, period_id, bill_id_of(period_id), bill_values(period, uses, households, tariffs, day))
    return count / (time.process_time() - began)


def _period(number: int) -> MeteredPeriod:
    reading = RegisterReading(f"M{number:08d}", "KT", 1_000, 1_000 + number * 37 % 700, 1, 5)
    days = date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 10)
    return MeteredPeriod(f"PB1401{number:07d}", 2026, 10, 1, *days, readings=(reading,))


_CUSTOMERS = """
WITH facts AS (
    SELECT format('PB%s%s', 1401 + n / 25000, lpad(n::text, 7, '0')) AS code, n FROM generate_series(1, $1::int) AS n
), known AS (
    INSERT INTO customers (customer_code, version, unit_code, collector_code, collector_name, facts)
    SELECT code, 1, left(code, 6), 'TN' || n / 1000, 'Trần Văn Thu', json_build_object(
        'customer_code', code, 'price_group', 'household', 'households', '1')
    FROM facts
), opened AS (
    INSERT INTO accounts (customer_code) SELECT code FROM facts RETURNING customer_code
)
SELECT count(*) FROM opened
"""
# With ids as an import makes them: in the order of the customers, five in a millisecond.
_PERIODS = """
INSERT INTO metered_periods (period_id, customer_code, year, month, cycle, period_from, period_to, due_date,
    fingerprint, import_id)
SELECT (lpad(to_hex(1790000000000 + place / 5), 12, '0') || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid,
    customer_code, 2026, 10, 1, '2026-10-01', '2026-10-31', '2026-11-10', '', gen_random_uuid()
FROM (SELECT customer_code, row_number() OVER (ORDER BY customer_code) AS place FROM accounts) AS opened
ORDER BY place
"""
_READINGS = """
INSERT INTO readings (period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits)
SELECT period_id, 'M' || right(customer_code, 8), 'KT', 1000, 1000 + right(customer_code, 6)::int * 37 % 700, 1, 5
FROM metered_periods
"""
_DISK = """
WITH wholes AS (SELECT unnest('{bills,bill_details,metered_periods,readings,money_history}'::regclass[]) AS relid)
SELECT sum(pg_total_relation_size(relid))::bigint
FROM (SELECT relid FROM wholes UNION SELECT inhrelid FROM pg_inherits JOIN wholes ON inhparent = relid) AS parts
"""
_OUTBOX = """
SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits WHERE inhparent = 'outbox'::regclass
"""
_COPIED = ("bills", "bill_details")


async def _fill(url: str, customers: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.fetchval(_CUSTOMERS, customers)
        await connection.execute(_PERIODS)
        await connection.execute(_READINGS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


_COPIES = {
    "bare": "CREATE TABLE bare_{table} (LIKE {table})",
    "keyed": "CREATE TABLE keyed_{table} (LIKE {table} INCLUDING INDEXES INCLUDING CONSTRAINTS)",
}
"""By what the copies' tables are called. A table's keys do not include its references to others."""
_KEYS_OF_COPIES = {("keyed", "bills"): "ALTER TABLE keyed_bills ADD FOREIGN KEY (customer_code) REFERENCES accounts"}


async def _sizes_and_copies(url: str) -> tuple[int, int, float, float]:
    """Return how many bytes the events and the bills take, and for how many seconds the same bills are copied.

    Into tables without history or anything else; the second time with keys, indexes and checks.
    """
    connection = await asyncpg.connect(url)
    try:
        outbox, disk = await connection.fetchval(_OUTBOX), await connection.fetchval(_DISK)
        return outbox, disk, await _copied(connection, "bare"), await _copied(connection, "keyed")
    finally:
        await connection.close()


async def _copied(connection: "asyncpg.Connection[Any]", kind: str) -> float:
    return sum([await _copied_table(connection, kind, table) for table in _COPIED])


async def _copied_table(connection: "asyncpg.Connection[Any]", kind: str, table: str) -> float:
    await connection.execute(_COPIES[kind].format(table=table))
    if reference := _KEYS_OF_COPIES.get((kind, table)):
        await connection.execute(reference)
    rows = bytearray()

    async def keep(data: bytes) -> None:
        rows.extend(data)

    await connection.copy_from_query(f"SELECT * FROM {table}", output=keep, format="binary")

    async def source() -> Any:
        for place in range(0, len(rows), 1 << 20):
            yield bytes(rows[place : place + (1 << 20)])

    began = time.monotonic()
    await connection.copy_to_table(f"{kind}_{table}", source=source(), format="binary")
    return time.monotonic() - began


async def _workers(url: str, run_id: str) -> dict[str, float]:
    """Have processes do the parts of the run's state; the time is from their first part, as in a service that runs."""
    done = await asyncio.gather(*(_worker(url, run_id) for _ in range(os.cpu_count() or 1)))
    return {
        "seconds": max(each["seconds"] for each in done),
        "cpu": sum(each["cpu"] for each in done),
        "peak_mb": max(each["peak_mb"] for each in done),
    }


async def _worker(url: str, run_id: str) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "simulation.bench.peers.bill_worker"),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(json.dumps({"url": url, "run_id": run_id}).encode())
    if process.returncode != 0:
        raise RuntimeError(f"a process of the run ended with {process.returncode}")
    return dict(json.loads(output))
