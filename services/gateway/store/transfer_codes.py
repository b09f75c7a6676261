"""Payment codes that phones have shown: which phone prints the receipt of a transfer."""

from datetime import datetime, timedelta
from uuid import UUID

from services.gateway.domain.devices import Device
from shared.db import Connection

LONGEST_WAIT = timedelta(days=10)
"""Banks take days over holidays; after that, nobody waits for the receipt at this phone."""

# Letters and digits only: banks change or leave out the rest.
_ADD = """
INSERT INTO transfer_codes AS known (transfer_id, device_id, collector_code, customer_code, amount, reference, shown_at)
VALUES ($1, $2, $3, $4, $5, upper(regexp_replace($6, '[^0-9A-Za-z]+', '', 'g')), $7)
ON CONFLICT (transfer_id) DO UPDATE SET device_id = excluded.device_id
WHERE (known.collector_code, known.customer_code, known.amount, known.reference)
    = (excluded.collector_code, excluded.customer_code, excluded.amount, excluded.reference)
RETURNING true
"""


async def add_code(
    connection: Connection,
    transfer_id: UUID,
    device: Device,
    *,
    customer_code: str,
    amount: int,
    reference: str,
    shown_at: datetime,
) -> bool:
    """Keep that a phone shows a code; return False when the id stands for another code."""
    kept = await connection.fetchval(
        _ADD, transfer_id, device.device_id, device.collector_code, customer_code, amount, reference, shown_at
    )
    return kept is True


# The code whose reference the payer wrote. Where the content has no reference of a code at all, as payers write what
# they like, the latest one of this amount.
_PHONE = """
SELECT device_id
FROM (SELECT upper(regexp_replace($3, '[^0-9A-Za-z]+', '', 'g')) AS content) AS written,
    transfer_codes JOIN devices USING (device_id)
WHERE customer_code = $1 AND shown_at >= $4 AND revoked_at IS NULL
    AND (position(reference IN content) > 0
        OR (amount = $2 AND content !~ ('TD' || customer_code || '[0-9A-HJKMNP-TV-Z]{8}')))
ORDER BY position(reference IN content) > 0 DESC, shown_at DESC
LIMIT 1
"""


async def phone_of_transfer(
    connection: Connection, customer_code: str, amount: int, content: str, now: datetime
) -> UUID | None:
    """Return the phone that showed the code of a transfer that has arrived; None where none did."""
    device_id: UUID | None = await connection.fetchval(_PHONE, customer_code, amount, content, now - LONGEST_WAIT)
    return device_id
