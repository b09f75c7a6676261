from services.receipt.documents import DocumentOptions
from services.receipt.receipts.printout import contract_of, viewed_document
from services.receipt.store.prints import prints_of
from services.receipt.store.receipts import receipt_by_id, receipt_of_payment
from services.receipt.store.reprints import is_first_printed
from shared.contracts.receipt import GetReceipt, ReceiptKind, ReceiptReply
from shared.messaging import UnitOfWork
from shared.problems import InvalidRequest, NotFound


async def get_receipt(request: GetReceipt, work: UnitOfWork, *, options: DocumentOptions) -> ReceiptReply:
    """Return a receipt by its id or by its payment, with the document as it was first printed.

    Once it may be on paper, the document is marked as a view: another paper is a counted copy.
    """
    if request.receipt_id is not None:
        receipt = await receipt_by_id(work.connection, request.receipt_id)
    elif request.payment_id is not None:
        receipt = await receipt_of_payment(work.connection, request.payment_id, ReceiptKind.ORIGINAL)
    else:
        raise InvalidRequest("Cần mã biên nhận hoặc mã thanh toán.")
    if receipt is None:
        raise NotFound("Không tìm thấy biên nhận.")
    prints = await prints_of(work.connection, receipt.new.receipt_id)
    first_printed = await is_first_printed(work.connection, receipt.new.receipt_id)
    return ReceiptReply(
        receipt=contract_of(receipt, options),
        document=viewed_document(receipt, options, prints),
        awaits_first_print=receipt.awaits_first_print and not first_printed,
        bill_ids=receipt.bill_ids,
    )
