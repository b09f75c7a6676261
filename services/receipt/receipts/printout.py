"""A receipt as it is printed: the signed document, its copies, and the address in its QR code. Pure."""

from uuid import UUID

from services.receipt.documents import (
    DocumentOptions,
    Seal,
    Words,
    check_address,
    marked_copy,
    marked_view,
    with_signature,
)
from services.receipt.domain.ids import document_id_of
from services.receipt.domain.receipts import Reprint, StoredReceipt
from services.receipt.domain.series import format_number
from services.receipt.signatures.token import NO_KEY, to_text
from shared.contracts.billing import PaymentRecorded, PaymentReversed
from shared.contracts.common import Language, Unit
from shared.contracts.receipt import DocumentReady, PaperKind, Receipt, ReceiptKind
from shared.money import format_dong
from shared.printing.document import Document


def address_of(stored: StoredReceipt, options: DocumentOptions) -> str:
    """Return the address in the receipt's QR code."""
    return check_address(options.check_url, to_text(stored.new.token))


def contract_of(stored: StoredReceipt, options: DocumentOptions) -> Receipt:
    """Return a receipt as other services see it."""
    return stored.as_contract(address_of(stored, options), f"{options.check_url}/R/{stored.new.lookup_code}")


def signed_document(stored: StoredReceipt, options: DocumentOptions) -> Document:
    """Return a receipt as it was first printed, in the language that it was made in."""
    body = stored.body
    unit = Unit.model_validate(stored.event["customer"]["unit"])
    seal = Seal(
        token=to_text(stored.new.token),
        lookup_code=stored.new.lookup_code,
        signer=unit.name,
        signed_at=stored.new.issued_at,
        is_signed=stored.new.key_id != NO_KEY,
    )
    compact = options.is_compact(unit.unit_code)
    return with_signature(body, seal, options, Words(Language(body.language)), compact=compact)


def viewed_document(stored: StoredReceipt, options: DocumentOptions, prints: int) -> Document:
    """Return a receipt to be looked at: marked as such once it may be on paper."""
    document = signed_document(stored, options)
    return marked_view(document, Words(Language(document.language))) if prints else document


def first_printout(
    receipt: StoredReceipt, event: PaymentRecorded | PaymentReversed, options: DocumentOptions, language: Language
) -> DocumentReady:
    """Return the first printout of a receipt, or of the slip that voids one."""
    new = receipt.new
    void = new.kind is ReceiptKind.VOID
    name = f"{'Phiếu hủy' if void else 'Biên nhận'} {new.series} {format_number(new.number)}"
    return DocumentReady(
        document_id=document_id_of(new.receipt_id),
        kind=PaperKind.VOID if void else PaperKind.RECEIPT,
        device_id=event.device_id,
        customer_code=new.customer_code,
        document=signed_document(receipt, options),
        language=language,
        not_after=None,
        receipt_id=new.receipt_id,
        payment_id=new.payment_id,
        visit_id=event.visit_id if isinstance(event, PaymentRecorded) else None,
        summary=f"{name} · {event.customer.name} · {format_dong(abs(new.total))}",
    )


def first_printout_for(receipt: StoredReceipt, device_id: UUID, options: DocumentOptions) -> DocumentReady:
    """Return the first printout of a receipt that was issued without a phone to print it."""
    event = PaymentRecorded.model_validate(receipt.event).model_copy(update={"device_id": device_id})
    return first_printout(receipt, event, options, Language(receipt.body.language))


def copy_printout(receipt: StoredReceipt, reprint: Reprint, options: DocumentOptions) -> DocumentReady:
    """Return the printout of a counted copy."""
    document = signed_document(receipt, options)
    words = Words(Language(document.language))
    copy = marked_copy(document, reprint.copy_number, reprint.reprinted_at, receipt.voided_at, words)
    return DocumentReady(
        document_id=reprint.document_id,
        kind=PaperKind.COPY,
        device_id=reprint.device_id,
        customer_code=receipt.new.customer_code,
        document=copy,
        language=words.language,
        not_after=None,
        copy_number=reprint.copy_number,
        reprint_of=document_id_of(receipt.new.receipt_id),
        receipt_id=receipt.new.receipt_id,
        payment_id=receipt.new.payment_id,
        summary=f"{copy.title} · {format_dong(abs(receipt.new.total))}",
    )
