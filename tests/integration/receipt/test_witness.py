"""A register that is older than a witness issues nothing, takes no number twice, and calls no honest receipt forged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.receipt.app import service
from services.receipt.audit import audit_facts, receipts_since
from services.receipt.checkpoints.checkpoint import SignedCheckpoint, read_checkpoint
from services.receipt.checkpoints.notes import Signed
from services.receipt.checkpoints.tree import leaf_hash, root_of
from services.receipt.recovery import Recovery, recover, shown_receipts
from services.receipt.signatures.token import to_text
from services.receipt.store.audit_results import add_audit_result
from services.receipt.store.checkpoints import logged_tokens
from services.receipt.verification.tokens import verify_token
from shared.check_page import render_check_page
from shared.clock import now
from shared.contracts.common import PaymentMethod
from shared.contracts.receipt import CheckState, Receipt, ReprintReceipt, VerifyToken
from shared.db import Connection
from shared.ids import new_id
from shared.metrics import REGISTRY
from shared.problems import Unavailable
from shared.runtime import Running
from shared.testing import wait_until
from simulation.backups import Backup
from tests.integration.receipt.receipt_service import ReceiptSystem, readiness, stopped
from tests.integration.receipt.test_quotes import tell, told
from tests.unit.receipt.samples import payment_recorded, payment_reversed

_BILL = payment_recorded("any").bills[0]
INVOICE = told(_BILL.bill_id, _BILL.bill_number, 42)

OFTEN: dict[str, Any] = {"receipt_witness_seconds": 1.0}


def witness(system: ReceiptSystem) -> SignedCheckpoint | None:
    """Return the newest checkpoint in the folder."""
    latest = system.settings.witness_folder() / "latest.txt"
    return read_checkpoint(latest.read_text(), system.keys.keyring()) if latest.exists() else None


async def witnessed(system: ReceiptSystem, size: int, *, epoch: int = 1) -> SignedCheckpoint:
    """Wait until the witness has so many receipts."""

    def has_come_so_far() -> bool:
        found = witness(system)
        return found is not None and (found.checkpoint.epoch, found.checkpoint.size) >= (epoch, size)

    await wait_until(has_come_so_far, 60, message=f"a checkpoint of {size} receipts")
    found = witness(system)
    assert found is not None
    return found


async def ready(running: Running) -> None:
    """Wait until the copy has nothing to complain of."""

    async def is_ready() -> bool:
        return set((await asyncio.to_thread(readiness, running)).values()) == {"ok"}

    await wait_until(is_ready, 60, message="ready")


async def pay(system: ReceiptSystem, *names: str) -> list[Receipt]:
    """Take payments, and wait for their receipts."""
    before = len(system.issued)
    await system.consume(*(payment_recorded(name) for name in names))
    await system.receipts(before + len(names), timeout=60)
    return sorted(system.issued[before:], key=lambda receipt: receipt.number)


def backup_of(system: ReceiptSystem, folder: Path) -> Backup:
    """Return a backup of receipt's database, to be taken."""
    return Backup(system.settings.database_url.get_secret_value(), folder / "backup")


async def test_a_checkpoint_outside_has_the_root_over_all_receipts_and_where_each_series_stands(
    system: ReceiptSystem,
) -> None:
    await system.start(**OFTEN)
    receipts = await pay(system, *(f"payment {number}" for number in range(20)))

    found = await witnessed(system, 20)

    tokens = await system.pool.fetch("SELECT token FROM receipt ORDER BY series, number")
    assert found.signed is Signed.BY_KNOWN_KEY
    assert found.checkpoint.root == root_of([leaf_hash(row["token"]) for row in tokens])
    (mark,) = found.checkpoint.marks
    assert (mark.series, mark.number) == (receipts[-1].series, 20)
    assert list(system.settings.witness_folder().glob("checkpoint-0001-*.txt"))


async def test_the_tree_only_grows_whatever_copies_add_to_it(system: ReceiptSystem) -> None:
    for copy in range(3):
        await system.start(instance=f"copy {copy}", **OFTEN)
    for batch in range(3):
        await pay(system, *(f"payment {batch} {number}" for number in range(15)))
    found = await witnessed(system, 45)
    await system.start(instance="later", **OFTEN)
    async with system.pool.acquire() as connection:
        await add_audit_result(connection, report=12, violations=0, finished_at=now(), link=bytes(32))
    await pay(system, "the last")

    later = await witnessed(system, 46)

    assert (found.checkpoint.audit, later.checkpoint.audit[:3]) == ("", "ok ")
    assert later.checkpoint.audit.endswith(f"report 12 {bytes(32).hex()}")
    assert found.checkpoint.epoch == later.checkpoint.epoch == 1
    assert (await system.audit()).violations == []


async def test_after_an_older_backup_was_restored_in_the_middle_no_number_is_signed_twice_and_payments_wait(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    running = await system.start(**OFTEN)
    kept, _ = await pay(system, "one", "two")
    await witnessed(system, 2)
    backup = await backup_of(system, tmp_path).take()
    (lost,) = await pay(system, "lost")
    await witnessed(system, 3)

    await backup.restore()
    await system.consume(payment_recorded("waiting"))

    await stopped(running, "older than the witness")
    verification = await system.ask(VerifyToken(token=lost.token))
    assert verification.valid
    assert verification.restoring
    page = render_check_page(verification)
    assert "Biên nhận thật, sổ đang được khôi phục" in page
    assert "KHÔNG hợp lệ" not in page
    assert (await system.ask(VerifyToken(token=lost.lookup_code))).restoring
    assert len(system.issued) == 3
    assert await numbers(system) == [1, 2]
    # Copies of it that the register has lost may be on paper.
    with pytest.raises(Unavailable):
        await system.ask(
            ReprintReceipt(
                reprint_id=new_id(), receipt_id=kept.receipt_id, requested_by="TN014", reason="mất", device_id=None
            )
        )


async def test_a_copy_that_starts_on_a_database_older_than_the_witness_issues_nothing(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    running = await system.start(**OFTEN)
    await pay(system, "one")
    await witnessed(system, 1)
    backup = await backup_of(system, tmp_path).take()
    await pay(system, "two", "three")
    await witnessed(system, 3)
    await running.bus.drain()
    await backup.restore()

    other = await system.start(instance="started anew", **OFTEN)
    await system.consume(payment_recorded("waiting"))

    await stopped(other, "stands at 00000001, the witness has 00000003")
    assert len(system.issued) == 3


async def test_a_recovery_leaves_the_lost_numbers_out_and_takes_customers_receipts_in_again(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    running = await system.start(**OFTEN)
    await pay(system, "one")
    await witnessed(system, 1)
    backup = await backup_of(system, tmp_path).take()
    await tell(system, INVOICE, 1)
    lost = await pay(system, "two", "three")
    await witnessed(system, 3)
    await backup.restore()
    await system.consume(payment_recorded("waiting", method=PaymentMethod.TRANSFER))
    await stopped(running, "older than the witness")

    done = await recovered(system, [lost[0].url, "NOT A TOKEN"], reach=100)

    (gap,) = done.gaps
    assert (gap.first_number, gap.last_number) == (2, 103)
    assert [receipt.number for receipt in done.taken_in] == [2]
    assert len(done.refused) == 1
    await ready(running)
    await wait_until(lambda: len(system.issued) == 4, 60, message="what waited is issued")
    last = system.issued[-1]
    assert last.number == 104
    verified = await system.ask(VerifyToken(token=last.token))
    assert {check.state for check in verified.checks} == {CheckState.PASSED}
    for receipt in lost:
        found = await system.ask(VerifyToken(token=receipt.token))
        assert (found.valid, found.restoring, found.receipt) == (True, True, None)
    assert (await system.ask(VerifyToken(token=lost[0].lookup_code))).fields["Số"] == "00000002"
    async with connected(system) as connection:
        assert (await audit_facts(connection, system.keys.keyring())).violations == []
    found_outside = await witnessed(system, 2, epoch=2)
    assert found_outside.checkpoint.size == 2
    # Events that are sent again: the shown receipt is the payment's as before, the other payment gets another one.
    again = await overtake_their_invoice(system, "two", "three")
    assert again.keys() == {2, 105}
    assert again[2].token == lost[0].token
    found = await system.ask(VerifyToken(token=lost[0].token))
    assert (found.valid, found.restoring, found.voided) == (True, False, False)
    assert [found.receipt and found.receipt.payment_id] == [lost[0].payment_id]
    async with connected(system) as connection:
        assert (await audit_facts(connection, system.keys.keyring())).violations == []
        since = await receipts_since(connection, system.keys.keyring(), {lost[0].series: 104})
    assert (since.violations, len(since.payment_ids)) == ([], 2)
    await leads_to_another_number(system, lost[1], 105)
    # What came back into the gap is in the tree behind what was in it already.
    await witnessed(system, 4, epoch=2)
    async with connected(system) as connection, connection.transaction():
        logged = [to_text(token) async for _, tokens in logged_tokens(connection, 2) for token in tokens]
    assert logged.index(again[2].token) > logged.index(last.token)
    assert len(logged) == 4
    # When the other payment is taken back, its old paper is no longer good either.
    await system.consume(payment_reversed(payment_recorded("three")))
    await wait_until(lambda: len(system.issued) == 7, 60, message="its receipt is voided")
    assert (await system.ask(VerifyToken(token=lost[1].token))).voided
    superseded = found_outside.checkpoint.superseded
    assert superseded is not None
    assert (superseded.epoch, superseded.size) == (1, 3)


async def overtake_their_invoice(system: ReceiptSystem, name: str, *others: str) -> dict[int, Receipt]:
    """Consume payments again, the first one shortly before the event of the invoice that its receipt quotes."""

    def looked_at() -> float:
        labels = {"service": "receipt", "message": "payment.recorded.v1"}
        return (REGISTRY.get_sample_value("thungan_bus_retried_total", labels) or 0) + len(system.issued)

    issued, before = len(system.issued), looked_at()
    await system.consume(payment_recorded(name))
    await wait_until(lambda: looked_at() > before, 20)
    await tell(system, INVOICE, 1)
    await system.consume(*(payment_recorded(other) for other in others))
    await wait_until(lambda: len(system.issued) == issued + 1 + len(others), 60, message="payments have receipts")
    return {receipt.number: receipt for receipt in system.issued[issued:]}


async def leads_to_another_number(system: ReceiptSystem, lost: Receipt, number: int) -> None:
    """See that the page of a paper whose number is lost names the one that its payment has now."""
    found = await system.ask(VerifyToken(token=lost.token))
    assert (found.valid, found.restoring, found.entered_again, found.voided) == (True, False, True, False)
    assert found.receipt is not None
    assert (found.receipt.payment_id, found.receipt.number) == (lost.payment_id, number)
    assert f"{lost.series} {number:08}" in render_check_page(found)


async def test_a_register_from_before_its_recovery_is_older_than_the_witness(
    system: ReceiptSystem, tmp_path: Path
) -> None:
    running = await system.start(**OFTEN)
    await pay(system, "one")
    await witnessed(system, 1)
    backup = await backup_of(system, tmp_path).take()
    await pay(system, "two")
    await witnessed(system, 2)
    await backup.restore()
    await recovered(system, [], reach=10)
    await ready(running)
    await witnessed(system, 1, epoch=2)

    await backup.restore()

    await stopped(running, "recovered 1 times, this one 0 times")


async def test_rows_removed_by_an_administrator_behind_the_witness_are_noticed(system: ReceiptSystem) -> None:
    running = await system.start(**OFTEN)
    await pay(system, "one", "two", "three")
    await witnessed(system, 3)

    await tamper(
        system,
        "DELETE FROM receipt WHERE number = 3",
        "UPDATE series SET last_number = 2,"
        " last_link = (SELECT substr(sha256(token), 1, 16) FROM receipt WHERE number = 2)",
    )

    await stopped(running, "stands at 00000002")


async def test_a_series_rewritten_with_the_key_is_another_one_than_the_witness_has(system: ReceiptSystem) -> None:
    running = await system.start(**OFTEN)
    await pay(system, "one", "two")
    await witnessed(system, 2)

    await tamper(system, "UPDATE receipt SET token = (SELECT token FROM receipt WHERE number = 1) WHERE number = 2")

    await stopped(running, "another receipt than the witness has")


async def test_an_empty_folder_that_had_checkpoints_is_no_proof_that_nothing_was_lost(system: ReceiptSystem) -> None:
    async with service(system.settings.model_copy(update=OFTEN)):
        await pay(system, "one")
        await witnessed(system, 1)
    for file in system.settings.witness_folder().iterdir():
        file.unlink()

    other = await system.start(instance="started anew", **OFTEN)

    await stopped(other, "no witness can be read")


async def test_while_the_clock_is_days_ahead_nothing_is_signed_and_later_everything_is(system: ReceiptSystem) -> None:
    shift = timedelta(0)
    running = await system.start(clock=lambda: now() + shift, clock_limit_seconds=5.0, **OFTEN)
    (first,) = await pay(system, "before")

    shift = timedelta(days=40)
    await system.consume(payment_recorded("meanwhile"))
    await stopped(running, "ahead of the database's", "clock")
    assert len(system.issued) == 1
    shift = timedelta(0)

    receipts = await system.receipts(2, timeout=90)
    assert [receipt.number for receipt in receipts] == [1, 2]
    assert {receipt.series for receipt in receipts} == {first.series}
    assert receipts[1].issued_at < now() + timedelta(seconds=5)
    assert verify_token(receipts[1].token, system.keys.keyring()).states["signature"] is CheckState.PASSED


@asynccontextmanager
async def connected(system: ReceiptSystem) -> AsyncIterator[Connection]:
    """Connect anew: the pool's connections may be to a database that is gone."""
    connection = await asyncpg.connect(system.settings.database_url.get_secret_value())
    try:
        yield connection
    finally:
        await connection.close()


async def numbers(system: ReceiptSystem) -> list[int]:
    """Return all numbers."""
    async with connected(system) as connection:
        return [row["number"] for row in await connection.fetch("SELECT number FROM receipt ORDER BY series, number")]


async def recovered(system: ReceiptSystem, tokens: Sequence[str], *, reach: int) -> Recovery:
    """Recover as the command does."""
    found = witness(system)
    assert found is not None
    shown = shown_receipts(tokens, system.keys.keyring())
    async with connected(system) as connection, connection.transaction():
        return await recover(connection, [found], shown, reach=reach, by="test", reason="a test")


async def tamper(system: ReceiptSystem, *statements: str) -> None:
    """Do what only an administrator can do."""
    async with system.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
