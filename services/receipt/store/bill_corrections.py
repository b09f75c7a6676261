"""What followed on bills that receipts settle."""

from collections.abc import Collection
from uuid import UUID

from shared.contracts.billing import BillCorrection
from shared.contracts.receipt import FollowedCorrection
from shared.db import Connection

_ADD = """
INSERT INTO bill_correction (correction_id, bill_id, bill_number, kind, new_bill_number, corrected_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""


async def add_correction(connection: Connection, correction: BillCorrection) -> None:
    """Keep a correction; one that is known changes nothing."""
    await connection.execute(
        _ADD,
        correction.correction_id,
        correction.corrects.bill_id,
        correction.corrects.bill_number,
        correction.kind.value,
        None if correction.new_bill is None else correction.new_bill.bill_number,
        correction.corrected_at,
    )


_OF_BILLS = """
SELECT bill_number, kind, new_bill_number, corrected_at FROM bill_correction
WHERE bill_id = ANY ($1) ORDER BY corrected_at, correction_id
"""


async def corrections_of(connection: Connection, bill_ids: Collection[UUID]) -> list[FollowedCorrection]:
    """Return what followed on bills, the earliest first."""
    rows = await connection.fetch(_OF_BILLS, list(bill_ids))
    return [FollowedCorrection.model_validate(dict(row)) for row in rows]
