"""What receipt answers: reading, checking, reprinting; and the documents that are no receipts."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.receipt.domain.series import format_lookup_code
from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.lookup_codes import check_character, lookup_code, plain_lookup_code
from services.receipt.signatures.token import Algorithm, from_text, parse, seal, to_text
from services.receipt.verification.tokens import verify_token
from shared.check_page import render_check_page
from shared.clock import now
from shared.contracts.billing import BillLink, BillReduction, NoticeKind
from shared.contracts.common import Language
from shared.contracts.gateway import PrintJobFinished, PrintJobState
from shared.contracts.invoice import InvoicesIssued, InvoiceState, IssuedInvoice
from shared.contracts.receipt import (
    CheckState,
    CodeFault,
    GetPublicKeys,
    GetReceipt,
    PaperKind,
    Receipt,
    ReprintReceipt,
    Verification,
    VerifyToken,
)
from shared.ids import new_id
from shared.problems import Conflict, InvalidRequest, NotFound
from shared.testing import wait_until
from shared.testing.builders import bill_corrected
from tests.integration.receipt.receipt_service import ReceiptSystem
from tests.unit.receipt.samples import (
    notice_issued,
    payment_recorded,
    payment_reversed,
    sample_id,
    shift_closed,
)


def states(verification: Verification) -> dict[str, CheckState]:
    return {check.check: check.state for check in verification.checks}


async def one_receipt(system: ReceiptSystem, name: str = "payment") -> Receipt:
    known = len(system.issued)
    await system.consume(payment_recorded(name))
    await system.receipts(known + 1)
    return system.issued[-1]


async def receipt_by(system: ReceiptSystem, key_id: str) -> Receipt:
    """Pay until a receipt is signed with that key: the copy reads the list of keys again and again."""
    signed: list[Receipt] = []

    async def by_that_key() -> bool:
        signed.append(await one_receipt(system, f"after {len(signed)}"))
        return parse(from_text(signed[-1].token)).key_id.hex() == key_id

    await wait_until(by_that_key, 30, message=f"a receipt signed with {key_id}")
    return signed[-1]


def reprint(receipt: Receipt, **changes: object) -> ReprintReceipt:
    request = ReprintReceipt(
        reprint_id=new_id(),
        receipt_id=receipt.receipt_id,
        requested_by="TN014",
        reason="Khách làm mất",
        device_id=sample_id("phone"),
    )
    return request.model_copy(update=changes)


async def test_a_receipt_is_read_by_its_id_and_by_its_payment_with_the_document_as_printed(
    system: ReceiptSystem,
) -> None:
    await system.start()
    receipt = await one_receipt(system)
    (ready,) = await system.documents_of(PaperKind.RECEIPT)
    for request in (GetReceipt(receipt_id=receipt.receipt_id), GetReceipt(payment_id=receipt.payment_id)):
        reply = await system.ask(request)
        assert reply.receipt == receipt
        assert reply.document == ready.document


async def test_a_receipt_that_is_not_there_is_not_found(system: ReceiptSystem) -> None:
    await system.start()
    for request in (GetReceipt(receipt_id=new_id()), GetReceipt(payment_id=new_id())):
        with pytest.raises(NotFound):
            await system.ask(request)
    with pytest.raises(NotFound):
        await system.ask(reprint_of_nothing())
    with pytest.raises(InvalidRequest):
        await system.ask(GetReceipt())


def reprint_of_nothing() -> ReprintReceipt:
    return ReprintReceipt(reprint_id=new_id(), receipt_id=new_id(), requested_by="TN014", reason="x", device_id=None)


async def test_a_genuine_receipt_passes_every_check(system: ReceiptSystem) -> None:
    await system.start()
    first, second = await one_receipt(system, "first"), await one_receipt(system, "second")
    for receipt in (first, second):
        for scanned in (receipt.token, receipt.url):
            verification = await system.ask(VerifyToken(token=scanned))
            assert verification.valid
            assert set(states(verification).values()) == {CheckState.PASSED}
            assert verification.receipt == receipt
            assert verification.fields["Số"] == f"{receipt.number:08d}"


async def test_a_receipt_altered_by_one_letter_fails(system: ReceiptSystem) -> None:
    await system.start()
    receipt = await one_receipt(system)
    for position in (3, 60, 200, len(receipt.token) - 3):
        letter = "A" if receipt.token[position] != "A" else "B"
        altered = receipt.token[:position] + letter + receipt.token[position + 1 :]
        verification = await system.ask(VerifyToken(token=altered))
        assert not verification.valid
        assert verification.receipt is None


async def test_nonsense_is_answered_and_not_valid(system: ReceiptSystem) -> None:
    await system.start()
    for scanned in ("x", "HELLO", "https://thungan.example/R/", "AAAA-BBBB-CCCC-DDDD", "\u0000", "Đ" * 2000):
        verification = await system.ask(VerifyToken(token=scanned))
        assert not verification.valid, scanned
        assert verification.fields == {}


async def test_the_typed_lookup_code_finds_the_receipt(system: ReceiptSystem) -> None:
    await system.start()
    receipt = await one_receipt(system)
    code = format_lookup_code(lookup_code(from_text(receipt.token)))
    assert receipt.lookup_code == code.replace("-", "")
    assert receipt.short_url.endswith(f"/R/{receipt.lookup_code}")
    for typed in (code, code.lower(), code.replace("-", " – "), f"Mã tra cứu: {code}", receipt.short_url, code[:-1]):
        verification = await system.ask(VerifyToken(token=typed))
        assert verification.valid, typed
        assert verification.receipt == receipt
        assert verification.fields["Mã tra cứu"] == code


async def test_a_mistyped_lookup_code_is_called_mistyped_and_one_that_is_not_on_record_unknown(
    system: ReceiptSystem,
) -> None:
    await system.start()
    code = (await one_receipt(system)).lookup_code
    mistyped = ("B" if code[5] == "A" else "A").join((code[:5], code[6:]))
    plain = "GEZDGNBVGY3TQOJQ"
    for typed, fault in (
        (mistyped, CodeFault.MISTYPED),
        (code[:9], CodeFault.MISTYPED),
        (code + "AA", CodeFault.MISTYPED),
        (plain + check_character(plain), CodeFault.UNKNOWN),
        (plain, CodeFault.UNKNOWN),
    ):
        verification = await system.ask(VerifyToken(token=typed))
        assert (verification.valid, verification.code_fault) == (False, fault), typed


async def test_a_receipt_whose_code_has_no_check_character_is_found_and_printed_again_as_it_was(
    system: ReceiptSystem,
) -> None:
    await system.start()
    receipt = await one_receipt(system)
    plain = plain_lookup_code(from_text(receipt.token))
    async with system.pool.acquire() as connection, connection.transaction():
        await connection.execute("ALTER TABLE receipt DISABLE TRIGGER USER")
        await connection.execute("UPDATE receipt SET lookup_code = $1", plain)
        await connection.execute("ALTER TABLE receipt ENABLE TRIGGER USER")
    for typed in (plain, plain.lower(), format_lookup_code(plain), plain + check_character(plain)):
        verification = await system.ask(VerifyToken(token=typed))
        assert verification.valid, typed
        assert verification.fields["Mã tra cứu"] == format_lookup_code(plain)
    printed = (await system.ask(GetReceipt(receipt_id=receipt.receipt_id))).document.model_dump_json()
    assert f'Mã tra cứu: {format_lookup_code(plain)}"' in printed
    assert (await system.audit()).violations == []


async def test_a_voided_receipt_is_genuine_and_not_valid_any_more(system: ReceiptSystem) -> None:
    await system.start()
    event = payment_recorded()
    await system.consume(event)
    await system.receipts(1)
    await system.consume(payment_reversed(event))
    original, void = await system.receipts(2)

    verification = await system.ask(VerifyToken(token=original.token))

    assert not verification.valid
    assert verification.voided
    failed = {check for check, state in states(verification).items() if state is CheckState.FAILED}
    assert failed == {"not_voided"}
    assert verification.receipt is not None
    assert verification.receipt.voided_at == void.issued_at
    slip = await system.ask(VerifyToken(token=void.token))
    assert slip.valid
    assert slip.fields["Hủy biên nhận"] == f"{original.series} {original.number:08d}"


async def test_a_receipt_signed_with_a_real_key_but_not_on_record_fails(system: ReceiptSystem) -> None:
    await system.start()
    receipt = await one_receipt(system)
    claims = parse(from_text(receipt.token)).claims
    keys = system.keys
    key_id, _ = keys.key_for(receipt.issued_at)
    forged = seal(replace(claims, total=1), key_id, Algorithm.EDDSA, lambda message: keys.sign(key_id, message))
    verification = await system.ask(VerifyToken(token=to_text(forged)))
    assert states(verification)["signature"] is CheckState.PASSED
    assert states(verification)["recorded"] is CheckState.FAILED
    assert not verification.valid


async def test_a_receipt_stays_true_and_says_what_followed_on_its_bill(system: ReceiptSystem) -> None:
    await system.start()
    paid = payment_recorded("payment")
    receipt = await one_receipt(system)
    correction = bill_corrected(paid.bills[0], paid.account, corrected_at=paid.payment.received_at)
    await system.consume(correction, correction)

    async def followed() -> Verification | None:
        found = await system.ask(VerifyToken(token=receipt.token))
        return found if found.followed_by else None

    found = await wait_until(followed)
    assert found is not None
    assert (found.valid, found.voided) == (True, False)
    assert [one.bill_number for one in found.followed_by] == [paid.bills[0].bill_number]
    page = render_check_page(found)
    assert "Biên nhận hợp lệ" in page
    assert f"Hóa đơn {paid.bills[0].bill_number} được điều chỉnh giảm ngày 12/11/2026" in page
    assert "was adjusted downwards on 12/11/2026" in render_check_page(found, Language.ENGLISH)


async def test_the_check_page_of_an_earlier_receipt_names_its_bills_invoices_once_they_exist(
    system: ReceiptSystem,
) -> None:
    await system.start()
    bill = payment_recorded("payment").bills[0]
    receipt = await one_receipt(system)
    before = await system.ask(VerifyToken(token=receipt.token))
    told = InvoicesIssued(
        lookup_address="https://thungan.example",
        invoices=[
            IssuedInvoice(
                invoice_id=new_id(),
                bill_id=bill_id,
                bill_number=bill.bill_number,
                template="1",
                symbol="K26TAA",
                number=number,
                made_on=date(2026, 11, 3),
                lookup_code=f"ABCDEFGH{number:08d}",
                state=state,
            )
            for number, bill_id, state in (
                (42, bill.bill_id, InvoiceState.NEW),
                (43, bill.bill_id, InvoiceState.ADJUSTS),
                (44, new_id(), InvoiceState.NEW),
            )
        ],
    )
    await system.tell_invoices(told, told)

    async def named() -> Verification | None:
        found = await system.ask(VerifyToken(token=receipt.token))
        return found if found.invoices else None

    found = await wait_until(named)
    assert found is not None
    assert before.invoices == []
    assert [(one.number, one.state) for one in found.invoices] == [(42, InvoiceState.NEW), (43, InvoiceState.ADJUSTS)]
    page = render_check_page(found)
    assert "Biên nhận hợp lệ" in page
    assert f"Mẫu số 1, ký hiệu K26TAA, số 42, ngày 03/11/2026, của hóa đơn tiền điện {bill.bill_number}." in page
    assert "no. 43 of 03/11/2026, an adjusting invoice" in render_check_page(found, Language.ENGLISH)


async def test_the_check_page_names_what_was_taken_off_a_further_bill_that_was_paid(system: ReceiptSystem) -> None:
    await system.start()
    paid = payment_recorded("payment")
    receipt = await one_receipt(system)
    first = BillLink(bill_id=new_id(), bill_number="PB14010012345T102026K1")
    taken = BillReduction(bill_id=paid.bills[0].bill_id, bill_number=paid.bills[0].bill_number, vat=1, principal=9)
    correction = bill_corrected(
        paid.bills[0], paid.account, corrected_at=paid.payment.received_at, corrects=first, reductions=[taken]
    )
    await system.consume(correction, correction)

    async def followed() -> Verification | None:
        found = await system.ask(VerifyToken(token=receipt.token))
        return found if found.followed_by else None

    found = await wait_until(followed)
    assert found is not None
    assert [one.bill_number for one in found.followed_by] == [paid.bills[0].bill_number]


async def test_the_published_keys_verify_without_the_service_also_after_a_rotation(system: ReceiptSystem) -> None:
    await system.start()
    before = await one_receipt(system, "before")
    made = await system.rotate(before.issued_at)
    after = await receipt_by(system, made.key_id)

    keys = (await system.ask(GetPublicKeys())).keys

    assert len(keys) == 2
    keyring = Keyring.from_records(keys)
    assert all(verify_token(receipt.token, keyring).valid for receipt in (before, after))
    assert from_text(before.token)[:30] != from_text(after.token)[:30]


async def test_a_copy_is_counted_marked_and_printed_once_however_often_it_is_asked_for(system: ReceiptSystem) -> None:
    await system.start()
    receipt = await one_receipt(system)
    request = reprint(receipt)

    replies = [await system.ask(request) for _ in range(3)]

    assert {reply.copy_number for reply in replies} == {1}
    assert {reply.document_id for reply in replies} == {replies[0].document_id}
    assert replies[-1].receipt.copies == 1
    (copy,) = await system.documents_of(PaperKind.COPY)
    assert copy.document_id == replies[0].document_id
    assert (copy.copy_number, copy.device_id, copy.receipt_id) == (1, request.device_id, receipt.receipt_id)
    (original,) = await system.documents_of(PaperKind.RECEIPT)
    assert copy.reprint_of == original.document_id
    first = copy.document.blocks[0]
    assert first.type == "text"
    assert first.text == "BẢN SAO lần 1"
    assert copy.document.blocks[-1 - len(original.document.blocks) : -1] == original.document.blocks


async def test_a_receipt_that_no_phone_was_given_is_printed_as_itself_once_and_copied_after_that(
    system: ReceiptSystem,
) -> None:
    await system.start()
    await system.consume(payment_recorded().model_copy(update={"device_id": None}))
    (receipt,) = await system.receipts(1)
    request = reprint(receipt)
    asked = GetReceipt(receipt_id=receipt.receipt_id)
    assert (await system.ask(asked)).awaits_first_print
    replies = [await system.ask(request), await system.ask(request)]
    assert not (await system.ask(asked)).awaits_first_print
    replies += [await system.ask(reprint(receipt))]
    assert [reply.copy_number for reply in replies] == [0, 0, 1]
    issued, printed = await system.documents_of(PaperKind.RECEIPT, 2)
    assert (issued.device_id, printed.device_id) == (None, request.device_id)
    assert (printed.document_id, printed.document) == (issued.document_id, issued.document)
    assert len(await system.documents_of(PaperKind.COPY)) == 1
    assert (await system.audit()).violations == []


async def test_copies_asked_for_at_once_are_numbered_one_after_the_other(system: ReceiptSystem) -> None:
    await system.start()
    await system.start(instance="other")
    receipt = await one_receipt(system)
    requests = [reprint(receipt) for _ in range(6)]

    replies = await asyncio.gather(*(system.ask(request) for request in [*requests, *requests]))

    assert sorted(reply.copy_number for reply in replies) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert (await system.ask(GetReceipt(receipt_id=receipt.receipt_id))).receipt.copies == 6
    assert (await system.audit()).violations == []
    await wait_until(lambda: len([ready for ready in system.documents if ready.kind is PaperKind.COPY]) == 6)


async def test_the_id_of_a_copy_cannot_be_used_for_another_request(system: ReceiptSystem) -> None:
    await system.start()
    first, second = await one_receipt(system, "first"), await one_receipt(system, "second")
    request = reprint(first)
    await system.ask(request)
    for other in (
        request.model_copy(update={"reason": "khác"}),
        request.model_copy(update={"receipt_id": second.receipt_id}),
        request.model_copy(update={"device_id": None}),
    ):
        with pytest.raises(Conflict) as raised:
            await system.ask(other)
        assert raised.value.slug == "same-id-other-content"
    assert (await system.ask(GetReceipt(receipt_id=second.receipt_id))).receipt.copies == 0


async def test_a_copy_that_version_0_1_has_counted_is_not_counted_again(system: ReceiptSystem) -> None:
    await system.start()
    receipt = await one_receipt(system)
    request = reprint(receipt)
    document_id = new_id()
    await system.pool.execute(
        "INSERT INTO reprint VALUES ($1, $2, 1, $3, $4, $5, $6, now())",
        request.reprint_id,
        request.receipt_id,
        request.requested_by,
        request.reason,
        request.device_id,
        document_id,
    )

    reply = await system.ask(request)

    assert (reply.copy_number, reply.document_id, reply.receipt.copies) == (1, document_id, 1)
    with pytest.raises(Conflict) as raised:
        await system.ask(request.model_copy(update={"reason": "khác"}))
    assert raised.value.slug == "same-id-other-content"


async def test_a_copy_of_a_voided_receipt_says_that_it_is_void(system: ReceiptSystem) -> None:
    await system.start()
    event = payment_recorded()
    await system.consume(event)
    await system.receipts(1)
    await system.consume(payment_reversed(event))
    original, _ = await system.receipts(2)
    await system.ask(reprint(original))
    (copy,) = await system.documents_of(PaperKind.COPY)
    assert any(block.type == "text" and "ĐÃ BỊ HỦY" in block.text for block in copy.document.blocks)


async def test_a_notice_becomes_a_document_that_is_not_printed_late(system: ReceiptSystem) -> None:
    await system.start()
    for number, kind in enumerate(NoticeKind):
        event = notice_issued(kind)
        await system.consume(event, event)
        first, again = (await system.documents_of(PaperKind.NOTICE, 2 * number + 2))[-2:]
        assert first.document_id == again.document_id
        assert (first.device_id, first.visit_id) == (event.device_id, event.visit_id)
        assert first.not_after == event.issued_at + timedelta(hours=2)
        assert first.receipt_id is None


async def test_a_closed_shift_becomes_a_slip(system: ReceiptSystem) -> None:
    await system.start()
    event = shift_closed()
    await system.consume(event)
    (slip,) = await system.documents_of(PaperKind.SHIFT_SLIP)
    assert (slip.device_id, slip.customer_code, slip.not_after) == (event.device_id, None, None)
    assert "12.450.000 ₫" in slip.summary


async def test_attempts_to_print_a_receipt_that_may_have_come_out_are_counted_once_each_and_shown(
    system: ReceiptSystem,
) -> None:
    await system.start()
    receipt = await one_receipt(system)
    job_id = new_id()

    def finished(state: PrintJobState, attempt: int, kind: PaperKind = PaperKind.RECEIPT) -> PrintJobFinished:
        return PrintJobFinished(
            job_id=job_id if kind is PaperKind.RECEIPT else new_id(),
            device_id=new_id(),
            kind=kind,
            state=state,
            cause=None,
            attempt=attempt,
            copy_number=0,
            customer_code=receipt.customer_code,
            receipt_id=receipt.receipt_id,
            visit_id=None,
            finished_at=now(),
        )

    before = await system.ask(VerifyToken(token=receipt.token))
    assert before.prints == 0
    plain = (await system.ask(GetReceipt(receipt_id=receipt.receipt_id))).document
    await system.report(
        finished(PrintJobState.FAILED, 1),
        finished(PrintJobState.UNCONFIRMED, 2),
        finished(PrintJobState.PRINTED, 2),
        finished(PrintJobState.PRINTED, 1, PaperKind.COPY),
        finished(PrintJobState.PRINTED, 3),
    )

    async def counted() -> bool:
        return (await system.ask(VerifyToken(token=receipt.token))).prints == 2

    await wait_until(counted, 30)
    viewed = (await system.ask(GetReceipt(receipt_id=receipt.receipt_id))).document
    assert viewed.blocks[2:-1] == plain.blocks
    assert "BẢN XEM" in viewed.model_dump_json()
