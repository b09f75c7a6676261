"""Copies that versions until 0.1 counted: their answers were made again from the copy itself."""

from services.receipt.documents import DocumentOptions
from services.receipt.receipts.printout import contract_of
from services.receipt.store.receipts import receipt_by_id
from services.receipt.store.reprints import reprint_by_id
from shared.contracts.receipt import ReprintReceipt, ReprintReply
from shared.db import Connection
from shared.fingerprint import has_defaults_beside
from shared.idempotency import EarlierAnswer

_MEMBERS = {"reprint_id", "receipt_id", "requested_by", "reason", "device_id"}


async def earlier_reprint(
    request: ReprintReceipt, connection: Connection, *, options: DocumentOptions
) -> EarlierAnswer | None:
    """Return the answer of a copy that was counted before answers were recorded."""
    reprint = await reprint_by_id(connection, request.reprint_id)
    receipt = None if reprint is None else await receipt_by_id(connection, reprint.receipt_id)
    if reprint is None or receipt is None:
        return None
    same_content = has_defaults_beside(request, _MEMBERS) and (
        (reprint.receipt_id, reprint.requested_by, reprint.reason, reprint.device_id)
        == (request.receipt_id, request.requested_by, request.reason, request.device_id)
    )
    answer = ReprintReply(
        receipt=contract_of(receipt, options), copy_number=reprint.copy_number, document_id=reprint.document_id
    )
    return EarlierAnswer(answer, same_content)
