"""What collectors wait for while a bill run goes beside them, and with two years of bills behind every customer."""

import asyncio
import csv
import shutil
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared.clock import business_day, now
from simulation.bench.bench import Bench
from simulation.bench.collection_load import CollectionLoad, Load, collection_load, wait_until_idle
from simulation.bench.figures import Goal, Row, percentile
from simulation.command_line import thungan, thungan_json
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample

NAME = "phones"

PHONES = 50
MONTHS = 24
_FLAT = 1.15
_WAIT_SECONDS = "1200"


async def run(bench: Bench) -> list[Row]:
    """Pace collectors at half of what they can, alone, with two years behind them, and beside a run over others."""
    phones = bench.size(PHONES, 20, 2)
    count = bench.size(600, 200, 6)
    half = bench.size(600, 200, 4)
    others = bench.customers or bench.size(100_000, 10_000, 120)
    each = (count + 2 * half + bench.size(1500, 600, 20)) // phones * 3 // 2 + 10
    folder = bench.folder / "others"
    try:
        async with collection_load(bench, phones=phones, customers_each=each) as at_work:
            write_others(folder, others)
            await thungan(at_work.system, "import", "all", str(folder), "--no-bills", "--wait", _WAIT_SECONDS)
            await wait_until_idle(at_work.system, float(_WAIT_SECONDS))
            full = await at_work.saturate(count)
            rate = full.per_second / 2
            alone = await at_work.pace(rate, half)
            bills = await age_bills(as_administrator(bench, at_work.system.database_url("billing")))
            aged = await at_work.pace(rate, half)
            beside, run_ = await _beside(at_work, rate, bench.size(25, 25, 2))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        _latency("payment to receipt, p99, no run", alone, [one.payment for one in alone.collections], None),
        _latency(
            f"payment to receipt, p99, beside a run over {others:,} customers",
            beside,
            [one.payment for one in beside.collections],
            [one.payment for one in aged.collections],
            note=f"half load is {rate:.1f} collections a second; {run_}",
        ),
        _latency(
            f"payment to receipt, p99, {MONTHS} months of bills behind each customer",
            aged,
            [one.payment for one in aged.collections],
            [one.payment for one in alone.collections],
            note=f"{bills:,} paid bills with their periods and payments in billing; medians: "
            f"{_ratio(aged, alone, whole=False):.2f} x",
        ),
        Row(
            benchmark=NAME,
            what=f"search, account, visit, payment, median, {MONTHS} months behind",
            unit="ms",
            figure=percentile([one.whole * 1000 for one in aged.collections], 0.5),
            compared_with="the same without",
            other=percentile([one.whole * 1000 for one in alone.collections], 0.5),
            goal=Goal(_FLAT, "<=", "ratio"),
        ),
    ]


def _ratio(one: Load, other: Load, *, whole: bool) -> float:
    times = [
        percentile([each.whole if whole else each.payment for each in load.collections], 0.5) for load in (one, other)
    ]
    return times[0] / times[1]


def _latency(what: str, load: Load, times: Sequence[float], without: Sequence[float] | None, *, note: str = "") -> Row:
    return Row(
        benchmark=NAME,
        what=what,
        unit="ms",
        figure=percentile([each * 1000 for each in times], 0.99),
        median=percentile([each * 1000 for each in times], 0.5),
        compared_with="" if without is None else "the same without",
        other=None if without is None else percentile([each * 1000 for each in without], 0.99),
        note=note or f"{len(load.collections)} collections at {load.per_second:.1f}/s",
    )


async def _beside(at_work: CollectionLoad, rate: float, at_once: int) -> tuple[Load, str]:
    """Let collectors work for as long as a run is computed and released; return their load, and what the run did."""
    going = asyncio.create_task(whole_run(at_work))
    loads: list[Load] = []
    while not going.done() and min(len(each.customers) for each in at_work.collectors) > 1:
        loads.append(await at_work.pace(rate, at_once))
    bills, seconds = await going
    whole = Load(
        tuple(one for load in loads for one in load.collections),
        sum(load.seconds for load in loads),
        {},
        sum(load.transactions for load in loads),
    )
    return whole, f"the run took {seconds:.0f} s for {bills:,} bills beside them"


async def whole_run(at_work: CollectionLoad) -> tuple[int, float]:
    """Compute and release a run over the others; return how many bills that are, and how long it took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    computed = await thungan_json(at_work.system, "bills", "run", "--company", _OTHERS, "--by", "One")
    totals = computed["totals"]
    confirmed = ("--bills", str(totals["bills"]), "--total", str(totals["total"]), "--by", "Other")
    await thungan(at_work.system, "bills", "release", computed["run_id"], *confirmed)
    return totals["bills"], loop.time() - began


_OURS, _OTHERS = "PB14", "PB15"


def write_others(folder: Path, customers: int) -> None:
    """Write a sample of further customers, of units, routes and meters that no other sample has."""
    write_sample(folder, customers=customers, seed=15, last_month=Month.before(business_day(now())))
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        for row in rows:
            for column in row:
                if column.endswith("_code") and column != "tax_code":
                    row[column] = row[column].replace("14", "15", 1)
                elif column == "meter_number":
                    row[column] = f"B{row[column]}"
        with file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(rows[0]) if rows else [], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


# A bill of each earlier month like the one that is there, paid by one transfer. Neither triggers nor histories: nothing
# that is read at the door reads them.
_AGE = (
    f"""
    CREATE TABLE bench_aged AS
    SELECT bills.*, back, bills.year - 3 + (24 - back) / 12 AS new_year, (24 - back) % 12 + 1 AS new_month,
        gen_random_uuid() AS new_bill, gen_random_uuid() AS new_payment, gen_random_uuid() AS new_period,
        metered_periods.period_id AS of_period
    FROM bills JOIN metered_periods USING (bill_id), generate_series(1, {MONTHS}) AS back
    """,
    """
    INSERT INTO bills (bill_id, bill_number, customer_code, year, month, cycle, period_from, period_to, price_group,
        households, kwh, pre_vat, vat_rate, vat, total, open_principal, open_vat, due_date, issued_at, details_digest,
        actor)
    SELECT new_bill, bill_number || 'B' || back, customer_code, new_year, new_month, cycle,
        (period_from - back * interval '1 month')::date, (period_to - back * interval '1 month')::date, price_group,
        households, kwh, pre_vat, vat_rate, vat, total, 0, 0, (due_date - back * interval '1 month')::date,
        issued_at - back * interval '1 month', details_digest, actor
    FROM bench_aged ORDER BY back DESC, customer_code
    """,
    """
    SELECT make_month_of_details(new_year, new_month)
    FROM (SELECT DISTINCT new_year, new_month FROM bench_aged) AS months
    """,
    """
    INSERT INTO bill_details
    SELECT new_bill, new_year, new_month, details.readings, details.lines, details.explanation
    FROM bench_aged JOIN bill_details AS details USING (bill_id) ORDER BY back DESC, customer_code
    """,
    """
    INSERT INTO metered_periods (period_id, customer_code, year, month, cycle, period_from, period_to, due_date,
        fingerprint, import_id, bill_id)
    SELECT new_period, customer_code, new_year, new_month, cycle,
        (period_from - back * interval '1 month')::date, (period_to - back * interval '1 month')::date,
        (due_date - back * interval '1 month')::date, '', new_period, new_bill
    FROM bench_aged ORDER BY back DESC, customer_code
    """,
    """
    INSERT INTO readings
    SELECT new_period, meter_number, meter_register, old_reading, new_reading, multiplier, digits, change_readings,
        estimated
    FROM bench_aged JOIN (SELECT * FROM readings) AS read ON read.period_id = of_period
    """,
    """
    INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference)
    SELECT new_payment, customer_code, total, 0, 'transfer', issued_at - back * interval '1 month',
        issued_at - back * interval '1 month', 'AGED' || replace(new_payment::text, '-', '')
    FROM bench_aged WHERE total > 0 ORDER BY back DESC, customer_code
    """,
    """
    INSERT INTO allocations (payment_id, bill_id, vat, principal, made_at)
    SELECT new_payment, new_bill, vat, pre_vat, issued_at - back * interval '1 month'
    FROM bench_aged WHERE total > 0 ORDER BY back DESC, customer_code
    """,
    "DROP TABLE bench_aged",
)


def as_administrator(bench: Bench, url: str) -> str:
    """Return the address of a service's database for the server's administrator."""
    return urlunsplit(urlsplit(bench.stack.postgres_url)._replace(path=urlsplit(url).path))


async def age_bills(url: str) -> int:
    """Give each customer who has a bill :data:`MONTHS` earlier ones, each paid; return how many."""
    connection = await asyncpg.connect(url)
    try:
        before: int = await connection.fetchval("SELECT count(*) FROM bills")
        await connection.execute("SET session_replication_role = replica")
        for statement in _AGE:
            await connection.execute(statement, timeout=3600)
        await connection.execute("VACUUM ANALYZE", timeout=3600)
        # What was written reaches the disk before anybody is measured.
        await connection.execute("CHECKPOINT", timeout=3600)
        after: int = await connection.fetchval("SELECT count(*) FROM bills")
        return after - before
    finally:
        await connection.close()
