from services.billing.store import payments
from shared.contracts.receipt import ReceiptIssued, ReceiptKind
from shared.messaging.errors import PermanentError
from shared.messaging.unit_of_work import UnitOfWork


async def note_receipt(event: ReceiptIssued, work: UnitOfWork) -> None:
    """Note the receipt on its payment, so that a refusal can name it."""
    receipt = event.receipt
    if receipt.kind is not ReceiptKind.ORIGINAL:
        return
    number = f"{receipt.series} {receipt.number:08d}"
    unknown = PermanentError(f"receipt {receipt.receipt_id} is for a payment that was never recorded here")
    payments.set_receipt(work, receipt.payment_id, receipt.receipt_id, number, otherwise=unknown)
