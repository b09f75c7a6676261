"""References that several payments had before a reference was one piece of money are named, and break nothing."""

import shutil
from pathlib import Path

import structlog.testing

import services.billing
from services.billing.audit import audit_facts
from shared.db import migrate, open_pool
from shared.testing.databases import TestDatabases
from tests.integration.billing.billing_handlers import BillingHandlers

MIGRATIONS = Path(services.billing.__file__).parent / "migrations"
FILL = """
INSERT INTO accounts (customer_code, credit) VALUES ('PB14010000001', 1000), ('PB14010000002', 2000);
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference)
VALUES (gen_random_uuid(), 'PB14010000001', 1000, 1000, 'transfer', now(), now(), 'FT-1'),
    (gen_random_uuid(), 'PB14010000002', 2000, 2000, 'transfer', now(), now(), 'ft-1');
"""
FILL_SEPARATED = """
UPDATE accounts SET credit = 4000;
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference)
VALUES (gen_random_uuid(), 'PB14010000001', 3000, 3000, 'transfer', now(), now(), 'FT26-2'),
    (gen_random_uuid(), 'PB14010000002', 2000, 2000, 'transfer', now(), now(), 'FT.262');
"""


async def test_a_database_with_a_reference_for_two_customers_is_upgraded_and_the_audit_names_them(
    databases: TestDatabases, tmp_path: Path
) -> None:
    for name in sorted(path.name for path in MIGRATIONS.glob("000[1-3]*.sql")):
        shutil.copy(MIGRATIONS / name, tmp_path)
    url = await databases.create_empty()
    await migrate(url, tmp_path)
    pool = await open_pool(url, size=2)
    try:
        await pool.execute(FILL)
        for name in sorted(path.name for path in MIGRATIONS.glob("00*.sql") if path.name < "0018"):
            shutil.copy(MIGRATIONS / name, tmp_path)
        await migrate(url, tmp_path)
        await pool.execute(FILL_SEPARATED)
        with structlog.testing.capture_logs() as logs:
            await migrate(url, MIGRATIONS)
        assert [("FT.262" in log["message"]) for log in logs if log["event"] == "migration_warning"] == [True]
        async with pool.acquire() as connection:
            violations = (await audit_facts(connection)).violations
        assert sorted((found.rule, found.subject) for found in violations) == [
            ("a reference of a bank or partner is one payment", reference) for reference in ("FT-1", "FT.262")
        ]
        assert "PB14010000001" in violations[0].detail
        assert "PB14010000002" in violations[0].detail

        repeated = await pool.fetch("SELECT payment_id FROM payments WHERE reference IN ('ft-1', 'FT.262')")
        billing = BillingHandlers(pool)
        await billing.customer("PB14010000002")
        for payment in repeated:
            await billing.reverse(payment["payment_id"])
        async with pool.acquire() as connection:
            assert (await audit_facts(connection)).violations == []
    finally:
        await pool.close()
        await databases.drop(url)
