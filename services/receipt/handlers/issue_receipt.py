from services.receipt.documents import DocumentOptions, Words
from services.receipt.receipts.draft import draft_of_payment
from services.receipt.receipts.events import emit_receipt
from services.receipt.receipts.issuer import Issuer
from shared.contracts.billing import PaymentRecorded
from shared.contracts.common import Language
from shared.messaging import UnitOfWork


async def issue_receipt(
    event: PaymentRecorded, work: UnitOfWork, *, issuer: Issuer, options: DocumentOptions, language: Language
) -> None:
    """Sign a numbered receipt for a payment and make its document."""
    draft = draft_of_payment(event, options, Words(language))
    receipt = await issuer.issue(work.connection, draft)
    await emit_receipt(receipt, event, work, options, language)
