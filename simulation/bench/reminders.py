"""What the schedule costs with a million reminders due at once: claiming, and matching reports that nobody knows."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import asyncpg

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.reminders import DueReminder, NewAttempt, Priority
from services.notify.store.attempts import begin_attempts
from services.notify.store.delivery_reports import add_reports, match_reports, match_waiting_reports
from services.notify.store.reminders import claim_due, next_due, overdue
from shared.clock import now
from shared.db.pool import Connection
from shared.testing.databases import TestDatabases
from simulation.bench.bench import Bench
from simulation.bench.figures import Goal, Row, Sample, compare, percentile
from simulation.sample.reminders import add_in_bulk, add_of_visits

NAME = "reminders"

_AT_ONCE = 64
_FEW = 1_000
_VISITS = 20
_SENT = "UPDATE reminders SET state = 'sent', lease_until = NULL WHERE state = 'sending'"
_REPORTS = """
INSERT INTO delivery_reports (fingerprint, provider, provider_reference, reference, converted, state, code,
    received_at, look_at)
SELECT 'bench' || n, 'tong_dai', 'nobody' || n, 'nobody' || n, '{}', 'delivered', '', $2, $3
FROM generate_series(1, $1::int) AS n
"""


async def run(bench: Bench) -> list[Row]:
    """Measure with very many reminders, and with few beside it."""
    count, claims = bench.size(1_000_000, 100_000, 2_000), bench.size(300, 100, 3)
    async with _database(bench) as few, _database(bench) as many:
        moment = now()
        bench.report(f"adding {count:,} reminders")
        await add_in_bulk(few, 0, _FEW, moment)
        await add_in_bulk(many, 0, count, moment)
        await many.execute("VACUUM ANALYZE", timeout=3600)
        await few.execute("VACUUM ANALYZE", timeout=3600)
        rows = await _claims(few, many, claims, moment)
        rows.append(await _visits_first(many, bench.size(50, 20, 2), moment))
        rows += await _looks(many, bench, moment)
        rows += await _reports(few, many, count, bench, moment)
    return rows


async def _claims(few: Connection, many: Connection, claims: int, moment: datetime) -> list[Row]:
    """Claim again and again, each time recorded as sent: what was claimed before must not slow down what follows."""
    theirs = [(await _claim(few, moment, keep=False))[0] for _ in range(claims)]
    ours = []
    for _ in range(claims):
        milliseconds, dues = await _claim(many, moment, keep=True)
        ours.append(milliseconds)
        if len(dues) < min(_AT_ONCE, 1):
            raise RuntimeError("nothing was due")
    return [
        Row(
            benchmark=NAME,
            what=f"claim {_AT_ONCE} that are due, {len(ours)} times one after the other, p99",
            unit="ms",
            figure=percentile(ours, 0.99),
            median=percentile(ours, 0.5),
            compared_with=f"among {_FEW:,}",
            other=percentile(theirs, 0.99),
            goal=Goal(50, "<="),
        ),
        compare(
            NAME,
            "the last tenth of these claims",
            "ms",
            Sample.of(ours[-max(1, len(ours) // 10) :]),
            Sample.of(ours[: max(1, len(ours) // 10)]),
            compared_with="the first tenth",
        ),
    ]


async def _claim(connection: Connection, moment: datetime, *, keep: bool) -> tuple[float, list[DueReminder]]:
    transaction = connection.transaction()
    await transaction.start()
    before = time.perf_counter()
    dues = await claim_due(connection, moment, _AT_ONCE)
    milliseconds = (time.perf_counter() - before) * 1000
    if keep:
        await begin_attempts(connection, [_attempt(due, moment) for due in dues])
        await connection.execute(_SENT)
        await transaction.commit()
    else:
        await transaction.rollback()
    return milliseconds, dues


def _attempt(due: DueReminder, moment: datetime) -> NewAttempt:
    return NewAttempt(
        reminder_id=due.reminder_id,
        number=due.attempts + 1,
        provider="tong_dai",
        client_reference=due.reminder_id.hex,
        phone=due.phone or "",
        text="",
        segments=1,
        started_at=moment,
        lease_until=moment + timedelta(minutes=1),
    )


async def _visits_first(many: Connection, times: int, moment: datetime) -> Row:
    """Claim while reminders of visits come: they have to be the first ones, however many others are due."""
    milliseconds = []
    for number in range(times):
        await add_of_visits(many, number * _VISITS, _VISITS, moment)
        taken, dues = await _claim(many, moment, keep=True)
        milliseconds.append(taken)
        if [due.priority for due in dues[:_VISITS]] != [Priority.SOMEBODY_WAITS] * _VISITS:
            raise RuntimeError("something in bulk came before a visit's own")
    return Row(
        benchmark=NAME,
        what=f"claim {_VISITS} of visits that have just come, ahead of all in bulk, p99",
        unit="ms",
        figure=percentile(milliseconds, 0.99),
        median=percentile(milliseconds, 0.5),
        goal=Goal(50, "<="),
    )


async def _looks(many: Connection, bench: Bench, moment: datetime) -> list[Row]:
    """Measure what each round and each look at ``/readyz`` ask."""
    found: dict[str, list[float]] = {"when the next is due": [], "how many are overdue": []}
    for _ in range(bench.size(20, 10, 2)):
        for what, ask in (("when the next is due", next_due), ("how many are overdue", overdue)):
            before = time.perf_counter()
            await ask(many, moment)
            found[what].append((time.perf_counter() - before) * 1000)
    return [compare(NAME, what, "ms", Sample.of(values)) for what, values in found.items()]


async def _reports(few: Connection, many: Connection, count: int, bench: Bench, moment: datetime) -> list[Row]:
    """Keep a report and look for others beside very many of which nobody knows the SMS."""
    received = moment - timedelta(days=3)
    bench.report(f"adding {count:,} reports that nobody knows")
    await many.execute(_REPORTS, count, received, moment + timedelta(days=3), timeout=3600)
    await many.execute("VACUUM ANALYZE delivery_reports", timeout=3600)
    kept: dict[str, list[float]] = {"few": [], "many": []}
    looked: list[float] = []
    for number in range(bench.size(200, 50, 3)):
        for name, connection in (("few", few), ("many", many)):
            report = DeliveryReport("tong_dai", f"report{number}", None, DeliveryState.DELIVERED)
            before = time.perf_counter()
            async with connection.transaction():
                await match_reports(connection, await add_reports(connection, [report], moment), moment)
            kept[name].append((time.perf_counter() - before) * 1000)
        before = time.perf_counter()
        async with many.transaction():
            await match_waiting_reports(many, moment - timedelta(days=1))
        looked.append((time.perf_counter() - before) * 1000)
    return [
        Row(
            benchmark=NAME,
            what=f"keep and match a report among {count:,} that nobody knows, p99",
            unit="ms",
            figure=percentile(kept["many"], 0.99),
            median=percentile(kept["many"], 0.5),
            compared_with="among none",
            other=percentile(kept["few"], 0.99),
        ),
        Row(
            benchmark=NAME,
            what="look for reports that wait, each round, p99",
            unit="ms",
            figure=percentile(looked, 0.99),
            median=percentile(looked, 0.5),
            goal=Goal(50, "<="),
        ),
    ]


@asynccontextmanager
async def _database(bench: Bench) -> AsyncIterator[Connection]:
    databases = TestDatabases(bench.stack.postgres_url)
    try:
        url = await databases.create("notify")
        # As the services have it: compiling a claim takes a hundred times as long as the claim.
        connection = await asyncpg.connect(url, server_settings={"jit": "off"})
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await databases.close()
