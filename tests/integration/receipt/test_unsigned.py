"""A signer that stays away stops no till: receipts are numbered, chained and marked, and signed later as a range."""

from datetime import UTC, datetime, timedelta

from services.receipt.signatures.token import from_text, parse, to_text
from shared.check_page import render_check_page
from shared.contracts.receipt import CheckState, PaperKind, Receipt, Verification, VerifyToken
from shared.testing import wait_until
from tests.integration.receipt.receipt_service import ReceiptSystem
from tests.unit.receipt.documents import as_text
from tests.unit.receipt.samples import payment_recorded, payment_reversed


async def issued_without_key(system: ReceiptSystem) -> list[Receipt]:
    """Issue one receipt, take the key away, and issue three that nothing can sign."""
    await system.start(receipt_unsigned_after_seconds=0.0)
    await system.consume(payment_recorded("signed"))
    await system.receipts(1)
    (key,) = system.keys.public_keys()
    await system.retire(key.key_id, datetime.now(UTC) + timedelta(seconds=1))

    async def unsigned() -> bool:
        known = len(system.issued)
        await system.consume(payment_recorded(f"after {known}"))
        await system.receipts(known + 1)
        return parse(from_text(system.issued[-1].token)).is_unsigned

    await wait_until(unsigned, 40, message="a receipt that nothing has signed")
    known = len(system.issued)
    for name in ("two", "three"):
        await system.consume(payment_recorded(name))
    receipts = await system.receipts(known + 2)
    return [receipt for receipt in receipts if parse(from_text(receipt.token)).is_unsigned]


async def signed_later(system: ReceiptSystem, receipt: Receipt) -> Verification:
    async def found() -> Verification | None:
        checked = await system.ask(VerifyToken(token=receipt.token))
        return checked if checked.signed_later_at is not None else None

    checked = await wait_until(found, 60)
    assert checked is not None
    return checked


async def test_receipts_are_issued_while_nothing_can_sign_and_are_signed_later_as_a_range(
    system: ReceiptSystem,
) -> None:
    unsigned = await issued_without_key(system)
    numbers = [receipt.number for receipt in await system.receipts(len(system.issued))]
    assert numbers == list(range(1, len(numbers) + 1))

    checked = await system.ask(VerifyToken(token=unsigned[0].token))
    states = {check.check: check.state for check in checked.checks}
    assert (checked.unsigned, checked.signed_later_at) == (True, None)
    assert states["recorded"] is states["chain"] is CheckState.PASSED
    assert states["signature"] is CheckState.NOT_CHECKED
    assert "Có trong sổ, chưa ký số" in render_check_page(checked)
    paper = [ready.document for ready in await system.documents_of(PaperKind.RECEIPT, 2)]
    assert any("CHƯA KÝ SỐ" in as_text(document, 576) for document in paper)
    assert (await system.audit()).violations == []
    # Anybody can write a token without a signature: one that the register does not have is refused.
    forged = parse(from_text(unsigned[0].token)).raw.replace(b"BN", b"BM", 1)
    assert not (await system.ask(VerifyToken(token=to_text(forged)))).valid

    await system.rotate(datetime.now(UTC) - timedelta(seconds=1))
    for receipt in unsigned:
        checked = await signed_later(system, receipt)
        assert checked.valid
        assert {check.state for check in checked.checks} == {CheckState.PASSED}
        assert "đã ký số cùng các biên nhận liền nhau" in render_check_page(checked)
    assert await system.pool.fetchval("SELECT count(*) FROM unsigned_receipt") == 0
    assert (await system.audit()).violations == []
    # What is issued after that is signed as before, and voids one that was not.
    await system.consume(payment_reversed(payment_recorded("two")))
    await system.receipts(len(numbers) + 1)
    assert (await system.audit()).violations == []


async def test_a_later_signature_that_somebody_exchanged_is_found(system: ReceiptSystem) -> None:
    (first, *_) = await issued_without_key(system)
    await system.rotate(datetime.now(UTC) - timedelta(seconds=1))
    await signed_later(system, first)
    await system.pool.execute("ALTER TABLE late_signature DISABLE TRIGGER USER")
    await system.pool.execute("UPDATE late_signature SET message = set_byte(message, length(message) - 1, 7)")
    await system.pool.execute("ALTER TABLE late_signature ENABLE TRIGGER USER")
    checked = await system.ask(VerifyToken(token=first.token))
    assert not checked.valid
    assert {found.rule for found in (await system.audit()).violations} == {"signature"}
