"""``thungan sms backfill``: a notify that was upgraded learns at once what billing knows of those who owe."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import asyncpg
import pytest
from pydantic import SecretStr

from ops.audit.known_debts import debts_unknown_to_notify
from services.billing.store.accounts import save_customer
from services.notify.store.accounts import keep_account
from shared.db import open_pool
from shared.testing.builders import account, customer
from tests.integration.ops.test_cli import Terminal

Databases = Callable[[str], Awaitable[str]]

OWES, OWES_TOO, PAID = "PB14010000001", "PB14010000002", "PB14010000003"
DUE = date(2026, 11, 10)


@pytest.fixture
def thungan() -> Terminal:
    return Terminal()


@pytest.fixture
async def notify(database: Databases, namespace: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncpg.Pool]:
    """A billing with two customers who owe, and a notify that knows of one of them without a due date."""
    monkeypatch.setenv("THUNGAN_NAMESPACE", namespace)
    pools = {}
    for service in ("billing", "notify"):
        url = await database(service)
        monkeypatch.setenv(f"THUNGAN_{service.upper()}_DATABASE_URL", url)
        pools[service] = await open_pool(SecretStr(url), size=2, application_name="test")
    async with pools["billing"].acquire() as connection:
        for code in (OWES, OWES_TOO, PAID):
            await save_customer(connection, customer(code, phone="+84953000001", version=3))
        await connection.execute(
            "UPDATE accounts SET version = 5, debt = 1000, open_bills = 1, oldest_due_date = $1"
            " WHERE customer_code <> $2",
            DUE,
            PAID,
        )
    async with pools["notify"].acquire() as connection:
        await keep_account(connection, account(OWES, debt=1000, version=5))
    yield pools["notify"]
    for pool in pools.values():
        await pool.close()


def database_urls() -> dict[str, str]:
    return {service: os.environ[f"THUNGAN_{service.upper()}_DATABASE_URL"] for service in ("billing", "notify")}


async def test_what_notify_lacks_of_those_who_owe_is_added_once(thungan: Terminal, notify: asyncpg.Pool) -> None:
    assert await thungan("sms", "backfill", "--check") == (
        1,
        "2 of 2 customers who owe are not known with their due date\n",
        "",
    )
    [remark] = await debts_unknown_to_notify(database_urls())
    assert (remark.subject, remark.detail[:31]) == (OWES, "2 of 2 customers who owe are no")
    assert await thungan.json("sms", "backfill") == {"owing": 2, "brought_up_to_date": 2}
    rows = await notify.fetch("SELECT * FROM accounts ORDER BY customer_code")
    assert [(row["customer_code"], row["debt"], row["oldest_due_date"]) for row in rows] == [
        (OWES, 1000, DUE),
        (OWES_TOO, 1000, DUE),
    ]
    assert {(row["phone"], row["contact_version"], row["version"]) for row in rows} == {("+84953000001", 3, 5)}
    assert await thungan.json("sms", "backfill") == {"owing": 2, "brought_up_to_date": 0}
    assert await thungan.json("sms", "backfill", "--check") == {"owing": 2, "lacking": 0}
    assert await debts_unknown_to_notify(database_urls()) == []


async def test_what_notify_knows_better_stays(thungan: Terminal, notify: asyncpg.Pool) -> None:
    async with notify.acquire() as connection:
        await keep_account(connection, account(OWES, debt=0, version=6))
    assert await thungan.json("sms", "backfill") == {"owing": 2, "brought_up_to_date": 2}
    debt = await notify.fetchval("SELECT debt FROM accounts WHERE customer_code = $1", OWES)
    assert debt == 0
