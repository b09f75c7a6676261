"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.receipt.store.receipts import lock_receipt
from shared.contracts.receipt import ReprintReceipt
from shared.db import Connection
from shared.problems import NotFound


async def lock_reprinted_receipt(request: ReprintReceipt, connection: Connection) -> None:
    """Lock the receipt that is to be copied."""
    if not await lock_receipt(connection, request.receipt_id):
        raise NotFound("Không tìm thấy biên nhận.")
