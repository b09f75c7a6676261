"""Complaints about bills: while one is open, no message asks its customer for money."""

from datetime import datetime
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.store.accounts import KnownAccount
from services.notify.store.reminders import CANCELLED_OR_STOPPED
from services.notify.store.row_count import row_count
from shared.db import Connection

# Whatever schedules a message for a customer holds this lock, or skips the account. The campaigns look at changed ones.
_LOCK_ACCOUNT = """
INSERT INTO accounts AS known (customer_code, version, debt) VALUES ($1, 0, 0)
ON CONFLICT (customer_code) DO UPDATE SET changed_at = clock_timestamp()
RETURNING customer_code, debt, oldest_due_date
"""


async def lock_account(connection: Connection, customer_code: str) -> KnownAccount:
    """Lock what is known of a customer's account until the transaction ends, as changed."""
    [row] = await connection.fetch(_LOCK_ACCOUNT, customer_code)
    return KnownAccount(row["customer_code"], row["debt"], row["oldest_due_date"])


_RECORDED = """
INSERT INTO complaints AS known (complaint_id, customer_code, bill_number, recorded_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (complaint_id) DO UPDATE SET recorded_at = excluded.recorded_at
RETURNING settled_at IS NULL
"""


async def keep_recorded(
    connection: Connection, complaint_id: UUID, customer_code: str, bill_number: str, recorded_at: datetime
) -> bool:
    """Keep that a complaint was recorded; return whether it is open: it may be known as settled already."""
    is_open: bool = await connection.fetchval(_RECORDED, complaint_id, customer_code, bill_number, recorded_at)
    return is_open


_SETTLED = """
INSERT INTO complaints AS known (complaint_id, customer_code, bill_number, settled_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (complaint_id) DO UPDATE SET settled_at = excluded.settled_at
"""


async def keep_settled(
    connection: Connection, complaint_id: UUID, customer_code: str, bill_number: str, settled_at: datetime
) -> None:
    """Keep that a complaint was settled."""
    await connection.execute(_SETTLED, complaint_id, customer_code, bill_number, settled_at)


_IS_OPEN = "SELECT EXISTS (SELECT FROM complaints WHERE customer_code = $1 AND settled_at IS NULL)"


async def has_open_complaint(connection: Connection, customer_code: str) -> bool:
    """Return whether a complaint of a customer about a bill is open."""
    is_open: bool = await connection.fetchval(_IS_OPEN, customer_code)
    return is_open


# What asks for money: not the link of a receipt, nor a trial.
_CANCEL = f"UPDATE reminders {CANCELLED_OR_STOPPED} AND customer_code = $1 AND receipt_id IS NULL AND NOT is_trial"


async def cancel_disputed(connection: Connection, customer_code: str) -> None:
    """Cancel what asks a customer for money and has not left."""
    await connection.execute(_CANCEL, customer_code, Cause.COMPLAINT)


_RESTORE = """
UPDATE reminders SET state = 'scheduled', cause = '', stopped = ''
WHERE customer_code = $1 AND state = 'cancelled' AND cause = $2 AND (due_at > $3 OR expires_at > $3)
    AND (debt_due_on IS NULL OR debt_due_on = $4)
"""


async def restore_disputed(connection: Connection, account: KnownAccount, moment: datetime) -> int:
    """Schedule again what a complaint cancelled that is of use and is about the present debt; returns how many."""
    status = await connection.execute(_RESTORE, account.customer_code, Cause.COMPLAINT, moment, account.oldest_due_date)
    return row_count(status)
