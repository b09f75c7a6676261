"""Very many bank credits: taken, and booked for their customers by as many processes as there are cores."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import asyncpg

from services.billing.handlers.take_bank_credits import take_bank_credits
from shared.clock import now
from shared.contracts.billing import SeenBankCredit, TakeBankCredits
from shared.db import open_pool
from shared.messaging.units_of_work import UnitsOfWork
from shared.testing.databases import TestDatabases
from simulation.bench.bench import Bench
from simulation.bench.credit_phones import seconds_until_known
from simulation.bench.figures import Goal, Row, percentile
from stack.state import PROJECT

NAME = "credits"

_SECONDS = 60.0
_AT_ONCE = 200
_FIRST = 10

TEXTS = (
    "MBVCB.{n}.TD {code} 7K3QX9PA.CT tu 0123456789 toi 0071000123456",
    "TIEN DIEN {code}",
    "Tiền điện tháng 11 {code} cảm ơn",
    "IBFT TIENDIEN{code}THANG11",
    "thanh toan {code}-NGUYEN VAN A",
)
UNCERTAIN = ("chuyen tien dien thang 11", "TIEN DIEN {cut}", "{code} va {other}", "hoan tien {code}")
"""Every twentieth: none of them may be booked."""


async def run(bench: Bench) -> list[Row]:
    """Take credits in requests as a statement does, match what was taken, and hold each against whose it is."""
    customers = bench.customers or bench.size(100_000, 20_000, 400)
    databases = TestDatabases(bench.stack.postgres_url)
    try:
        url = await databases.create("billing")
        await _fill(url, customers)
        pool = await open_pool(url, size=2, application_name="bench of bank credits")
        try:
            taking = await _take(pool, customers)
            events = await pool.fetch("SELECT body FROM outbox WHERE routing_key = 'bank_credits.taken.v1'")
            matching = await _match(url, pool, [row["body"] for row in events])
            verdict = await pool.fetchrow(_VERDICT)
            assert verdict is not None  # noqa: S101 - sums are a row
            found = dict(verdict)
        finally:
            await pool.close()
    finally:
        await databases.close()
    certain = customers - customers // 20
    if (found["wrong"], found["booked"], found["waits"]) != (0, certain, customers - certain):
        raise RuntimeError(f"{found} of {customers} credits, {certain} of them certain")
    times = await seconds_until_known(bench, *bench.size((20, 50), (10, 20), (1, 4)))
    processes = os.cpu_count() or 1
    return [
        Row(
            benchmark=NAME,
            what="bank credits taken, one process",
            unit="/s",
            figure=customers / taking,
            note=f"{_AT_ONCE} in a request, each looked for among those of other sources",
        ),
        Row(
            benchmark=NAME,
            what=f"{customers:,} bank credits matched, {processes} processes",
            unit="s",
            figure=matching["seconds"],
            goal=Goal(_SECONDS * customers / 100_000, "<="),
            note=f"{found['booked']:,} booked as payments with their events, {found['waits']:,} left to a person, "
            f"none to the wrong customer; CPU {matching['cpu']:.1f} s",
        ),
        Row(
            benchmark=NAME,
            what="from a webhook to the collector's phone, p99",
            unit="ms",
            figure=percentile(times, 0.99) * 1000,
            median=percentile(times, 0.5) * 1000,
            goal=Goal(2_000, "<="),
            note=f"{len(times):,} credits, 20 a second, all six services and the phones on this machine",
        ),
    ]


_CUSTOMERS = """
WITH facts AS (
    SELECT format('PB%s%s', 1401 + n / 25000, lpad(n::text, 7, '0')) AS code, n FROM generate_series(1, $1::int) AS n
), known AS (
    INSERT INTO customers (customer_code, version, unit_code, collector_code, collector_name, facts)
    SELECT code, 1, left(code, 6), 'TN' || n / 1000, 'Trần Văn Thu', ($2::jsonb || jsonb_build_object(
        'customer_code', code))::json
    FROM facts
), opened AS (
    INSERT INTO accounts (customer_code, debt, open_bills, oldest_due_date)
    SELECT code, 27 * (4000 + n % 20000), 1, '2026-11-10' FROM facts RETURNING customer_code
), billed AS (
    INSERT INTO bills (bill_id, bill_number, customer_code, year, month, cycle, period_from, period_to, price_group,
        households, kwh, pre_vat, vat_rate, vat, total, open_principal, open_vat, due_date, issued_at, readings, lines,
        explanation)
    SELECT gen_random_uuid(), code || 'T102026K1', code, 2026, 10, 1, '2026-10-01', '2026-10-31', 'household', '1', 50,
        25 * k, '8', 2 * k, 27 * k, 25 * k, 2 * k, '2026-11-10', now(), '[]', $3::json, '[]'
    FROM (SELECT code, 4000 + n % 20000 AS k FROM facts) AS each
)
SELECT count(*) FROM opened
"""
_LINES = [
    {
        "label": "Bậc 1",
        "decision": "1279/QĐ-BCT",
        "period_from": "2026-10-01",
        "period_to": "2026-10-31",
        "kwh": 50,
        "unit_price": 2000,
        "amount": 100000,
    }
]
# Whose it is stands in the source's id.
_VERDICT = """
SELECT count(*) FILTER (WHERE customer_code <> split_part(source_id, ' ', 1)) AS wrong,
    count(*) FILTER (WHERE state = 'booked') AS booked, count(*) FILTER (WHERE state = 'unmatched') AS waits
FROM bank_credits JOIN credit_sightings USING (credit_id)
"""


async def _fill(url: str, customers: int) -> None:
    from shared.testing.builders import customer  # noqa: PLC0415 - what it builds is large

    connection = await asyncpg.connect(url)
    try:
        facts = customer("PB14010000001").model_dump_json()
        await connection.fetchval(_CUSTOMERS, customers, facts, json.dumps(_LINES))
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


def code_of(number: int) -> str:
    """Return the code of a customer, as :data:`_CUSTOMERS` has it."""
    return f"PB{1401 + number // 25000}{number:07d}"


def credit(number: int, customers: int) -> SeenBankCredit:
    """Return the credit of a customer, in one of the ways in which people write."""
    code = code_of(number)
    text = UNCERTAIN[number // 20 % len(UNCERTAIN)] if number % 20 == 0 else TEXTS[number % len(TEXTS)]
    other = code_of(number % customers + 1)
    return SeenBankCredit(
        source_id=f"{code} {number}",
        account_number="0071000123456",
        amount=27 * (4_000 + number % 20_000),
        transacted_at=now(),
        reference=f"FT26{number:09d}",
        content=text.format(n=number, code=code, other=other, cut=code[:10]),
    )


async def _take(pool: "asyncpg.Pool[Any]", customers: int) -> float:
    units = UnitsOfWork(pool)
    told = [credit(number, customers) for number in range(1, customers + 1)]
    began = time.monotonic()
    for start in range(0, customers, _AT_ONCE):
        async with units.open() as work:
            request = TakeBankCredits(source="statement", credits=told[start : start + _AT_ONCE])
            await take_bank_credits(request, work, clock=now)
    return time.monotonic() - began


async def _match(url: str, pool: "asyncpg.Pool[Any]", events: list[str]) -> dict[str, float]:
    """Match some, let the database see what its tables hold, as it does by itself in a system, and match the rest."""
    first = await _workers(url, events[:_FIRST])
    await pool.execute("ANALYZE")
    rest = await _workers(url, events[_FIRST:])
    return {name: first[name] + rest[name] for name in first}


async def _workers(url: str, events: list[str]) -> dict[str, float]:
    processes = os.cpu_count() or 1
    done = await asyncio.gather(*(_worker(url, events[place::processes]) for place in range(processes)))
    return {"seconds": max(each["seconds"] for each in done), "cpu": sum(each["cpu"] for each in done)}


async def _worker(url: str, events: list[str]) -> dict[str, float]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "simulation.bench.peers.credit_worker"),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        output, _ = await process.communicate(json.dumps({"billing": url, "events": events}).encode())
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"a worker ended with {process.returncode}")
    found: dict[str, float] = json.loads(output)
    return found
