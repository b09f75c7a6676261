"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.notify.store.blocked_phones import lock_opt_outs
from services.notify.store.receipt_links import lock_receipt_links
from shared.contracts.notify import ChangeOptOut, SendReceiptLink
from shared.db import Connection


async def lock_links(request: SendReceiptLink, connection: Connection) -> None:
    """Lock the links of the receipt."""
    await lock_receipt_links(connection, request.receipt_id)


async def lock_number(request: ChangeOptOut, connection: Connection) -> None:
    """Lock what the number has opted out of."""
    await lock_opt_outs(connection, request.phone)
