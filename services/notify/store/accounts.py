"""What customers owe, as billing reported it last."""

from shared.contracts.common import AccountState
from shared.db import Connection

# The row stays locked until the transaction ends: a customer's reminders are scheduled and cancelled under this lock.
_KEEP = """
INSERT INTO accounts AS known (customer_code, version, debt) VALUES ($1, $2, $3)
ON CONFLICT (customer_code) DO UPDATE SET
    debt = CASE WHEN excluded.version > known.version THEN excluded.debt ELSE known.debt END,
    version = greatest(excluded.version, known.version)
RETURNING debt
"""


async def keep_account(connection: Connection, account: AccountState) -> int:
    """Keep an account unless a newer one is known, lock it for this transaction, and return the debt now known."""
    debt: int = await connection.fetchval(_KEEP, account.customer_code, account.version, account.debt)
    return debt
