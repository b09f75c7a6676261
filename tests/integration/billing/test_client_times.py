"""The server's time counts for money and shifts; what a client states is a note, and bounded."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

import services.billing
from shared.contracts.common import PaymentMethod
from shared.db import migrate, open_pool
from shared.ids import new_id
from shared.problems import Problem
from shared.testing.databases import TestDatabases
from tests.integration.billing.billing_handlers import CODE, COLLECTOR, NOW, BillingHandlers

MIGRATIONS = Path(services.billing.__file__).parent / "migrations"
WILD = [
    datetime.min.replace(tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2099, 1, 1, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]


async def slug(billing: BillingHandlers, method: PaymentMethod, received_at: datetime) -> str:
    with pytest.raises(Problem) as caught:
        await billing.pay(
            1, method=method, received_at=received_at, reference="" if method is PaymentMethod.CASH else "FT1"
        )
    return caught.value.slug


@pytest.mark.parametrize("received_at", WILD)
@pytest.mark.parametrize("method", list(PaymentMethod))
async def test_money_of_a_time_that_cannot_be_is_refused(
    billing: BillingHandlers, method: PaymentMethod, received_at: datetime
) -> None:
    await billing.customer()
    await billing.bill(100)
    await billing.open_shift()
    assert await slug(billing, method, received_at) == "clock-wrong"
    assert (await billing.account()).payments == []


async def test_a_payment_counts_at_the_servers_time_and_keeps_the_stated_one(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(100)
    await billing.open_shift()
    stated = NOW - timedelta(hours=3)
    paid = (await billing.cash(1000, received_at=stated)).payment
    assert (paid.received_at, paid.stated_at) == (billing.now, stated)
    assert await slug(billing, PaymentMethod.CASH, NOW - timedelta(days=30)) == "clock-wrong"
    posted = (await billing.pay(1000, received_at=NOW - timedelta(days=30), reference="FT2")).payment
    assert (posted.received_at, posted.stated_at) == (billing.now, NOW - timedelta(days=30))


async def test_cash_that_phones_send_late_or_from_the_future_counts_when_it_is_recorded_in_the_shift_of_then(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.bill(100)
    shift = (await billing.open_shift()).shift
    moments = [NOW + timedelta(hours=23), NOW - timedelta(days=6, hours=23), NOW, NOW - timedelta(hours=2)]
    paid = [(await billing.cash(1000, received_at=stated)).payment for stated in moments]
    assert [payment.received_at for payment in paid] == sorted(payment.received_at for payment in paid)
    assert all(timedelta(0) < payment.received_at - shift.opened_at < timedelta(minutes=1) for payment in paid)
    assert [(payment.stated_at, payment.shift_id) for payment in paid] == [(at, shift.shift_id) for at in moments]
    closed = (await billing.close_shift(shift.shift_id, 4000, closed_at=NOW + timedelta(hours=23))).shift
    assert (closed.closed_at, closed.difference) == (billing.now, 0)


@pytest.mark.parametrize("years", [-5, 5])
async def test_cash_that_was_refused_for_the_phones_clock_is_recorded_under_its_id_once_that_is_put_right(
    billing: BillingHandlers, years: int
) -> None:
    await billing.customer()
    await billing.bill(100)
    await billing.open_shift()
    payment_id = new_id()
    for _ in range(2):
        with pytest.raises(Problem) as caught:
            await billing.cash(1000, payment_id=payment_id, received_at=NOW + timedelta(days=365 * years))
        assert caught.value.slug == "clock-wrong"
    paid = await billing.cash(1000, payment_id=payment_id)
    assert await billing.cash(1000, payment_id=payment_id) == paid
    assert (await billing.shift()).shift.totals.payments == 1


@pytest.mark.parametrize("stated", WILD)
async def test_a_shift_opens_and_closes_at_the_servers_time_only(billing: BillingHandlers, stated: datetime) -> None:
    with pytest.raises(Problem) as caught:
        await billing.open_shift(opened_at=stated)
    assert caught.value.slug == "clock-wrong"
    shift = (await billing.open_shift()).shift
    with pytest.raises(Problem) as caught:
        await billing.close_shift(shift.shift_id, 0, closed_at=stated)
    assert caught.value.slug == "clock-wrong"


async def test_a_shift_never_closes_before_it_opened(billing: BillingHandlers) -> None:
    shift = (await billing.open_shift(opened_at=NOW)).shift
    billing.now -= timedelta(minutes=5)
    closed = (await billing.close_shift(shift.shift_id, 0, closed_at=NOW - timedelta(hours=2))).shift
    assert closed.closed_at == shift.opened_at
    stated = await billing.pool.fetchrow("SELECT stated_opened_at, stated_closed_at FROM shifts")
    assert tuple(stated or ()) == (NOW, NOW - timedelta(hours=2))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments SET received_at = '-infinity'",
        "UPDATE payments SET received_at = 'infinity'",
        "UPDATE payments SET received_at = '1970-01-01'",
        "UPDATE payments SET recorded_at = 'infinity'",
        "UPDATE payments SET stated_at = '2099-01-01'",
        "UPDATE shifts SET opened_at = '-infinity'",
        "UPDATE shifts SET closed_at = opened_at - interval '1 second'",
        "UPDATE shifts SET closed_at = 'infinity'",
        "UPDATE shifts SET stated_opened_at = '1970-01-01'",
    ],
)
async def test_the_database_itself_refuses_such_times(billing: BillingHandlers, change: str) -> None:
    await billing.customer()
    await billing.bill(100)
    shift = (await billing.open_shift()).shift
    await billing.cash(1000)
    await billing.close_shift(shift.shift_id, 1000)
    with pytest.raises(asyncpg.CheckViolationError):
        await billing.pool.execute(change)


async def test_a_payment_that_cannot_be_read_does_not_hide_the_others(billing: BillingHandlers) -> None:
    await billing.customer()
    unreadable, sound = [(await billing.pay(1000, reference=reference)).payment for reference in ("FT1", "FT2")]
    await billing.pool.execute(
        "UPDATE payments SET collector_code = 'không' WHERE payment_id = $1", unreadable.payment_id
    )
    account = await billing.account()
    assert [payment.payment_id for payment in account.payments] == [sound.payment_id]
    assert account.account.credit == 2000


async def test_a_bill_that_cannot_be_read_hides_neither_the_others_nor_the_account(billing: BillingHandlers) -> None:
    await billing.customer()
    unreadable = (await billing.bill(50, 9)).bills[0].bill_id
    sound = (await billing.bill(50, 10)).bills[1].bill_id
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE bill_details SET readings = '[{}]' WHERE bill_id = $1", unreadable)
    for history in (0, 60):
        account = await billing.account(history=history)
        assert [bill.bill_id for bill in account.bills] == [sound]
        assert account.account.debt == 2 * 107_136


@pytest_asyncio.fixture
async def earlier(databases: TestDatabases, tmp_path: Path) -> AsyncIterator[asyncpg.Pool]:
    """A database of billing before there were constraints on times."""
    url = await databases.create_empty()
    for file in sorted(MIGRATIONS.glob("000[12]_*.sql")):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    await migrate(url, tmp_path)
    pool = await open_pool(url, size=2)
    yield pool
    await pool.close()
    await databases.drop(url)


async def test_a_migration_finds_names_and_repairs_what_earlier_versions_stored(
    earlier: asyncpg.Pool, databases: TestDatabases
) -> None:
    shift, wild, sound = new_id(), new_id(), new_id()
    await earlier.execute(f"""
        INSERT INTO accounts (customer_code) VALUES ('{CODE}');
        INSERT INTO shifts (shift_id, collector_code, opened_at, opening_float, cash_ceiling, closed_at, counted_cash,
            difference) VALUES ('{shift}', '{COLLECTOR}', '2026-11-20 08:00+07', 0, 1, '1999-01-01', 0, 0);
        INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference)
        VALUES ('{wild}', '{CODE}', 1, 1, 'transfer', '-infinity', '2026-11-20 10:00+07', 'A'),
            ('{sound}', '{CODE}', 1, 1, 'transfer', '2026-11-19 10:00+07', '2026-11-20 10:00+07', 'B')
    """)
    await migrate(databases.url(await earlier.fetchval("SELECT current_database()")), MIGRATIONS)
    billing = BillingHandlers(earlier)
    times = {payment.payment_id: payment.received_at for payment in (await billing.account()).payments}
    recorded = datetime(2026, 11, 20, 3, tzinfo=UTC)
    assert times == {wild: recorded, sound: recorded - timedelta(days=1)}
    assert (await billing.shift(shift)).shift.closed_at == (await billing.shift(shift)).shift.opened_at
    named = await earlier.fetch("SELECT table_name, row_id, column_name, was FROM implausible_times ORDER BY 1")
    assert [tuple(row) for row in named] == [
        ("payments", wild, "received_at", "-infinity"),
        ("shifts", shift, "closed_at", "1999-01-01 00:00:00+00"),
    ]
