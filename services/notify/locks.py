"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.notify.store.receipt_links import lock_receipt_links
from shared.contracts.notify import SendReceiptLink
from shared.db import Connection


async def lock_links(request: SendReceiptLink, connection: Connection) -> None:
    """Lock the links of the receipt."""
    await lock_receipt_links(connection, request.receipt_id)
