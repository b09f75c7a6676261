"""The audit finds whatever is done to the register behind the database's back, and names it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.receipt.audit import ReceiptFacts, audit_facts, receipts_of_payments
from services.receipt.documents import DocumentOptions, Words
from services.receipt.domain.receipts import StoredReceipt
from services.receipt.legal_forms.files import load_legal_forms
from services.receipt.receipts.draft import Draft, draft_of_payment, draft_of_void
from services.receipt.receipts.issuer import Issuer
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.keyring import Keyring
from shared.contracts.common import Language
from shared.contracts.receipt import ReceiptKind
from tests.unit.receipt.samples import payment_recorded, payment_reversed

NOW = datetime(2026, 11, 12, 7, 5, 12, tzinfo=UTC)
OPTIONS, WORDS = DocumentOptions(), Words(Language.VIETNAMESE)

VOID_ANOTHER = """
UPDATE receipt SET voids_receipt_id = (SELECT receipt_id FROM receipt WHERE number = 4) WHERE kind = 'void'
"""
# Whatever the signature's last byte is: 0 in place of it would change nothing in one signature of sixteen.
CHANGE_SIGNATURE = """
UPDATE receipt SET token = set_byte(token, length(token) - 1, 255 - get_byte(token, length(token) - 1)) WHERE number = 2
"""
ADD_SECOND_COPY = """
INSERT INTO reprint SELECT gen_random_uuid(), receipt_id, 2, 'x', 'x', NULL, gen_random_uuid(), now()
FROM receipt WHERE number = 1
"""


class Register:
    """Receipts 1 to 6 of BN26-AA; the last one voids number 3."""

    def __init__(self, pool: asyncpg.Pool, keys: KeyFolder) -> None:
        self.pool = pool
        self.keys = keys

    async def fill(self) -> None:
        events = [payment_recorded(f"payment {number}") for number in range(1, 6)]
        async with self.pool.acquire() as connection:
            stored = [await self._issue(connection, draft_of_payment(event, OPTIONS, WORDS)) for event in events]
            void = draft_of_void(payment_reversed(events[2]), stored[2], OPTIONS, WORDS)
            await self._issue(connection, void)

    async def _issue(self, connection: asyncpg.pool.PoolConnectionProxy, draft: Draft) -> StoredReceipt:
        async with connection.transaction():
            return await Issuer(self.keys, load_legal_forms(), clock=lambda: NOW).issue(connection, draft)

    async def tamper(self, *statements: str) -> None:
        """Do what only somebody with full power over the database can do."""
        async with self.pool.acquire() as connection, connection.transaction():
            for table in ("receipt", "series", "reprint"):
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in statements:
                await connection.execute(statement)
            for table in ("receipt", "series", "reprint"):
                await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    async def audit(self, keyring: Keyring | None = None) -> ReceiptFacts:
        async with self.pool.acquire() as connection:
            return await audit_facts(connection, keyring or self.keys.keyring())

    async def rules(self) -> set[str]:
        return {violation.rule for violation in (await self.audit()).violations}


@pytest_asyncio.fixture
async def register(pool_for: Callable[..., Awaitable[asyncpg.Pool]], tmp_path: Path) -> AsyncIterator[Register]:
    keys = KeyFolder(tmp_path / "keys")
    keys.ensure_key(NOW)
    made = Register(await pool_for("receipt", size=2), keys)
    await made.fill()
    yield made


async def test_an_untouched_register_has_no_violation(register: Register) -> None:
    audit = await register.audit()
    assert (audit.receipts, audit.voids, audit.series, audit.violations) == (5, 1, 1, [])


async def test_the_register_says_for_each_payment_what_was_receipted_and_voided(register: Register) -> None:
    async with register.pool.acquire() as connection, connection.transaction():
        held = [receipts async for _, receipts in receipts_of_payments(connection)]
    facts = sorted((fact for receipts in held for fact in receipts), key=lambda fact: fact.number)
    assert [(fact.kind, fact.voided) for fact in facts] == [
        *[(ReceiptKind.ORIGINAL, number == 3) for number in range(1, 6)],
        (ReceiptKind.VOID, False),
    ]
    assert {abs(fact.total) for fact in facts} == {payment_recorded().payment.amount}


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("DELETE FROM receipt WHERE number = 2", "gap"),
        ("DELETE FROM receipt WHERE number = 2", "chain"),
        ("DELETE FROM receipt WHERE number = 6", "series"),
        ("DELETE FROM receipt WHERE number = 1", "gap"),
        ("UPDATE receipt SET total = total + 1 WHERE number = 2", "columns"),
        ("UPDATE receipt SET vat = 0 WHERE number = 2", "columns"),
        ("UPDATE receipt SET customer_code = 'PB14019999999' WHERE number = 2", "columns"),
        ("UPDATE receipt SET collector_code = NULL WHERE number = 2", "columns"),
        ("UPDATE receipt SET issued_at = issued_at + interval '1 hour' WHERE number = 2", "columns"),
        ("UPDATE receipt SET issued_at = issued_at + interval '1 year' WHERE number = 2", "year"),
        ("UPDATE receipt SET lookup_code = 'AAAABBBBCCCCDDDD' WHERE number = 2", "columns"),
        ("UPDATE receipt SET key_id = '\\x00000000' WHERE number = 2", "columns"),
        ("UPDATE receipt SET content = replace(content, 'HẠNH', 'HẠN') WHERE number = 2", "content"),
        (CHANGE_SIGNATURE, "signature"),
        (CHANGE_SIGNATURE, "chain"),
        ("UPDATE receipt SET token = set_byte(token, 0, 0) WHERE number = 2", "token"),
        ("UPDATE receipt SET token = set_byte(token, 10, 77) WHERE number = 2", "key"),
        ("UPDATE series SET last_number = 9", "series"),
        ("UPDATE series SET last_link = '\\x00000000000000000000000000000000'", "series"),
        ("UPDATE receipt SET payment_id = gen_random_uuid() WHERE kind = 'void'", "void"),
        (VOID_ANOTHER, "void"),
        (ADD_SECOND_COPY, "copies"),
    ],
)
async def test_every_manipulation_is_named(register: Register, statement: str, rule: str) -> None:
    await register.tamper(statement)
    assert rule in await register.rules()


async def test_two_receipts_for_one_payment_are_named(register: Register) -> None:
    await register.tamper(
        "ALTER TABLE receipt DROP CONSTRAINT receipt_payment_id_kind_key",
        "UPDATE receipt SET payment_id = (SELECT payment_id FROM receipt WHERE number = 1) WHERE number = 2",
    )
    assert "original" in await register.rules()


async def test_a_key_that_nobody_knows_is_named_for_each_receipt(register: Register) -> None:
    audit = await register.audit(Keyring([]))
    assert [violation.rule for violation in audit.violations] == ["key"] * 6


async def test_the_audit_changes_nothing_even_if_it_wanted_to(register: Register) -> None:
    before = await register.pool.fetch("SELECT * FROM receipt ORDER BY number")
    await register.audit()
    assert await register.pool.fetch("SELECT * FROM receipt ORDER BY number") == before
