"""What receipt does with each message: one short function a message, bound to :class:`Issuing` in ``app.py``."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.receipt import drafting, store
from services.receipt.documents import (
    PaperOptions,
    Words,
    marked_copy,
    notice,
    shift_slip,
    with_signature,
)
from services.receipt.domain import FIRST_SUFFIX, derived_id, format_number
from services.receipt.numbering import Draft, issue
from services.receipt.signing import Signer
from services.receipt.store import Reprint, StoredReceipt
from services.receipt.verifying import verify_on_record
from shared.clock import Clock, now
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed
from shared.contracts.common import Language
from shared.contracts.receipt import (
    DocumentReady,
    GetPublicKeys,
    GetReceipt,
    PaperKind,
    PublicKeysReply,
    ReceiptIssued,
    ReceiptKind,
    ReceiptReply,
    ReprintReceipt,
    ReprintReply,
    Verification,
    VerifyToken,
)
from shared.db import Connection
from shared.messaging.errors import RetryLater
from shared.messaging.unit_of_work import UnitOfWork
from shared.money import format_dong
from shared.printing.document import Document
from shared.problems import InvalidRequest, NotFound, SameIdOtherContent


@dataclass(frozen=True, slots=True)
class Issuing:
    """What handlers need beside the message and the database."""

    signer: Signer
    options: PaperOptions
    language: Language = Language.VIETNAMESE
    notice_lifetime: timedelta = timedelta(hours=2)
    first_suffix: str = FIRST_SUFFIX
    clock: Clock = now

    @property
    def words(self) -> Words:
        """The words on paper."""
        return Words(self.language)

    async def issue(self, connection: Connection, draft: Draft) -> StoredReceipt:
        """Number, sign and store a receipt; a repeated message finds the one that it made."""
        return await issue(connection, draft, signer=self.signer, clock=self.clock, first_suffix=self.first_suffix)

    def signed_paper(self, receipt: StoredReceipt) -> Document:
        """Return a receipt as it was first printed, in the language that it was made in."""
        body = receipt.body
        return with_signature(body, drafting.seal_of(receipt), self.options, Words(Language(body.language)))


async def print_notice(event: NoticeIssued, work: UnitOfWork, *, issuing: Issuing) -> None:
    """Make the paper of a notice."""
    document = notice(event, issuing.options, issuing.words)
    await work.emit(
        DocumentReady(
            document_id=derived_id("notice", event.notice_id),
            kind=PaperKind.NOTICE,
            device_id=event.device_id,
            customer_code=event.customer.customer_code,
            document=document,
            language=issuing.language,
            not_after=event.issued_at + issuing.notice_lifetime,
            visit_id=event.visit_id,
            summary=f"{document.title} · {event.customer.name} · {format_dong(event.account.debt)}",
        ),
        aggregate=event.customer.customer_code,
    )


async def issue_receipt(event: PaymentRecorded, work: UnitOfWork, *, issuing: Issuing) -> None:
    """Sign a numbered receipt for a payment and make its paper."""
    draft = drafting.original(event, issuing.options, issuing.words)
    receipt = await issuing.issue(work.connection, draft)
    await _tell(receipt, event, work, issuing)


async def void_receipt(event: PaymentReversed, work: UnitOfWork, *, issuing: Issuing) -> None:
    """Void the receipt of a payment that was taken back, by another numbered receipt, and make its paper."""
    voided = await store.receipt_of_payment(work.connection, event.payment.payment_id, ReceiptKind.ORIGINAL)
    if voided is None:
        raise RetryLater(f"the receipt of payment {event.payment.payment_id} is not there yet")
    draft = drafting.void(event, voided, issuing.options, issuing.words)
    receipt = await issuing.issue(work.connection, draft)
    await _tell(receipt, event, work, issuing)


async def print_shift_slip(event: ShiftClosed, work: UnitOfWork, *, issuing: Issuing) -> None:
    """Make the slip of a closed shift."""
    document = shift_slip(event, issuing.words)
    await work.emit(
        DocumentReady(
            document_id=derived_id("shift", event.shift.shift_id),
            kind=PaperKind.SHIFT_SLIP,
            device_id=event.device_id,
            customer_code=None,
            document=document,
            language=issuing.language,
            not_after=None,
            summary=f"{document.title} · {format_dong(event.shift.counted_cash or 0)}",
        ),
        aggregate=event.shift.collector_code,
    )


async def get_receipt(request: GetReceipt, work: UnitOfWork, *, issuing: Issuing) -> ReceiptReply:
    """Return a receipt by its id or by its payment, with the paper as it was first printed."""
    if request.receipt_id is not None:
        receipt = await store.receipt_by_id(work.connection, request.receipt_id)
    elif request.payment_id is not None:
        receipt = await store.receipt_of_payment(work.connection, request.payment_id, ReceiptKind.ORIGINAL)
    else:
        raise InvalidRequest("Cần mã biên nhận hoặc mã thanh toán.")
    if receipt is None:
        raise NotFound("Không tìm thấy biên nhận.")
    url = drafting.address_of(receipt, issuing.options)
    return ReceiptReply(receipt=receipt.as_contract(url), document=issuing.signed_paper(receipt))


async def verify(request: VerifyToken, work: UnitOfWork, *, issuing: Issuing) -> Verification:
    """Check a token as scanned, or a lookup code as typed, against keys and register."""
    return await verify_on_record(request.token, work.connection, issuing.signer.keyring(), issuing.options)


async def reprint_receipt(request: ReprintReceipt, work: UnitOfWork, *, issuing: Issuing) -> ReprintReply:
    """Count a copy and make its paper; the same ``reprint_id`` is counted and printed once."""
    if not await store.lock_receipt(work.connection, request.receipt_id):
        raise NotFound("Không tìm thấy biên nhận.")
    reprint = await store.reprint_by_id(work.connection, request.reprint_id)
    receipt = await store.receipt_by_id(work.connection, request.receipt_id)
    if receipt is None:
        raise NotFound("Không tìm thấy biên nhận.")
    if reprint is None:
        reprint = _new_reprint(request, receipt, issuing)
        await store.add_reprint(work.connection, reprint)
        receipt = await store.receipt_by_id(work.connection, request.receipt_id) or receipt
        await work.emit(_copy_paper(receipt, reprint, issuing), aggregate=receipt.new.customer_code)
    elif (reprint.receipt_id, reprint.requested_by, reprint.reason, reprint.device_id) != (
        request.receipt_id,
        request.requested_by,
        request.reason,
        request.device_id,
    ):
        raise SameIdOtherContent("Mã yêu cầu in lại này đã dùng cho một yêu cầu khác.")
    url = drafting.address_of(receipt, issuing.options)
    return ReprintReply(
        receipt=receipt.as_contract(url), copy_number=reprint.copy_number, document_id=reprint.document_id
    )


async def public_keys(_request: GetPublicKeys, _work: UnitOfWork, *, issuing: Issuing) -> PublicKeysReply:
    """Return all public keys, retired ones included."""
    return PublicKeysReply(keys=issuing.signer.public_keys())


async def _tell(
    receipt: StoredReceipt, event: PaymentRecorded | PaymentReversed, work: UnitOfWork, issuing: Issuing
) -> None:
    """Say that a receipt exists, and hand out its paper."""
    new = receipt.new
    void = new.kind is ReceiptKind.VOID
    name = f"{'Phiếu hủy' if void else 'Biên nhận'} {new.series} {format_number(new.number)}"
    contract = receipt.as_contract(drafting.address_of(receipt, issuing.options))
    await work.emit(ReceiptIssued(receipt=contract), aggregate=new.customer_code)
    await work.emit(
        DocumentReady(
            document_id=_document_id(receipt),
            kind=PaperKind.VOID if void else PaperKind.RECEIPT,
            device_id=event.device_id,
            customer_code=new.customer_code,
            document=issuing.signed_paper(receipt),
            language=issuing.language,
            not_after=None,
            receipt_id=new.receipt_id,
            payment_id=new.payment_id,
            visit_id=event.visit_id if isinstance(event, PaymentRecorded) else None,
            summary=f"{name} · {event.customer.name} · {format_dong(abs(new.total))}",
        ),
        aggregate=new.customer_code,
    )


def _new_reprint(request: ReprintReceipt, receipt: StoredReceipt, issuing: Issuing) -> Reprint:
    return Reprint(
        reprint_id=request.reprint_id,
        receipt_id=request.receipt_id,
        copy_number=receipt.copies + 1,
        requested_by=request.requested_by,
        reason=request.reason,
        device_id=request.device_id,
        document_id=derived_id("reprint", request.reprint_id),
        reprinted_at=issuing.clock(),
    )


def _copy_paper(receipt: StoredReceipt, reprint: Reprint, issuing: Issuing) -> DocumentReady:
    paper = issuing.signed_paper(receipt)
    words = Words(Language(paper.language))
    copy = marked_copy(paper, reprint.copy_number, reprint.reprinted_at, receipt.voided_at, words)
    return DocumentReady(
        document_id=reprint.document_id,
        kind=PaperKind.COPY,
        device_id=reprint.device_id,
        customer_code=receipt.new.customer_code,
        document=copy,
        language=words.language,
        not_after=None,
        copy_number=reprint.copy_number,
        reprint_of=_document_id(receipt),
        receipt_id=receipt.new.receipt_id,
        payment_id=receipt.new.payment_id,
        summary=f"{copy.title} · {format_dong(abs(receipt.new.total))}",
    )


def _document_id(receipt: StoredReceipt) -> UUID:
    return derived_id("paper", receipt.new.receipt_id)
