"""Bank credits that wait for a person, as billing reports them."""

from shared.contracts.billing import BankCreditWaiting
from shared.db import Connection

_KEEP = """
INSERT INTO waiting_credits AS known (credit_id, customer_codes, is_waiting, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (credit_id) DO UPDATE SET customer_codes = excluded.customer_codes, is_waiting = excluded.is_waiting,
    changed_at = excluded.changed_at
WHERE excluded.changed_at >= known.changed_at
"""


async def keep_waiting_credit(connection: Connection, event: BankCreditWaiting) -> None:
    """Keep whether a credit waits, and whom it names, unless something later is known."""
    await connection.execute(_KEEP, event.credit_id, event.customer_codes, event.is_waiting, event.changed_at)
