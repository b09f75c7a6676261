"""Links of receipts by SMS; they wait and leave as reminders do."""

from uuid import UUID

from asyncpg import Record

from services.notify.domain.causes import Cause
from services.notify.store.reminders import CANCELLED_OR_STOPPED, is_expired
from shared.contracts.notify import ReceiptLink
from shared.db import Connection
from shared.stored_records import readable

# Numbers that a receipt's link goes to are counted, and added, by one transaction at a time.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('link ' || $1::text, 0))"


async def lock_receipt_links(connection: Connection, receipt_id: UUID) -> None:
    """Lock the links of a receipt until the transaction ends."""
    await connection.execute(_LOCK, str(receipt_id))


_LINK = """
SELECT reminder_id AS link_id, receipt_id, customer_code, phone, text, state, cause, requested_by,
    issued_at AS requested_at, due_at, sent_at
FROM reminders
"""
_OF_RECEIPT = f"{_LINK} WHERE receipt_id = $1 ORDER BY issued_at DESC, reminder_id DESC"


async def links_of_receipt(connection: Connection, receipt_id: UUID) -> list[ReceiptLink]:
    """Return the links of a receipt that were requested, the latest first."""
    return [_link(row) for row in await connection.fetch(_OF_RECEIPT, receipt_id)]


_OF_CUSTOMER = f"""
{_LINK} WHERE customer_code = $1 AND receipt_id IS NOT NULL ORDER BY issued_at DESC, reminder_id DESC LIMIT $2
"""


async def links_of_customer(connection: Connection, customer_code: str, limit: int) -> list[ReceiptLink]:
    """Return the links of a customer's receipts, the latest first."""
    rows = await connection.fetch(_OF_CUSTOMER, customer_code, limit)
    return readable(rows, _link, kind="receipt_link", key="link_id")


_CANCEL_REVERSED = f"UPDATE reminders {CANCELLED_OR_STOPPED} AND payment_id = $1"


async def cancel_reversed(connection: Connection, payment_id: UUID) -> None:
    """Cancel the links of a payment's receipt that still wait: the receipt is not good any more."""
    await connection.execute(_CANCEL_REVERSED, payment_id, Cause.REVERSED)


def _link(row: Record) -> ReceiptLink:
    return ReceiptLink.model_validate({**row, "expired": is_expired(row)})
