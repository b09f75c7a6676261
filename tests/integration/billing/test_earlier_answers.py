"""A database that version 0.1 has filled: its recorded answers are still given, to copies of both versions."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

import services.billing
from shared.contracts.billing import CloseShift, OpenShift, RecordPayment, ReversePayment
from shared.contracts.common import PaymentMethod
from shared.contracts.message import Request
from shared.db import migrate, open_pool
from shared.problems import SameIdOtherContent
from shared.testing.databases import TestDatabases
from tests.integration.billing.billing_handlers import BillingHandlers

migrations: Any = import_module("shared.db.migrate")
SHARED: Path = migrations.SHARED
MIGRATIONS = Path(services.billing.__file__).parent / "migrations"
EARLIER = {
    SHARED: ["0001_pre_outbox_inbox.sql"],
    MIGRATIONS: ["0001_pre_billing.sql", "0002_pre_transfer_content.sql"],
}
"""The migrations of version 0.1."""

MOMENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CUSTOMER, COLLECTOR = "PB15010000001", "TN001"

PAYMENT = RecordPayment(
    payment_id=UUID(int=1),
    customer_code=CUSTOMER,
    amount=475_000,
    method=PaymentMethod.CASH,
    received_at=MOMENT,
    bill_ids=[UUID(int=2)],
    collector_code=COLLECTOR,
    visit_id=UUID(int=3),
    device_id=UUID(int=4),
)
TRANSFER = RecordPayment(
    payment_id=UUID(int=5),
    customer_code=CUSTOMER,
    amount=1_000,
    method=PaymentMethod.TRANSFER,
    received_at=MOMENT,
    reference="FT1",
    transfer_content="TN 1",
)
REVERSAL = ReversePayment(
    reversal_id=UUID(int=6), payment_id=UUID(int=1), reason="Nhập nhầm", reversed_by="KT01", device_id=UUID(int=4)
)
OPENING = OpenShift(shift_id=UUID(int=7), collector_code=COLLECTOR, opening_float=500_000, opened_at=MOMENT)
CLOSING = CloseShift(
    shift_id=UUID(int=7),
    collector_code=COLLECTOR,
    counted_cash=975_000,
    denominations={"500000": 1, "475000": 1},
    closed_at=MOMENT,
    device_id=UUID(int=4),
)

ACCOUNT = {"customer_code": CUSTOMER, "version": 3, "debt": 0, "credit": 0, "open_bills": 0, "oldest_due_date": None}
RECORDED = {
    "payment_id": str(UUID(int=1)),
    "customer_code": CUSTOMER,
    "amount": 475_000,
    "method": "cash",
    "received_at": "2026-11-23T02:00:00Z",
    "collector_code": COLLECTOR,
    "collection_point_code": None,
    "reference": "",
    "transfer_content": "",
    "shift_id": str(UUID(int=7)),
    "allocations": [],
    "credit": 475_000,
    "receipt_number": None,
    "receipt_id": None,
    "reversed_at": None,
}
SHIFT = {
    "shift_id": str(UUID(int=7)),
    "collector_code": COLLECTOR,
    "opened_at": "2026-11-23T02:00:00Z",
    "opening_float": 500_000,
    "totals": {"payments": 0, "cash": 0, "reversals": 0, "reversed_cash": 0},
    "cash_in_hand": 500_000,
    "cash_ceiling": 50_000_000,
    "closed_at": None,
    "counted_cash": None,
    "difference": None,
    "explanation": "",
    "denominations": {},
}

ANSWERED: list[tuple[Request[Any], str, dict[str, Any]]] = [
    (
        PAYMENT,
        "854fcbd021298ca48c8f36dcf410052618cb1e05623aec43e725a7382995ff44",
        {"payment": RECORDED, "account": ACCOUNT},
    ),
    (
        TRANSFER,
        "f18874a6d4b69418e271a17b2733725561cc65e486350ba4da48dad2ba27a49d",
        {"payment": {**RECORDED, "payment_id": str(UUID(int=5)), "shift_id": None}, "account": ACCOUNT},
    ),
    (
        REVERSAL,
        "e49bc33b86b72ceee601c3c2a3ba5c47c5cce9bcde41a17c63c178a9f9e150b8",
        {"payment": {**RECORDED, "reversed_at": "2026-11-23T03:00:00Z"}, "account": ACCOUNT},
    ),
    (OPENING, "50bafe041a80701a33eb13d104f9657a64fa9196f9e979f18be20b5e992cd1e8", {"shift": SHIFT}),
    (
        CLOSING,
        "5193843209619627b3c61b6171585fd3cdec82baef86474a1900ecbc89e29897",
        {"shift": {**SHIFT, "closed_at": "2026-11-23T09:00:00Z", "counted_cash": 975_000, "difference": 0}},
    ),
]
"""Requests, and their fingerprints and answers as version 0.1 has written them."""

FILL = f"""
INSERT INTO accounts (customer_code, version) VALUES ('{CUSTOMER}', 3);
INSERT INTO shifts (shift_id, collector_code, opened_at, opening_float, cash_ceiling)
VALUES ('{UUID(int=7)}', '{COLLECTOR}', '2026-11-23T02:00:00Z', 500000, 50000000);
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, collector_code,
    reference, shift_id)
VALUES ('{UUID(int=1)}', '{CUSTOMER}', 475000, 475000, 'cash', '2026-11-23T02:00:00Z', now(), '{COLLECTOR}', '',
    '{UUID(int=7)}');
"""
EARLIER_FIND = "SELECT fingerprint, answer FROM answers WHERE message_name = $1 AND request_id = $2"
EARLIER_KEEP = """
INSERT INTO answers (message_name, request_id, fingerprint, answer) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING true
"""
"""As version 0.1 asks and writes."""


@pytest_asyncio.fixture
async def pool(
    databases: TestDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[asyncpg.Pool]:
    """A database of billing as version 0.1 has left it."""
    url = await databases.create_empty()
    folders = []
    for folder, names in EARLIER.items():
        copy = tmp_path / ("shared" if folder is SHARED else "service")
        copy.mkdir()
        for name in names:
            (copy / name).write_text((folder / name).read_text())
        folders.append(copy)
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "SHARED", folders[0])
        await migrate(url, folders[1])
    pool = await open_pool(url, size=2)
    await pool.execute(FILL)
    for request, fingerprint, answer in ANSWERED:
        request_id = next(iter(request.model_dump().values()))
        await pool.fetchval(EARLIER_KEEP, request.message_name, request_id, fingerprint, json.dumps(answer))
    yield pool
    await pool.close()
    await databases.drop(url)


async def upgraded(pool: asyncpg.Pool, databases: TestDatabases, *phases: str) -> BillingHandlers:
    name = await pool.fetchval("SELECT current_database()")
    await migrate(databases.url(name), MIGRATIONS, phases=phases)
    return BillingHandlers(pool)


@pytest.mark.parametrize(("request_made", "_fingerprint", "answer"), ANSWERED)
@pytest.mark.parametrize("phases", [("pre",), ("pre", "post")])
async def test_a_request_that_version_0_1_has_answered_gets_that_answer(
    pool: asyncpg.Pool,
    databases: TestDatabases,
    phases: tuple[str, ...],
    request_made: Any,
    _fingerprint: str,
    answer: dict[str, Any],
) -> None:
    billing = await upgraded(pool, databases, *phases)
    async with billing.new_work() as work:
        repeated: Any = await billing.answer(request_made, work)
    assert repeated == type(request_made).reply_type.model_validate(answer)

    other = request_made.model_copy(update=_other_content(request_made))
    async with billing.new_work() as work:
        with pytest.raises(SameIdOtherContent):
            await billing.answer(other, work)


def _other_content(request: Request[Any]) -> dict[str, Any]:
    match request:
        case RecordPayment():
            return {"received_at": MOMENT.replace(hour=3)}
        case ReversePayment():
            return {"reversed_by": "KT02"}
        case OpenShift():
            return {"opening_float": 1}
        case _:
            return {"counted_cash": 1}


async def test_a_copy_of_version_0_1_that_still_runs_finds_the_answers_of_the_new_one_and_the_other_way_round(
    pool: asyncpg.Pool, databases: TestDatabases
) -> None:
    payment = PAYMENT.model_copy(
        update={"payment_id": UUID(int=11), "method": PaymentMethod.TRANSFER, "collector_code": None, "bill_ids": []}
    )
    later = payment.model_copy(update={"payment_id": UUID(int=12)})
    billing = await upgraded(pool, databases, "pre")
    await billing.customer(CUSTOMER)
    async with billing.new_work() as work:
        answer = await billing.answer(payment, work)
    row = await pool.fetchrow(EARLIER_FIND, payment.message_name, payment.payment_id)
    assert row is not None
    assert json.loads(row["answer"]) == json.loads(answer.model_dump_json())
    assert row["fingerprint"] == "2892945c1ad4a108d1d4284167bc4d92a7dbab3e928cfd3fe5e19a0e4d63a611"

    account = answer.account.model_copy(update={"version": 99})
    text = answer.model_copy(update={"account": account}).model_dump_json()
    fingerprint = "bb06d71ddd6479af8c5f81eeb04fe8f20514afcb4e541ccdd4c7f9872746f2d8"
    kept = await pool.fetchval(EARLIER_KEEP, later.message_name, later.payment_id, fingerprint, text)
    assert kept is True
    async with billing.new_work() as work:
        assert (await billing.answer(later, work)).account.version == 99
    assert await pool.fetchval(EARLIER_KEEP, later.message_name, later.payment_id, "another", text) is None


async def test_the_view_goes_with_the_last_copy_of_version_0_1(pool: asyncpg.Pool, databases: TestDatabases) -> None:
    await upgraded(pool, databases, "pre", "post")
    assert await pool.fetchval("SELECT to_regclass('answers') IS NULL")
    assert await pool.fetchval("SELECT count(*) FROM recorded_answers") == len(ANSWERED)
