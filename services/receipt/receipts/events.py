"""The events that an issued receipt causes."""

from services.receipt.documents import DocumentOptions
from services.receipt.domain.receipts import StoredReceipt
from services.receipt.receipts.printout import contract_of, first_printout
from shared.contracts.billing import PaymentRecorded, PaymentReversed
from shared.contracts.common import Language
from shared.contracts.receipt import ReceiptIssued
from shared.messaging import UnitOfWork


async def emit_receipt(
    receipt: StoredReceipt,
    event: PaymentRecorded | PaymentReversed,
    work: UnitOfWork,
    options: DocumentOptions,
    language: Language,
) -> None:
    """Emit that a receipt exists, and its printout for the device that asked for it."""
    customer_code = receipt.new.customer_code
    issued = ReceiptIssued(receipt=contract_of(receipt, options), bill_ids=receipt.bill_ids, actor=event.actor)
    await work.emit(issued, aggregate=customer_code)
    await work.emit(first_printout(receipt, event, options, language), aggregate=customer_code)
