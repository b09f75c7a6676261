"""Complaints about bills, and the bills that are disputed because of them."""

from datetime import datetime
from uuid import UUID

from shared.db import Connection

_RECORDED = """
INSERT INTO bill_complaints (complaint_id, customer_code, bill_number, recorded_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (complaint_id) DO UPDATE SET recorded_at = excluded.recorded_at
"""


async def keep_recorded(
    connection: Connection, complaint_id: UUID, customer_code: str, bill_number: str, recorded_at: datetime
) -> None:
    """Keep that a complaint was recorded: it may be known as settled already."""
    await connection.execute(_RECORDED, complaint_id, customer_code, bill_number, recorded_at)


_SETTLED = """
INSERT INTO bill_complaints (complaint_id, customer_code, bill_number, settled_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (complaint_id) DO UPDATE SET settled_at = excluded.settled_at
"""


async def keep_settled(
    connection: Connection, complaint_id: UUID, customer_code: str, bill_number: str, settled_at: datetime
) -> None:
    """Keep that a complaint was settled."""
    await connection.execute(_SETTLED, complaint_id, customer_code, bill_number, settled_at)


_FORGET = "DELETE FROM disputed_bills WHERE customer_code = $1"
# From the bills that complaints name along all corrections, in both directions.
_FIND = """
WITH RECURSIVE disputed AS (
    SELECT bill_id FROM bill_complaints
    JOIN bills ON bills.customer_code = bill_complaints.customer_code
        AND bills.bill_number = btrim(bill_complaints.bill_number)
    WHERE bill_complaints.customer_code = $1 AND settled_at IS NULL
    UNION
    SELECT linked.bill_id FROM disputed
    JOIN bill_corrections ON bill_corrections.customer_code = $1
        AND disputed.bill_id IN (bill_corrections.bill_id, new_bill_id),
    LATERAL (VALUES (bill_corrections.bill_id), (new_bill_id)) AS linked (bill_id)
    WHERE linked.bill_id IS NOT NULL
)
INSERT INTO disputed_bills (customer_code, bill_id) SELECT $1, bill_id FROM disputed
"""


async def find_disputed(connection: Connection, customer_code: str) -> None:
    """Write down anew which bills of a locked account are disputed; the account is refreshed afterwards."""
    await connection.execute(_FORGET, customer_code)
    await connection.execute(_FIND, customer_code)


_IS_DISPUTED = "SELECT EXISTS (SELECT FROM bill_complaints WHERE customer_code = $1 AND settled_at IS NULL)"


async def has_open(connection: Connection, customer_code: str) -> bool:
    """Return whether a complaint of a customer is open."""
    is_open: bool = await connection.fetchval(_IS_DISPUTED, customer_code)
    return is_open
