"""``thungan invoices catch-up``: bills from before the service wait for their invoices, once, the oldest first."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

from services.billing.store import bills
from services.billing.store.accounts import save_customer
from services.invoice.audit import invoicing_start
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.db import open_pool
from shared.ids import new_id
from shared.testing import builders
from tests.integration.ops.test_cli import Terminal

SYSTEM = Actor(kind=ActorKind.PERSON, id="test", proven_by=Proof.NONE)
LAW, BEFORE = datetime(2026, 7, 3, tzinfo=UTC), datetime(2026, 6, 28, tzinfo=UTC)


@dataclass
class Databases:
    """Billing's and invoice's."""

    billing: asyncpg.Pool
    invoice: asyncpg.Pool

    async def issue(self, number: int, issued_at: datetime) -> UUID:
        """Have a bill at billing that was issued at that time."""
        bill = builders.bill(bill_number=f"B{number}", month=number, issued_at=issued_at)
        async with self.billing.acquire() as connection:
            await bills.add(connection, [bill], SYSTEM)
        return bill.bill_id

    async def waiting(self) -> list[UUID]:
        """Return what waits for an invoice, in the order in which it will be made."""
        rows = await self.invoice.fetch("SELECT bill_id FROM waiting_bills ORDER BY noted_at, cause_id")
        return [row["bill_id"] for row in rows]


@pytest.fixture
def thungan() -> Terminal:
    return Terminal()


@pytest.fixture
async def databases(
    database: Callable[[str], Awaitable[str]], namespace: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Databases]:
    monkeypatch.setenv("THUNGAN_NAMESPACE", namespace)
    pools = {}
    for service in ("billing", "invoice"):
        url = await database(service)
        monkeypatch.setenv(f"THUNGAN_{service.upper()}_DATABASE_URL", url)
        pools[service] = await open_pool(SecretStr(url), size=2, application_name="test")
    async with pools["billing"].acquire() as connection:
        await save_customer(connection, builders.customer())
    yield Databases(**pools)
    for pool in pools.values():
        await pool.close()


async def test_bills_from_before_the_service_wait_for_their_invoices_once_the_oldest_first(
    thungan: Terminal, databases: Databases
) -> None:
    later = await databases.issue(8, LAW + timedelta(days=30))
    first = await databases.issue(7, LAW)
    await databases.issue(6, BEFORE)
    noted = await databases.issue(9, LAW + timedelta(days=60))
    await databases.invoice.execute("INSERT INTO bills_without_invoice (bill_id) VALUES ($1)", noted)
    already_due = await databases.issue(10, datetime.now(UTC) + timedelta(days=1))

    code, text, _ = await thungan("invoices", "catch-up", "--check")
    assert (code, text) == (1, "2 of 3 bills have no invoice and wait for none\n")
    assert await databases.waiting() == []

    done = await thungan.json("invoices", "catch-up")
    assert done == {"bills": 3, "noted": 2, "reductions": 0, "told": 0}
    assert await databases.waiting() == [first, later]
    assert already_due not in await databases.waiting()
    assert (await thungan.json("invoices", "catch-up"))["noted"] == 0
    assert (await thungan("invoices", "catch-up", "--check"))[0] == 0
    async with databases.invoice.acquire() as connection:
        assert await invoicing_start(connection) == datetime(2026, 6, 30, 17, tzinfo=UTC)


async def test_a_bill_whose_receipt_stood_for_the_invoice_is_not_invoiced_again(
    thungan: Terminal, databases: Databases
) -> None:
    await databases.issue(6, BEFORE)
    code, _, error = await thungan("invoices", "catch-up", "--since", "2026-06-01")
    assert code != 0
    assert "the receipt stood for the invoice" in error
    assert await databases.waiting() == []


_OLD_INVOICE = """
WITH seller AS (INSERT INTO sellers (tax_code, suffix) VALUES ('9900000016', 'AA') RETURNING tax_code),
numbers AS (
    INSERT INTO number_rows (symbol, seller_tax_code, year, last_number)
    SELECT '1K26TAA', tax_code, 2026, 1 FROM seller RETURNING symbol
), certificate AS (
    INSERT INTO certificates (fingerprint, der) VALUES (sha256('x'), 'x') RETURNING fingerprint
), invoice AS (
    INSERT INTO invoices (invoice_id, cause_id, bill_id, bill_number, customer_code, symbol, number, made_at, made_on,
        before_vat, vat, total, lookup_code, data)
    SELECT $1, $1, $1, 'B1', 'PB1', symbol, 1, now(), now()::date, 1, 0, 1, 'ABCDEFGH234567AB', 'x' FROM numbers
    RETURNING invoice_id
)
INSERT INTO signatures (invoice_id, signed_at, fingerprint, signature)
SELECT invoice_id, now(), fingerprint, 'x' FROM invoice, certificate
"""


async def test_signed_invoices_that_nobody_was_told_of_are_told(thungan: Terminal, databases: Databases) -> None:
    async with databases.invoice.acquire() as connection, connection.transaction():
        await connection.execute(_OLD_INVOICE, new_id())

    assert (await thungan.json("invoices", "catch-up"))["told"] == 1

    sent = await databases.invoice.fetch("SELECT * FROM outbox")
    assert len(sent) == 1
    assert "ABCDEFGH234567AB" in str(dict(sent[0]))
