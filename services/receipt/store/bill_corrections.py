"""What followed on bills that receipts settle."""

from collections.abc import Collection
from uuid import UUID

from shared.contracts.billing import BillCorrection
from shared.contracts.receipt import FollowedCorrection
from shared.db import Connection

_ADD = """
INSERT INTO bill_correction (correction_id, bill_id, bill_number, kind, new_bill_number, corrected_at)
SELECT $1, bill_id, bill_number, $4, $5, $6 FROM unnest($2::uuid[], $3::text[]) AS concerned (bill_id, bill_number)
ON CONFLICT DO NOTHING
"""


async def add_correction(connection: Connection, correction: BillCorrection) -> None:
    """Keep a correction for each bill that it concerns, further ones too; one that is known changes nothing."""
    concerned = {one.bill_id: one.bill_number for one in correction.reductions}
    concerned[correction.corrects.bill_id] = correction.corrects.bill_number
    await connection.execute(
        _ADD,
        correction.correction_id,
        list(concerned),
        list(concerned.values()),
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
