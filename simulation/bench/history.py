"""What a collection costs with two years behind every customer in all databases, and what without, in turns."""

import shutil
from collections.abc import Mapping, Sequence

import asyncpg

from ops.audit.facts import SERVICES
from simulation.bench.bench import Bench
from simulation.bench.collection_load import CollectionLoad, Load, collection_load, wait_until_idle
from simulation.bench.figures import Goal, Row, Sample, percentile
from simulation.bench.phones import MONTHS, age_bills, as_administrator, write_others
from simulation.command_line import thungan

NAME = "history"

_SAME = 1.15
"""What costs at most so many times as much does not grow."""

_ROUNDS = 3
_ARCHIVE_DAYS = 30
_WAIT_SECONDS = "1200"


async def run(bench: Bench) -> list[Row]:
    """Load a young system and one with a history in turns, and compare the medians."""
    phones = bench.size(50, 30, 2)
    count = bench.size(300, 150, 4)
    rounds = bench.size(_ROUNDS, _ROUNDS, 1)
    others = bench.customers or bench.size(100_000, 5_000, 120)
    each = (count + phones) * rounds // phones * 2 + 10
    folder = bench.folder / "history"
    try:
        async with (
            collection_load(bench, phones=phones, customers_each=each) as young,
            collection_load(bench, phones=phones, customers_each=each) as old,
        ):
            write_others(folder, others)
            await thungan(old.system, "import", "all", str(folder), "--no-bills", "--wait", _WAIT_SECONDS)
            await wait_until_idle(old.system, float(_WAIT_SECONDS))
            behind = await _fill(bench, old)
            loads: dict[str, list[Load]] = {"young": [], "old": []}
            for number in range(rounds):
                turns = [("young", young), ("old", old)]
                for name, system in reversed(turns) if number % 2 else turns:
                    loads[name].append(await system.saturate(count))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _rows(loads["old"], loads["young"], f"{others:,} further customers; {behind}")


def _rows(old: Sequence[Load], young: Sequence[Load], note: str) -> list[Row]:
    names = sorted({name for load in (*old, *young) for name in load.cpu} - {"load generator"})
    rows = [
        _row(
            "CPU of a collection, all but the load", "ms", [_cpu(load, names) for load in old], young, names, note=note
        )
    ]
    rows += [
        _row(f"CPU of a collection: {name}", "ms", [_cpu(load, [name]) for load in old], young, [name])
        for name in names
    ]
    for what, part in (("payment to receipt", False), ("search, account, visit, payment", True)):
        for share in (0.5, 0.99):
            figures = [[_at(load, share, whole=part) for load in loads] for loads in (old, young)]
            rows.append(_compared(f"{what}, p{share * 100:.0f}", "ms", *figures, goal=share == 0.5))
    return rows


def _cpu(load: Load, names: Sequence[str]) -> float:
    return sum(load.cpu.get(name, 0.0) for name in names) / len(load.collections) * 1000


def _row(
    what: str, unit: str, old: Sequence[float], young: Sequence[Load], names: Sequence[str], *, note: str = ""
) -> Row:
    return _compared(what, unit, old, [_cpu(load, names) for load in young], goal=bool(note), note=note)


def _at(load: Load, share: float, *, whole: bool) -> float:
    return percentile([(one.whole if whole else one.payment) * 1000 for one in load.collections], share)


def _compared(what: str, unit: str, old: Sequence[float], young: Sequence[float], *, goal: bool, note: str = "") -> Row:
    figure, other = Sample.of(old), Sample.of(young)
    return Row(
        benchmark=NAME,
        what=what,
        unit=unit,
        figure=figure.median,
        spread=figure.spread,
        compared_with="the same without",
        other=other.median,
        other_spread=other.spread,
        goal=Goal(_SAME, "<=", "ratio") if goal else None,
        note=note,
    )


# Of each customer and month. Neither triggers nor references are minded.
_FILL: Mapping[str, Sequence[str]] = {
    "customer": (
        """
        CREATE TABLE bench_visits AS
        SELECT gen_random_uuid() AS visit_id, customer_code, collector_code,
            now() - back * interval '1 month' AS at
        FROM customers JOIN routes USING (route_code), generate_series(1, {months}) AS back
        """,
        """
        INSERT INTO visits (visit_id, customer_code, collector_code, outcome, visited_at, note, next_step, misses,
            account_version, recorded_at)
        SELECT visit_id, customer_code, collector_code, 'met', at, '', 'due', 0, 1, at FROM bench_visits ORDER BY at
        """,
        """
        INSERT INTO visit_records (visit_id, outcome, fingerprint, answer, recorded_at, written_at)
        SELECT visit_id, 'met', '', '{{"next_step": "due"}}', at, at FROM bench_visits ORDER BY at
        """,
        "DROP TABLE bench_visits",
    ),
    "receipt": (
        """
        INSERT INTO receipt (receipt_id, kind, series, number, payment_id, customer_code, collector_code, total, vat,
            issued_at, key_id, token, lookup_code, content)
        SELECT gen_random_uuid(), 'original', 'BENCH' || back, customer, gen_random_uuid(),
            'BENCH' || customer, 'TN1', 216000, 16000, now() - back * interval '1 month', '\\x00000000',
            repeat('t', 200)::bytea, md5(back || '/' || customer), repeat('x', 1200)
        FROM generate_series(1, {months}) AS back, generate_series(1, {customers}) AS customer
        """,
    ),
    "notify": (
        """
        INSERT INTO reminders (reminder_id, customer_code, visit_id, template, template_version, language, parameters,
            phone, text, segments, state, issued_at, due_at, sent_at)
        SELECT gen_random_uuid(), 'BENCH' || customer, gen_random_uuid(), 'away', 1, 'vi', '{{}}', NULL,
            repeat('x', 150), 1, 'delivered', at, at, at
        FROM generate_series(1, {customers} / 10 + 1) AS customer,
            LATERAL (SELECT now() - back * interval '1 month' AS at FROM generate_series(1, {months}) AS back) AS months
        """,
    ),
    "gateway": (
        """
        SELECT make_partitions('print_documents', now() - back * interval '1 month')
        FROM generate_series(1, {months}) AS back
        """,
        """
        CREATE TABLE bench_jobs AS
        SELECT gen_random_uuid() AS job_id, devices[1 + (number % cardinality(devices))::integer] AS device_id, number,
            CASE number % 2 WHEN 0 THEN 'receipt' ELSE 'notice' END AS kind, customer_code,
            now() - back * interval '1 month' AS at
        FROM (SELECT array_agg(device_id) AS devices FROM devices) AS known, (
            SELECT customer_code, back, row_number() OVER (ORDER BY back DESC) AS number
            FROM customer_collectors, generate_series(1, {months}) AS back, generate_series(1, 2)
        ) AS numbered
        """,
        """
        INSERT INTO print_jobs (job_id, device_id, sequence, kind, document, summary, language, copy_number,
            customer_code, receipt_id, payment_id, visit_id, state, attempt, retries, created_at, changed_at)
        SELECT job_id, device_id, number - (SELECT max(number) + 1 FROM bench_jobs), kind, '', 'Biên nhận', 'vi', 0,
            customer_code, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'printed', 1, 0, at, at
        FROM bench_jobs ORDER BY number
        """,
        """
        INSERT INTO print_documents (job_id, queued_at, document) SELECT job_id, at, repeat('x', 1500)
        FROM bench_jobs ORDER BY number
        """,
        """
        INSERT INTO print_job_history (job_id, attempt, state, actor, changed_at)
        SELECT job_id, 1, state, 'gateway', at
        FROM bench_jobs, (VALUES (1, 'offered'), (2, 'printing'), (3, 'printed')) AS steps (place, state)
        ORDER BY number, place
        """,
        "DROP TABLE bench_jobs",
    ),
}

# What a month of the same customers has left behind, by the day: they are kept so long and no longer.
_EVENTS = (
    "SELECT make_partitions('{table}', now() - day * interval '1 day') FROM generate_series(1, {days}) AS day",
    """
    INSERT INTO outbox (message_id, routing_key, correlation_id, body, created_at, published_at)
    SELECT first_id_of(at + event * interval '1 millisecond'), 'bench.kept.v1', 'bench', repeat('x', 1500), at, at
    FROM generate_series(1, {events}) AS event, (
        SELECT now() - day * interval '1 day' AS at FROM generate_series(1, {days} - 1) AS day) AS days
    ORDER BY at
    """,
    """
    INSERT INTO inbox (consumer, message_id, received_at)
    SELECT 'bench' || consumer, first_id_of(at + event * interval '1 millisecond'), at
    FROM generate_series(1, {events}) AS event, generate_series(1, 2) AS consumer, (
        SELECT now() - day * interval '1 day' AS at FROM generate_series(1, {days} - 1) AS day) AS days
    ORDER BY at
    """,
)


async def _fill(bench: Bench, old: CollectionLoad) -> str:
    """Give a system what it would have after two years; return what that is."""
    bills = await age_bills(as_administrator(bench, old.system.database_url("billing")))
    gateway = await asyncpg.connect(as_administrator(bench, old.system.database_url("gateway")))
    try:
        customers: int = await gateway.fetchval("SELECT count(*) FROM customer_collectors")
    finally:
        await gateway.close()
    # Two of each customer's month in each database: more than any of them writes.
    events = customers * 2 // _ARCHIVE_DAYS + 1
    values = {"months": MONTHS, "customers": customers, "events": events, "days": _ARCHIVE_DAYS}
    for service in SERVICES:
        connection = await asyncpg.connect(as_administrator(bench, old.system.database_url(service)))
        try:
            await connection.execute("SET session_replication_role = replica")
            for table in ("outbox", "inbox"):
                await connection.execute(_EVENTS[0].format(table=table, **values))
            for statement in (*_EVENTS[1:], *_FILL.get(service, ())):
                await connection.execute(statement.format(**values), timeout=3600)
            await connection.execute("VACUUM ANALYZE", timeout=3600)
        finally:
            await connection.close()
    await _reach_the_disk(bench)
    return (
        f"{MONTHS} months: {bills:,} paid bills, {customers * MONTHS:,} visits and receipts, "
        f"{customers * MONTHS * 2:,} print jobs; {events * (_ARCHIVE_DAYS - 1):,} events in each outbox"
    )


async def _reach_the_disk(bench: Bench) -> None:
    """Wait until what was written is on the disk, before anybody is measured."""
    connection = await asyncpg.connect(bench.stack.postgres_url)
    try:
        await connection.execute("CHECKPOINT", timeout=3600)
    finally:
        await connection.close()
