"""Who caused, copied and printed receipts."""

from collections.abc import Sequence
from uuid import UUID

from shared.act_records import ActRecord
from shared.db import Connection

# Of a receipt, the actor that is under its signature: that of the payment or the reversal.
_ACTS = """
WITH meant AS (SELECT * FROM receipt WHERE payment_id = ANY ($1))
SELECT CASE kind WHEN 'void' THEN 'receipt.voided' ELSE 'receipt.issued' END AS what, issued_at AS at,
    format('%s %s', series, number) AS subject, content::json->'event'->'actor' AS actor, NULL::uuid AS request_id,
    json_build_object('total', total, 'vat', vat, 'collector', collector_code, 'payment', payment_id) AS facts
FROM meant
UNION ALL
SELECT 'receipt.copied', reprinted_at, format('%s %s', series, number), actor::json, reprint_id,
    json_build_object('copy', copy_number, 'by', requested_by, 'reason', reason, 'printed_on', device_id)
FROM reprint JOIN meant USING (receipt_id)
UNION ALL
SELECT 'receipt.printed_later', printed_at, format('%s %s', series, number), actor::json, reprint_id,
    json_build_object('by', requested_by, 'reason', reason, 'printed_on', device_id)
FROM first_print JOIN meant USING (receipt_id)
"""


async def records_of(connection: Connection, payment_ids: Sequence[UUID]) -> list[ActRecord]:
    """Return what was done to the receipts of payments."""
    return [
        ActRecord(
            row["what"],
            row["at"],
            row["subject"],
            row["actor"],
            None if row["request_id"] is None else ("receipt.reprint", row["request_id"]),
            row["facts"],
        )
        for row in await connection.fetch(_ACTS, list(payment_ids))
    ]
