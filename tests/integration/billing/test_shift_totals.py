"""What moved in the shifts of a database of an earlier version is added up once."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio

from services.billing.audit import audit_facts
from shared.db.migrate import migrate
from shared.db.pool import open_pool
from shared.ids import new_id
from shared.testing.databases import TestDatabases

MIGRATIONS = Path("services/billing/migrations")
EARLIER_FILES = [file for file in MIGRATIONS.glob("*.sql") if int(file.name[:4]) < 130]

OPEN, EMPTY, CLOSED = new_id(), new_id(), new_id()
STANDS, BACK, LATE = new_id(), new_id(), new_id()
EARLIER = f"""
INSERT INTO accounts (customer_code) VALUES ('PB15010000001');
INSERT INTO shifts
    (shift_id, collector_code, opened_at, opening_float, cash_ceiling, closed_at, counted_cash, difference)
VALUES ('{OPEN}', 'TN01', now(), 0, 1000, NULL, NULL, NULL), ('{EMPTY}', 'TN02', now(), 0, 1000, NULL, NULL, NULL),
    ('{CLOSED}', 'TN01', now() - interval '1 day', 0, 1000, now() - interval '1 hour', 7, 0);
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference,
    collector_code, shift_id)
VALUES ('{STANDS}', 'PB15010000001', 30, 30, 'cash', now(), now(), '', 'TN01', '{OPEN}'),
    ('{BACK}', 'PB15010000001', 50, 50, 'cash', now(), now(), '', 'TN01', '{OPEN}'),
    ('{LATE}', 'PB15010000001', 7, 7, 'cash', now(), now(), '', 'TN01', '{CLOSED}');
INSERT INTO reversals (reversal_id, payment_id, reason, reversed_by, reversed_at, shift_id)
VALUES (gen_random_uuid(), '{BACK}', 'x', 'x', now(), '{OPEN}'), (gen_random_uuid(), '{LATE}', 'x', 'x', now(), NULL);
"""
BY_AN_OLDER_COPY = """
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference,
    collector_code, shift_id)
VALUES ($1, 'PB15010000001', 5, 5, 'cash', now(), now(), '', 'TN02', $2)
"""


@pytest_asyncio.fixture
async def earlier(databases: TestDatabases, tmp_path: Path) -> AsyncIterator[asyncpg.Pool]:
    """A database of billing before the totals of shifts were kept."""
    url = await databases.create_empty()
    for file in EARLIER_FILES:
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    await migrate(url, tmp_path)
    pool = await open_pool(url, size=2)
    yield pool
    await pool.close()
    await databases.drop(url)


async def test_an_upgrade_adds_up_open_and_closed_shifts_and_counts_what_an_older_copy_records_after_it(
    earlier: asyncpg.Pool, databases: TestDatabases
) -> None:
    await earlier.execute(EARLIER)
    await migrate(databases.url(await earlier.fetchval("SELECT current_database()")), MIGRATIONS, phases=("pre",))
    kept = "SELECT shift_id, payments, cash, reversals, reversed_cash FROM shift_totals"
    assert {tuple(row) for row in await earlier.fetch(kept)} == {
        (OPEN, 1, 30, 1, 50),
        (EMPTY, 0, 0, 0, 0),
        (CLOSED, 1, 7, 0, 0),
    }
    await earlier.execute(BY_AN_OLDER_COPY, new_id(), EMPTY)
    assert await earlier.fetchval("SELECT cash FROM shift_totals WHERE shift_id = $1", EMPTY) == 5
    async with earlier.acquire() as connection:
        broken = {violation.rule for violation in (await audit_facts(connection)).violations}
    assert not any(rule.startswith(("the totals of a shift", "cash given back")) for rule in broken)
    items = await earlier.fetch("SELECT payment_id, amount, shift_id, settled_before FROM cash_given_back")
    assert [tuple(item) for item in items] == [(LATE, 7, None, True)]
