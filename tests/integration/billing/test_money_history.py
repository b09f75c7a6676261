"""Whatever is done to billing's tables of money is in a history that the service's role cannot rewrite."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import pytest

from services.billing.audit import HISTORY
from shared.audit import AuditViolation
from shared.db.migrate import SHARED
from shared.db.privileges import read_rights
from shared.money_history import NO_SEAL, HistoryFindings, Seal, history_findings, watched
from tests.integration.billing.billing_handlers import BillingHandlers
from tests.integration.billing.test_audit import busy_day

TABLES = watched(HISTORY, read_rights(SHARED, Path("services/billing/migrations")))
PAST_THE_TRIGGERS = "SET session_replication_role = replica"


async def look(billing: BillingHandlers, since: Seal = NO_SEAL, *, complete: bool = True) -> HistoryFindings:
    async with billing.pool.acquire() as connection:
        return await history_findings(connection, "billing", TABLES, since, complete=complete)


def rules(found: Sequence[AuditViolation]) -> set[str]:
    return {violation.rule for violation in found}


async def past_the_triggers(billing: BillingHandlers, statement: str) -> None:
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(statement)


CHANGED = "what was recorded of money is not changed"
TWICE = "what is set once is not changed after that"
DELETED = "no row of money is deleted"
BESIDE = "a row of money is as its history has it"
SEALED = "history is as it was sealed"


async def test_an_honest_day_has_a_history_without_violations(billing: BillingHandlers) -> None:
    await busy_day(billing)
    found = await look(billing)
    assert found.violations == []
    assert found.seal.last_entry > 10


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE payments SET shift_id = NULL, method = 'transfer' WHERE method = 'cash'", CHANGED),
        ("UPDATE payments SET amount = amount + 1", CHANGED),
        ("UPDATE payments SET collector_code = 'TN99'", CHANGED),
        ("UPDATE allocations SET made_at = made_at + interval '1 s'", CHANGED),
        ("UPDATE shifts SET opening_float = 0", CHANGED),
        ("UPDATE shifts SET counted_cash = 0", TWICE),
        ("UPDATE payments SET reversed_at = NULL", TWICE),
        ("UPDATE bills SET lines = '[]'", CHANGED),
        ("DELETE FROM reversals", DELETED),
    ],
)
async def test_what_an_administrator_changes_is_named(billing: BillingHandlers, statement: str, rule: str) -> None:
    await busy_day(billing)
    before = await look(billing)
    await billing.pool.execute(statement)
    assert rule in rules((await look(billing, before.seal, complete=False)).violations)
    assert rule in rules((await look(billing)).violations)


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("UPDATE payments SET receipt_number = 'x' || payment_id", [{"receipt_number"}]),
        ("UPDATE payments SET receipt_number = 'x', collector_code = 'TN99'", [{"receipt_number", "collector_code"}]),
        ("UPDATE payments SET receipt_number = 'x', collector_code = collector_code", [{"receipt_number"}]),
        ("UPDATE payments SET receipt_number = receipt_number", []),
        ("UPDATE bills SET open_vat = open_vat + 1", [{"open_vat"}]),
        ("UPDATE bills SET open_vat = open_vat + 1, due_date = due_date + 1", [{"open_vat", "due_date"}]),
        ("UPDATE bills SET open_principal = open_principal, price_group = price_group", []),
    ],
)
async def test_each_update_has_one_entry_with_what_has_changed_whatever_columns_it_names(
    billing: BillingHandlers, statement: str, changed: list[set[str]]
) -> None:
    await busy_day(billing)
    table = statement.split()[1]
    before = await billing.pool.fetchval("SELECT max(entry) FROM money_history")
    async with billing.pool.acquire() as connection:
        key = {"payments": "payment_id", "bills": "bill_id"}[table]
        await connection.execute(f"{statement} WHERE {key} = (SELECT {key} FROM {table} LIMIT 1)")
        entries = await connection.fetch(
            "SELECT new_values FROM money_history WHERE entry > $1 AND table_name = $2", before, table
        )
    assert [set(entry["new_values"]) for entry in entries] == changed


async def test_a_change_is_named_with_old_and_new_value_moment_and_role(billing: BillingHandlers) -> None:
    await busy_day(billing)
    before = await look(billing)
    changed = await billing.pool.fetchrow(
        "UPDATE payments SET shift_id = NULL, method = 'transfer' WHERE method = 'cash'"
        " RETURNING payment_id, session_user"
    )
    assert changed is not None
    payment_id, role = changed
    (found,) = (await look(billing, before.seal, complete=False)).violations
    assert found.subject == f"payments {payment_id}"
    assert '"method": "cash"' in found.detail
    assert '"method": "transfer"' in found.detail
    assert f"by {role}" in found.detail


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments SET amount = amount + 1",
        "UPDATE shifts SET denominations = '{\"1000\": 1}'",
        "UPDATE bills SET open_vat = vat",
        "UPDATE bills SET kwh = kwh + 1",
        "UPDATE bills SET due_date = due_date + 30",
        "UPDATE bills SET issued_at = issued_at - interval '1 s'",
        "UPDATE bills SET lines = '[]'",
        "UPDATE bills SET actor = NULL WHERE actor IS NOT NULL",
        "DELETE FROM bills WHERE bill_id = (SELECT max(bill_id::text)::uuid FROM bills)",
        "DELETE FROM allocations",
        "INSERT INTO reversals SELECT gen_random_uuid(), (SELECT payment_id FROM payments LIMIT 1), 'x', 'x', now()",
    ],
)
async def test_what_is_changed_past_the_triggers_is_named(billing: BillingHandlers, statement: str) -> None:
    await busy_day(billing)
    await past_the_triggers(billing, statement)
    assert rules((await look(billing)).violations) == {BESIDE}


_COPIES = """
INSERT INTO bills SELECT gen_random_uuid(), bill_number || 'X' || n, customer_code, year, month, cycle, period_from,
    period_to, price_group, households, kwh, pre_vat, vat_rate, vat, total, open_principal, open_vat, due_date,
    issued_at, readings, lines, explanation, actor, details_digest
FROM (SELECT * FROM bills LIMIT 1) AS bill, generate_series(1, 2500) AS n
"""


async def test_bills_of_one_statement_share_entries_and_each_is_compared_with_its_part(
    billing: BillingHandlers,
) -> None:
    await busy_day(billing)
    before = await look(billing)
    await billing.pool.execute(_COPIES)
    assert [row["rows"] for row in await billing.pool.fetch(_ROWS_OF_ENTRIES, before.seal.last_entry)] == [
        1000,
        1000,
        500,
    ]
    assert (await look(billing)).violations == []
    bill_id = await billing.pool.fetchval("SELECT bill_id FROM bills WHERE bill_number LIKE '%X2400'")
    await past_the_triggers(billing, f"UPDATE bills SET kwh = 999999 WHERE bill_id = '{bill_id}'")
    (found,) = (await look(billing)).violations
    assert found.subject == f"bills {bill_id}"
    assert "kwh was " in found.detail
    assert found.detail.endswith(", is 999999")


_ROWS_OF_ENTRIES = """
SELECT jsonb_array_length(new_values) AS rows FROM money_history
WHERE operation = 'B' AND entry > $1 ORDER BY entry
"""


async def test_an_entry_of_a_bill_by_itself_as_versions_before_wrote_it_is_compared_too(
    billing: BillingHandlers,
) -> None:
    await busy_day(billing)
    await past_the_triggers(billing, _COPIES.replace("2500", "1"))
    assert rules((await look(billing)).violations) == {BESIDE}
    await billing.pool.execute(
        """
        INSERT INTO money_history (changed_at, table_name, row_key, operation, new_values, session_role)
        SELECT now(), 'bills', bill_id::text, 'I',
            history_image(to_jsonb(bills), '{readings,lines,explanation}'), session_user
        FROM bills WHERE bill_number LIKE '%X1'
        """
    )
    assert (await look(billing)).violations == []
    await past_the_triggers(billing, "UPDATE bills SET lines = '[]' WHERE bill_number LIKE '%X1'")
    assert rules((await look(billing)).violations) == {BESIDE}


async def test_the_digest_of_a_bill_is_the_same_whatever_a_session_sets(billing: BillingHandlers) -> None:
    await busy_day(billing)
    async with billing.pool.acquire() as connection, connection.transaction():
        plain = await connection.fetch(_DIGESTS)
        await connection.execute("SET LOCAL datestyle = 'German'; SET LOCAL timezone = 'Asia/Ho_Chi_Minh'")
        await connection.execute("SET LOCAL extra_float_digits = 0; SET LOCAL intervalstyle = 'iso_8601'")
        assert await connection.fetch(_DIGESTS) == plain


_DIGESTS = "SELECT bill_id, digest_of_bill(bills) FROM bills ORDER BY 1"


async def test_a_history_that_was_rewritten_is_named_even_with_its_seals(billing: BillingHandlers) -> None:
    await busy_day(billing)
    before = await look(billing)
    await past_the_triggers(billing, "UPDATE money_history SET session_role = 'nobody' WHERE entry = 3")
    assert SEALED in rules((await look(billing)).violations)
    await past_the_triggers(billing, "DELETE FROM history_seals")
    again = await look(billing)
    assert SEALED not in rules(again.violations)  # sealed anew, which only the last audit's report shows
    assert SEALED in rules((await look(billing, before.seal, complete=False)).violations)


_NO_LINKS = """
CREATE OR REPLACE FUNCTION history_link(previous bytea, after_entry bigint, up_to bigint) RETURNS bytea
LANGUAGE plpgsql AS $$ BEGIN RAISE 'entries up to % are read again', up_to; END $$
"""


async def test_a_look_at_changes_does_not_read_what_was_sealed_before(billing: BillingHandlers) -> None:
    await busy_day(billing)
    before = await look(billing)
    async with billing.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(_NO_LINKS)
        found = await history_findings(connection, "billing", TABLES, before.seal, complete=False)
        await transaction.rollback()
    assert found.violations == []


async def test_history_can_only_be_added_to(billing: BillingHandlers) -> None:
    await busy_day(billing)
    await look(billing)
    for statement in (
        "UPDATE money_history SET changed_at = now()",
        "DELETE FROM money_history",
        "TRUNCATE money_history",
        "DELETE FROM history_seals",
        "TRUNCATE reversals CASCADE",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await billing.pool.execute(statement)


async def test_entries_of_a_transaction_that_still_runs_are_sealed_with_the_next_seal(billing: BillingHandlers) -> None:
    await busy_day(billing)
    async with billing.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE payments SET receipt_number = 'x' WHERE receipt_number IS NULL")
        waiting = asyncio.create_task(look(billing))
        await asyncio.sleep(0)
        await transaction.commit()
    assert (await waiting).violations == []
    assert (await look(billing)).violations == []


async def test_the_next_look_names_only_what_came_since(billing: BillingHandlers) -> None:
    await busy_day(billing)
    first = await look(billing)
    paid = await billing.pay(1_000)
    since = await look(billing, first.seal, complete=False)
    assert since.violations == []
    assert since.changed["payments"] == {str(paid.payment.payment_id)}


_UNWATCHED = """
SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute
WHERE attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attrelid IN (
    SELECT tgrelid FROM pg_trigger WHERE tgname = 'money_history_of_updates' AND cardinality(tgattr::int2[]) > 0
) AND NOT EXISTS (
    SELECT FROM pg_trigger
    WHERE tgrelid = attrelid AND tgname LIKE 'money_history%' AND attnum = ANY (tgattr::int2[])
)
"""


async def test_every_column_of_a_table_whose_histories_go_by_columns_has_a_trigger(
    billing: BillingHandlers,
) -> None:
    async with billing.pool.acquire() as connection:
        assert await connection.fetch(_UNWATCHED) == []
        # Taken back: databases are used by several tests.
        undone = connection.transaction()
        await undone.start()
        try:
            await connection.execute("ALTER TABLE payments ADD COLUMN further text")
            assert [row[0] for row in await connection.fetch(_UNWATCHED)] == ["payments.further"]
        finally:
            await undone.rollback()
