"""Bills and their corrections from before there were invoices, in the order of the trade's moments."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.audit import rows_in_order
from shared.db import Connection


class EarlierBill(NamedTuple):
    """A bill that was issued."""

    bill_id: UUID
    reason: str
    """Why, of one that corrects another."""


# A bill of its own, and of a correction the further one.
_BILLS = """
SELECT bills.bill_id, coalesce(bill_corrections.reason, '')
FROM bills LEFT JOIN bill_corrections ON bill_corrections.new_bill_id = bills.bill_id
WHERE issued_at >= $1 AND issued_at < $2 ORDER BY issued_at, bill_number
"""


async def earlier_bills(connection: Connection, since: datetime, before: datetime) -> AsyncIterator[EarlierBill]:
    """Yield the bills that were issued in a time; needs a transaction."""
    async for row in rows_in_order(connection, _BILLS, since, before):
        yield EarlierBill(*row)


class EarlierReduction(NamedTuple):
    """What an adjustment took off a bill."""

    correction_id: UUID
    bill_id: UUID
    principal: int
    vat: int
    reason: str


_REDUCTIONS = """
SELECT correction_id, taken.bill_id, principal, taken.vat, reason
FROM bill_reductions AS taken JOIN bill_corrections USING (correction_id)
JOIN bills ON bills.bill_id = taken.bill_id
WHERE kind = 'adjustment' AND bills.issued_at >= $1 AND bills.issued_at < $2 ORDER BY sequence, reduction_id
"""


async def earlier_reductions(
    connection: Connection, since: datetime, before: datetime
) -> AsyncIterator[EarlierReduction]:
    """Yield what adjustments have taken off bills that were issued in a time, at whatever time; needs a transaction."""
    async for row in rows_in_order(connection, _REDUCTIONS, since, before):
        yield EarlierReduction(*row)
