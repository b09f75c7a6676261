from services.receipt.documents import DocumentOptions, Words
from services.receipt.receipts.draft import draft_of_void
from services.receipt.receipts.events import emit_receipt
from services.receipt.receipts.issuer import Issuer
from services.receipt.store.receipts import receipt_of_payment
from shared.contracts.billing import PaymentReversed
from shared.contracts.common import Language
from shared.contracts.receipt import ReceiptKind
from shared.messaging import RetryLater, UnitOfWork


async def void_receipt(
    event: PaymentReversed, work: UnitOfWork, *, issuer: Issuer, options: DocumentOptions, language: Language
) -> None:
    """Void the receipt of a reversed payment by another numbered receipt, and make its document."""
    voided = await receipt_of_payment(work.connection, event.payment.payment_id, ReceiptKind.ORIGINAL)
    if voided is None:
        raise RetryLater(f"the receipt of payment {event.payment.payment_id} is not there yet")
    draft = draft_of_void(event, voided, options, Words(language))
    receipt = await issuer.issue(work.connection, draft)
    await emit_receipt(receipt, event, work, options, language)
