"""What explains bills lies in partitions by month, and the register vouches for it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

import services.billing
from ops.audit.append_only import changed_rows
from services.billing.archive.months import MovedMonth, attach_month, detach_month, move_month
from services.billing.archive.rules import DetailsArchived, MonthChanged, MonthInUse, NoSuchMonth
from services.billing.runs.rules import RunState
from services.billing.store import months
from services.billing.store.months import MonthAct
from shared.contracts.billing import CustomerAccount, GetUsage
from shared.db import open_pool
from shared.db.migrate import migrate
from shared.db.partitions import look_after, missing_partitions
from shared.ids import new_id
from shared.testing import wait_until
from shared.testing.databases import TestDatabases
from tests.integration.billing.billing_handlers import CODE, BillingHandlers, reading
from tests.integration.billing.test_audit import busy_day, rules
from tests.integration.billing.test_money_history import look, past_the_triggers
from tests.integration.billing.test_releases import (
    PowerCut,
    confirm,
    do_all,
    do_part_and_die,
    do_part_of,
    start,
    stored,
    town,
)

MIGRATIONS = Path(services.billing.__file__).parent / "migrations"
HAS_DETAILS = "a bill has the details that it was issued with"
DETAILS = ("readings", "lines", "explanation")
OF_A_BILL = "details are of a bill that was issued with them"

_PARTITIONS = """
SELECT relname AS partition, count(*) FROM bill_details JOIN pg_class ON pg_class.oid = bill_details.tableoid GROUP BY 1
"""
_IN_THE_REGISTER = "SELECT count(*) FROM bills WHERE num_nonnulls(readings, lines, explanation) > 0"


async def partitions(billing: BillingHandlers) -> dict[str, int]:
    return {row["partition"]: row["count"] for row in await billing.pool.fetch(_PARTITIONS)}


async def test_details_lie_in_the_month_of_their_bill_alone_and_are_shown_with_it(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 9)
    account = await billing.bill(80, 10)
    assert await partitions(billing) == {"bill_details_202609": 1, "bill_details_202610": 1}
    assert await billing.pool.fetchval(_IN_THE_REGISTER) == 0
    assert [(bill.readings[0].kwh, sum(line.kwh for line in bill.lines)) for bill in account.bills] == [
        (50, 50),
        (80, 80),
    ]
    assert all(bill.explanation and not bill.details_archived for bill in account.bills)


async def test_bills_of_a_correction_have_their_details_apart_too(billing: BillingHandlers) -> None:
    await billing.customer()
    number = (await billing.bill(80, 10)).bills[0].bill_number
    await billing.correct(number, kwh=120)
    assert await partitions(billing) == {"bill_details_202610": 2}
    assert await rules(billing) == set()
    assert (await look(billing)).violations == []


async def test_a_month_without_a_partition_is_billed_and_shown_and_gets_one_later(
    billing: BillingHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_now(*_: object) -> bool:
        return False

    await billing.customer()
    with monkeypatch.context() as patched:
        patched.setattr(months, "make", not_now)
        await billing.bill(50, 9)
        account = await billing.bill(80, 10)
    assert await partitions(billing) == {"bill_details_default": 2}
    assert [bill.readings[0].kwh for bill in account.bills] == [50, 80]
    async with billing.pool.acquire() as connection:
        # By itself nobody moves rows, because readers would wait.
        assert not await months.make(connection, [(2026, 10)])
        assert await connection.fetchval("SELECT make_month_of_details(2026, 10, moving => true)")
    assert await partitions(billing) == {"bill_details_202610": 1, "bill_details_default": 1}
    assert (await billing.account()).bills == account.bills
    assert await rules(billing) == set()
    with pytest.raises(asyncpg.RestrictViolationError):
        await billing.pool.execute("DELETE FROM partitions.bill_details_default")


async def test_making_a_month_does_not_wait_for_a_reader_and_nobody_waits_behind_it(billing: BillingHandlers) -> None:
    await billing.customer()
    async with billing.pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT count(*) FROM bill_details")
        async with billing.pool.acquire() as connection:
            assert not await months.make(connection, [(2026, 8)])
        async with asyncio.timeout(5):
            assert (await billing.bill(50, 9)).account.open_bills == 1
    assert await partitions(billing) == {"bill_details_default": 1}
    async with billing.pool.acquire() as connection:
        assert await months.make(connection, [(2026, 8)])
        assert await months.make(connection, [(2026, 8)])


async def test_a_month_that_two_make_at_once_is_made_once(billing: BillingHandlers) -> None:
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

    async def make(month: int) -> bool:
        async with billing.pool.acquire() as connection:
            return await months.make(connection, [(2031, month)])

    second = False
    for month in range(1, 13):  # who waits longer than others would wait behind it gives up
        async with billing.pool.acquire() as connection, connection.transaction():
            assert await months.make(connection, [(2031, month)])
            making = asyncio.create_task(make(month))
            while not making.done() and not await billing.pool.fetchval(waits):
                pass
        if second := await making:
            break
    assert second


async def test_months_to_come_are_made_by_the_loop_that_looks_after_all_partitions(billing: BillingHandlers) -> None:
    async with billing.pool.acquire() as connection:
        made, dropped, postponed = await look_after(connection, {})
        assert (made["bill_details"], dropped.get("bill_details"), postponed) == (4, None, [])
        assert (await missing_partitions(connection))["bill_details"] == 0
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute("TRUNCATE bill_details")


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        (
            "UPDATE bill_details SET lines = (SELECT lines FROM bill_details ORDER BY month LIMIT 1) WHERE month = 10",
            HAS_DETAILS,
        ),
        ("UPDATE bill_details SET readings = '[]'", HAS_DETAILS),
        ("UPDATE bill_details SET explanation = '[]'", HAS_DETAILS),
        ("DELETE FROM bill_details WHERE month = 9", HAS_DETAILS),
        ("TRUNCATE partitions.bill_details_202609", HAS_DETAILS),
        ("UPDATE bill_details SET bill_id = gen_random_uuid() WHERE month = 9", OF_A_BILL),
    ],
)
async def test_details_that_are_not_those_of_their_bill_are_named(
    billing: BillingHandlers, tampering: str, rule: str
) -> None:
    await busy_day(billing)
    await billing.pay(90_000)
    await past_the_triggers(billing, tampering)
    assert rule in await rules(billing)


async def test_who_changes_details_and_their_digest_is_named_by_the_history(billing: BillingHandlers) -> None:
    await busy_day(billing)
    await past_the_triggers(billing, "UPDATE bill_details SET explanation = '[\"x\"]'")
    await past_the_triggers(
        billing,
        "UPDATE bills SET details_digest = digest_of_details(details.readings, details.lines, details.explanation)"
        " FROM bill_details AS details WHERE details.bill_id = bills.bill_id",
    )
    assert HAS_DETAILS not in await rules(billing)
    assert {found.rule for found in (await look(billing)).violations} == {"a row of money is as its history has it"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE bill_details SET month = month",
        "DELETE FROM bill_details",
        "TRUNCATE bill_details",
        "UPDATE partitions.bill_details_202610 SET month = month",
        "DELETE FROM partitions.bill_details_202610",
    ],
)
async def test_details_are_only_ever_added(billing: BillingHandlers, statement: str) -> None:
    await billing.customer()
    await billing.bill(50)
    with pytest.raises(asyncpg.RestrictViolationError):
        await billing.pool.execute(statement)


@pytest_asyncio.fixture
async def earlier(databases: TestDatabases, tmp_path: Path) -> AsyncIterator[asyncpg.Pool]:
    """A database of the version before details lay apart."""
    url = await databases.create_empty()
    for file in sorted(MIGRATIONS.glob("*.sql")):
        if file.name < "0120":
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    await migrate(url, tmp_path)
    pool = await open_pool(url, size=4)
    yield pool
    await pool.close()
    await databases.drop(url)


_OF_THEN = """
SELECT jsonb_agg(to_jsonb(stored){details}) FROM (SELECT * FROM {table}) AS stored WHERE {which}
"""
_DETAILS = """ || (
    SELECT jsonb_build_object('readings', details.readings, 'lines', details.lines, 'explanation', details.explanation)
    FROM bill_details AS details WHERE details.bill_id = stored.bill_id)
"""


async def put_as_before(billing: BillingHandlers, earlier: asyncpg.Pool, table: str, which: str = "true") -> None:
    """Store rows of this database in an earlier one by the columns that it had: what copies of its version do."""
    statement = _OF_THEN.format(table=table, which=which, details=_DETAILS if table == "bills" else "")
    rows = await billing.pool.fetchval(statement)
    columns = await earlier.fetchval(
        "SELECT string_agg(attname, ', ') FROM pg_attribute"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'details_digest'",
        table,
    )
    await earlier.execute(
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, $1)", rows
    )


async def test_a_database_of_the_version_before_is_upgraded_while_its_copies_still_bill(
    billing: BillingHandlers, earlier: asyncpg.Pool, databases: TestDatabases
) -> None:
    url = databases.url(await earlier.fetchval("SELECT current_database()"))
    await billing.customer()
    await billing.bill(50, 7)
    await billing.bill(60, 8)
    for table in ("customers", "accounts", "metered_periods", "readings", "read_meters"):
        await put_as_before(billing, earlier, table)
    await put_as_before(billing, earlier, "bills", "month = 7")
    before = await look(BillingHandlers(earlier), complete=False)
    assert before.violations == []

    await migrate(url, MIGRATIONS, phases=("pre",))
    upgraded = BillingHandlers(earlier)
    # A copy of the version before goes on, and sees what a copy of this one has billed.
    await put_as_before(billing, earlier, "bills", "month = 8")
    await upgraded.bill(70, 9)
    assert await earlier.fetchval(_IN_THE_REGISTER) == 3
    assert await partitions(upgraded) == {"bill_details_202609": 1}

    await migrate(url, MIGRATIONS)
    account = await upgraded.bill(80, 10)
    assert await earlier.fetchval(_IN_THE_REGISTER) == 3
    assert await partitions(upgraded) == {"bill_details_202609": 1, "bill_details_202610": 1}
    assert [(bill.month, bill.readings[0].kwh, bill.lines[0].kwh > 0) for bill in account.bills] == [
        (7, 50, True),
        (8, 60, True),
        (9, 70, True),
        (10, 80, True),
    ]
    await upgraded.pay(account.account.debt)
    assert await rules(upgraded) == set()
    assert (await look(upgraded)).violations == []
    await past_the_triggers(upgraded, "UPDATE bills SET lines = '[]' WHERE month = 7")
    assert {found.rule for found in (await look(upgraded)).violations} == {"a row of money is as its history has it"}
    with pytest.raises(asyncpg.CheckViolationError):
        await earlier.execute("UPDATE bills SET lines = NULL WHERE month = 7")


async def test_a_run_that_dies_in_every_part_while_a_month_gets_its_partition_comes_to_the_same_bills(
    billing: BillingHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_now(*_: object) -> bool:
        return False

    await town(billing, 9, 10)
    with monkeypatch.context() as patched:
        patched.setattr(months, "make", not_now)
        run_id = await start(billing)
    run = await do_all(billing, run_id)
    await confirm(billing, run)
    turns = iter([(2026, 10), (2026, 9)])
    while (await stored(billing, run_id)).state is RunState.RELEASING:
        with pytest.raises(PowerCut):
            await do_part_and_die(billing, run_id)
        assert await do_part_of(billing, run) is not None
        if month := next(turns, None):
            async with billing.pool.acquire() as connection:
                assert await months.make(connection, [month], moving=True)
    assert await partitions(billing) == {"bill_details_202609": 6, "bill_details_202610": 6}
    assert (await stored(billing, run_id)).released_total == run.totals.total
    assert await rules(billing) == set()
    assert (await look(billing)).violations == []


async def test_the_server_counts_what_is_deleted_from_a_partition_for_its_table(databases: TestDatabases) -> None:
    url = await databases.create("billing")
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SET session_replication_role = replica; SELECT make_month_of_details(2026, 10);"
        " INSERT INTO bill_details VALUES (gen_random_uuid(), 2026, 10, '[]', '[]', '[]');"
        " DELETE FROM partitions.bill_details_202610"
    )
    await connection.close()
    [found] = await wait_until(lambda: changed_rows({"billing": url}))
    assert (found.subject, found.detail) == ("bill_details", "0 changed, 1 deleted")
    await databases.drop(url)


@pytest_asyncio.fixture
async def upgraded(billing: BillingHandlers, earlier: asyncpg.Pool, databases: TestDatabases) -> BillingHandlers:
    """A database of this version, with three paid bills of September of the version before and one of October."""
    codes = [CODE, "PB14010099998", "PB14010099999"]
    for code in codes:
        await billing.customer(code)
    lines = [reading(50 + n, 9, code=code) for n, code in enumerate(codes)]
    assert (await billing.import_readings(*lines, reading(90, 10, old=1050))).ok
    await billing.run()
    for table in ("customers", "accounts", "metered_periods", "readings", "read_meters", "bills"):
        await put_as_before(billing, earlier, table)
    await migrate(databases.url(await earlier.fetchval("SELECT current_database()")), MIGRATIONS)
    found = BillingHandlers(earlier)
    for code in codes:
        await found.pay((await found.state(code)).debt, code=code)
    return found


async def test_details_that_a_version_before_left_in_the_register_are_moved_some_at_a_time(
    upgraded: BillingHandlers,
) -> None:
    before = [await upgraded.account(code) for code in (CODE, "PB14010099999")]
    seen: list[int] = []
    assert await move_month(upgraded.new_work, (2026, 9), at_most=2, progress=seen.append) == MovedMonth(3, 3)
    assert seen == [2, 3, 5, 6]
    assert await partitions(upgraded) == {"bill_details_202609": 3}
    assert await upgraded.pool.fetchval(_IN_THE_REGISTER) == 1
    after = [await upgraded.account(code) for code in (CODE, "PB14010099999")]
    assert [account.bills for account in after] == [account.bills for account in before]
    assert await rules(upgraded) == set()
    assert (await look(upgraded)).violations == []
    assert await move_month(upgraded.new_work, (2026, 9), progress=seen.append) == MovedMonth(0, 0)
    done = await detach(upgraded)
    assert (done.bills, done.periods, done.readings) == (3, 3, 3)
    assert await rules(upgraded) == set()
    assert (await look(upgraded)).violations == []
    await upgraded.pay(1000)
    assert {entry["operation"] for entry in await upgraded.pool.fetch("SELECT operation FROM money_history")} >= {b"M"}


@pytest.mark.parametrize("begun", ["B", "I"])
async def test_moved_details_are_held_against_what_the_bill_began_with(upgraded: BillingHandlers, begun: str) -> None:
    if begun == "I":
        # As the version before the batches wrote it.
        await past_the_triggers(
            upgraded,
            """
            DELETE FROM money_history WHERE operation = 'B';
            INSERT INTO money_history (changed_at, table_name, row_key, operation, new_values, session_role)
            SELECT now(), 'bills', bill_id::text, 'I', history_image(
                to_jsonb(bills) - 'details_digest' || '{"open_vat": 0, "open_principal": 0}',
                '{readings,lines,explanation}'), session_user
            FROM bills
            """,
        )
    await past_the_triggers(upgraded, "UPDATE bills SET lines = '[]' WHERE customer_code = 'PB14010099999'")
    await move_month(upgraded.new_work, (2026, 9), progress=lambda _: None)
    assert await rules(upgraded) == {
        "details that were moved are those that the bill was issued with",
        "a bill's total is its lines, and VAT once on the sum",
    }


async def test_nothing_is_moved_while_somebody_writes_to_bills_and_all_of_it_afterwards(
    upgraded: BillingHandlers,
) -> None:
    async with upgraded.pool.acquire() as writer, writer.transaction():
        await writer.execute("UPDATE bills SET open_vat = open_vat")
        moving = asyncio.create_task(move_month(upgraded.new_work, (2026, 9), progress=lambda _: None))
        await wait_until(lambda: upgraded.pool.fetch(_WAITS_TO_MOVE))
        assert await partitions(upgraded) == {}
    assert await moving == MovedMonth(3, 3)


_WAITS_TO_MOVE = """
SELECT FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%FROM move_details%' AND wait_event_type = 'Lock'
"""


# --- the archive

LATER = datetime(2029, 3, 1, 3, 0, tzinfo=UTC)
REASON = "Hết hạn lưu tại chỗ"


async def detach(billing: BillingHandlers, month: int = 9, *, act_id: UUID | None = None) -> MonthAct:
    async with billing.new_work() as work:
        return await detach_month(work, act_id or new_id(), (2026, month), REASON, months_kept=24, clock=lambda: LATER)


async def attach(billing: BillingHandlers, month: int = 9) -> MonthAct:
    async with billing.new_work() as work:
        return await attach_month(work, new_id(), (2026, month), "Khách khiếu nại")


async def two_paid_months(billing: BillingHandlers) -> CustomerAccount:
    await billing.customer()
    await billing.bill(50, 9)
    account = await billing.bill(80, 10)
    await billing.pay(account.account.debt)
    return await billing.account()


@pytest_asyncio.fixture
async def archive(billing: BillingHandlers) -> AsyncIterator[BillingHandlers]:
    """Billing, whose archive is empty again after the test."""
    yield billing
    for table in await billing.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'archive'"):
        await billing.pool.execute(f"DROP TABLE archive.{table['tablename']}")


async def test_bills_of_a_detached_month_keep_figures_and_payments_and_say_where_their_details_are(
    archive: BillingHandlers,
) -> None:
    before = await two_paid_months(archive)
    done = await detach(archive)
    assert (done.act, done.bills, done.kwh, done.total) == ("detached", 1, 50, 107_136)
    after = await archive.account()
    [old, new] = after.bills
    assert (old.details_archived, old.readings, old.lines, old.explanation) == (True, [], [], [])
    whole = {"details_archived": False, **{name: getattr(before.bills[0], name) for name in DETAILS}}
    assert old.model_copy(update=whole) == before.bills[0]
    assert (new, after.payments, after.account) == (before.bills[1], before.payments, before.account)
    usage = await archive.look(GetUsage(customer_code=CODE, months=12))
    assert [(month.month, month.kwh, month.highest_tier) for month in usage.months] == [(9, 50, None), (10, 80, 2)]
    assert usage.comparison is None
    assert await rules(archive) == set()
    assert (await look(archive)).violations == []
    acts = await archive.pool.fetch("SELECT what, subject FROM acts WHERE what LIKE 'month.%'")
    assert [tuple(act) for act in acts] == [("month.detached", "2026-09")]


async def test_a_bill_without_its_details_is_not_corrected_before_they_are_back(archive: BillingHandlers) -> None:
    number = (await two_paid_months(archive)).bills[0].bill_number
    await detach(archive)
    with pytest.raises(DetailsArchived) as refused:
        await archive.correct(number, kwh=100)
    assert refused.value.facts == {"bill_number": number, "month": "2026-09"}
    back = await attach(archive)
    assert back.bills == 1
    assert (await archive.correct(number, kwh=100)).new_bill is not None
    assert await rules(archive) == set()
    assert (await look(archive)).violations == []


async def test_a_payment_that_is_taken_back_opens_a_bill_whose_details_are_away(archive: BillingHandlers) -> None:
    await archive.customer()
    await archive.bill(50, 9)
    paid = await archive.pay(107_136)
    await detach(archive)
    await archive.reverse(paid.payment.payment_id)
    assert [(bill.details_archived, bill.open_vat > 0) for bill in (await archive.account()).bills] == [(True, True)]
    await archive.pay(107_136)
    assert await rules(archive) == set()


async def test_a_month_with_an_open_bill_or_a_reading_without_one_stays(archive: BillingHandlers) -> None:
    await archive.customer()
    await archive.bill(50, 9)
    with pytest.raises(MonthInUse) as refused:
        await detach(archive)
    assert refused.value.facts == {"open_bills": 1, "without_a_bill": 0}
    await archive.pay(107_136)
    await archive.customer("PB14010099999")
    assert (await archive.import_readings(reading(10, 9, code="PB14010099999"))).ok
    with pytest.raises(MonthInUse) as refused:
        await detach(archive)
    assert refused.value.facts == {"open_bills": 0, "without_a_bill": 1}
    # Also past the rules: the database refuses by itself.
    with pytest.raises(asyncpg.RestrictViolationError):
        await archive.pool.execute("SELECT detach_month(gen_random_uuid(), 2026, 9, 'x', '{}')")


async def test_a_young_month_and_one_that_is_not_there_stay_where_they_are(archive: BillingHandlers) -> None:
    await two_paid_months(archive)
    with pytest.raises(MonthInUse):
        async with archive.new_work() as work:
            await detach_month(work, new_id(), (2026, 9), REASON, months_kept=24, clock=archive.clock)
    with pytest.raises(NoSuchMonth):
        await detach(archive, 8)
    with pytest.raises(NoSuchMonth):
        await attach(archive)
    assert await partitions(archive) == {"bill_details_202609": 1, "bill_details_202610": 1}


async def test_details_that_are_not_those_of_their_bills_are_not_hidden_in_the_archive(
    archive: BillingHandlers,
) -> None:
    await two_paid_months(archive)
    await past_the_triggers(archive, "UPDATE bill_details SET lines = '[]' WHERE month = 9")
    with pytest.raises(MonthChanged):
        await detach(archive)
    await past_the_triggers(archive, "DELETE FROM bill_details WHERE month = 9")
    with pytest.raises(MonthChanged):
        await detach(archive)


async def test_what_was_changed_in_the_archive_does_not_come_back(archive: BillingHandlers) -> None:
    await two_paid_months(archive)
    await detach(archive)
    with pytest.raises(asyncpg.RestrictViolationError):
        await archive.pool.execute("UPDATE archive.bill_details_202609 SET lines = '[]'")
    await past_the_triggers(archive, "UPDATE archive.bill_details_202609 SET lines = '[]'")
    with pytest.raises(MonthChanged):
        await attach(archive)
    await archive.pool.execute("DROP TABLE archive.bill_details_202609")
    with pytest.raises(NoSuchMonth):
        await attach(archive)
    assert await rules(archive) == set()


_OF_DETACHING = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE '%FROM detach_month%' AND pid <> pg_backend_pid() AND state = 'active'
"""


async def test_detaching_that_is_killed_half_way_has_changed_nothing_and_is_asked_for_again(
    archive: BillingHandlers,
) -> None:
    before = await two_paid_months(archive)
    act_id = new_id()
    async with archive.pool.acquire() as reader, reader.transaction():
        # It has to wait for the end of this.
        await reader.fetch("SELECT count(*) FROM bill_details")
        detaching = asyncio.create_task(detach(archive, act_id=act_id))
        await wait_until(lambda: archive.pool.fetch(_OF_DETACHING))
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
            await detaching
    assert await archive.account() == before
    assert await archive.pool.fetchval("SELECT count(*) FROM month_acts") == 0
    assert (await detach(archive, act_id=act_id)).bills == 1
    # Once more under the same id, after the answer was lost.
    assert (await detach(archive, act_id=act_id)).act_id == act_id
    assert await archive.pool.fetchval("SELECT count(*) FROM month_acts") == 1


async def test_a_month_is_detached_while_somebody_reads_and_nobody_waits_long(archive: BillingHandlers) -> None:
    await two_paid_months(archive)
    async with archive.pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT count(*) FROM bill_details")
        detaching = asyncio.create_task(detach(archive))
        async with asyncio.timeout(5):
            assert len((await archive.account()).bills) == 2
        assert not detaching.done()
    assert (await detaching).bills == 1


async def test_nothing_is_imported_for_a_detached_month_before_it_is_back(archive: BillingHandlers) -> None:
    await two_paid_months(archive)
    await detach(archive)
    other = "PB14010099999"
    await archive.customer(other)
    report = await archive.import_readings(reading(60, 9, code=other))
    assert [(bad.line, bad.slug) for bad in report.bad_lines] == [(2, "month-archived")]
    assert "thungan months attach 2026-09" in report.bad_lines[0].message
    await attach(archive)
    assert (await archive.import_readings(reading(60, 9, code=other))).ok
    await archive.run()
    assert (await archive.account(other)).bills[0].readings[0].kwh == 60
    assert await partitions(archive) == {"bill_details_202609": 2, "bill_details_202610": 1}
    assert await rules(archive) == set()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE bills SET details_digest = sha256('x') WHERE month = 9",
        "DELETE FROM allocations; DELETE FROM bills WHERE month = 9",
        "UPDATE month_acts SET bills = 2",
        "UPDATE month_acts SET year = 2025",
        "UPDATE bills SET kwh = kwh + 1 WHERE month = 9",
    ],
)
async def test_bills_without_details_are_held_against_what_was_archived(
    archive: BillingHandlers, tampering: str
) -> None:
    await two_paid_months(archive)
    await detach(archive)
    await past_the_triggers(archive, tampering)
    assert "bills without details are those whose details were put into the archive" in await rules(archive)


async def test_the_manifest_is_only_ever_added_to(archive: BillingHandlers) -> None:
    await two_paid_months(archive)
    await detach(archive)
    for statement in ("UPDATE month_acts SET reason = 'x'", "DELETE FROM month_acts", "TRUNCATE month_acts"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await archive.pool.execute(statement)


async def test_months_are_listed_with_what_they_still_hold(archive: BillingHandlers) -> None:
    await archive.customer()
    await archive.bill(50, 9)
    await archive.pay(107_136)
    await archive.bill(80, 10)
    await detach(archive)
    async with archive.reading() as work:
        found = await months.stored(work.connection)
    assert [(one.month, one.open_bills, one.without_a_bill, one.archived_at is not None) for one in found] == [
        (9, 0, 0, True),
        (10, 1, 0, False),
    ]
    assert found[0].reason == REASON
