"""Times of visits that versions until 0.1 stored as the phone sent them: found, named and repaired."""

from datetime import UTC, datetime
from pathlib import Path

import services.customer
from services.customer.audit import audit_facts
from shared.db import migrate, open_pool
from shared.ids import new_id
from shared.testing.databases import TestDatabases

MIGRATIONS = Path(services.customer.__file__).parent / "migrations"
CODE = "PB14010000001"


async def test_a_migration_names_visits_of_times_that_cannot_be_and_makes_the_customer_readable(
    databases: TestDatabases, tmp_path: Path
) -> None:
    url = await databases.create_empty()
    for file in sorted(MIGRATIONS.glob("000[123]_*.sql")):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    await migrate(url, tmp_path)
    visit = new_id()
    pool = await open_pool(url, size=1)
    await pool.execute(f"""
        INSERT INTO units VALUES ('PB1401', 'Điện lực', 'Cà Mau', '0300942001', '19001006');
        INSERT INTO collectors VALUES ('TN1', 'Thu', '0950000001', 'PB1401', true);
        INSERT INTO routes VALUES ('R1', 'Khóm 1', 'PB1401', 'TN1');
        INSERT INTO customers (customer_code, name, address, unit_code, route_code, place_in_route, price_group,
            households, active)
        VALUES ('{CODE}', 'Hạnh', 'Cà Mau', 'PB1401', 'R1', 1, 'household', '1', true);
        INSERT INTO visits (visit_id, customer_code, collector_code, outcome, visited_at, appointment, note, next_step,
            misses, account_version)
        VALUES ('{visit}', '{CODE}', 'TN1', 'cannot_pay', '-infinity', '9999-12-31', '', 'revisit', 1, 1);
        INSERT INTO visit_records (visit_id, outcome, fingerprint, answer, recorded_at)
        VALUES ('{visit}', 'cannot_pay', '', '{{}}', '2026-11-20 10:00+00');
        INSERT INTO standings (customer_code, cleared_at) VALUES ('{CODE}', 'infinity');
    """)
    await migrate(url, MIGRATIONS)
    assert await pool.fetchval("SELECT visited_at FROM visits") == datetime(2026, 11, 20, 10, tzinfo=UTC)
    named = await pool.fetch("SELECT table_name, column_name, was FROM implausible_times ORDER BY 1, 2")
    assert [tuple(row) for row in named] == [
        ("standings", "cleared_at", "infinity"),
        ("visits", "appointment", "9999-12-31 00:00:00+00"),
        ("visits", "visited_at", "-infinity"),
    ]
    async with pool.acquire() as connection:
        facts = await audit_facts(connection)
    # The answer of this record is empty: it is named and takes nothing else with it.
    assert [one.subject for one in facts.violations if one.rule == "a record of a visit can be read"] == [str(visit)]
    remarks = facts.remarks
    assert [(remark.subject, remark.detail) for remark in remarks if remark.subject.startswith("standings")] == [
        (f"standings {CODE}", "cleared_at was infinity, is now nothing")
    ]
    assert len(remarks) == 3
    await pool.close()
    await databases.drop(url)
