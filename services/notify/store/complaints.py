"""Complaints about bills: while one is open, no message asks for the money of its bill."""

from datetime import datetime
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.store.accounts import KnownAccount
from services.notify.store.reminders import CANCELLED_OR_STOPPED, STOPPED
from services.notify.store.row_count import row_count
from shared.db import Connection

# Whatever schedules a message for a customer holds this lock, or skips the account. The campaigns look at changed ones.
_LOCK_ACCOUNT = """
INSERT INTO accounts AS known (customer_code, version, debt) VALUES ($1, 0, 0)
ON CONFLICT (customer_code) DO UPDATE SET changed_at = clock_timestamp()
RETURNING customer_code, debt, oldest_due_date, disputed_debt
"""


async def lock_account(connection: Connection, customer_code: str) -> KnownAccount:
    """Lock what is known of a customer's account until the transaction ends, as changed."""
    [row] = await connection.fetch(_LOCK_ACCOUNT, customer_code)
    return KnownAccount(row["customer_code"], row["debt"], row["oldest_due_date"], row["disputed_debt"])


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


_STOPS_ALL = f"SELECT {STOPPED} FROM accounts WHERE customer_code = $1"


async def stops_all(connection: Connection, customer_code: str) -> bool:
    """Return whether a complaint is open of whose bill billing has not told yet: nothing may be asked for."""
    return bool(await connection.fetchval(_STOPS_ALL, customer_code))


# What asks for money: not the link of a receipt, nor a trial.
_CANCEL = f"UPDATE reminders {CANCELLED_OR_STOPPED} AND customer_code = $1 AND receipt_id IS NULL AND NOT is_trial"


async def cancel_all(connection: Connection, customer_code: str) -> None:
    """Cancel what asks a customer for money and has not left."""
    await connection.execute(_CANCEL, customer_code, Cause.COMPLAINT)


_CANCEL_DISPUTED = f"""
UPDATE reminders {CANCELLED_OR_STOPPED} AND customer_code = $1 AND receipt_id IS NULL AND NOT is_trial
    AND ($3 <= 0 OR debt_due_on <> coalesce($4, 'infinity'::date))
"""


async def cancel_about_disputed(connection: Connection, account: KnownAccount) -> None:
    """Cancel what asks for nothing but disputed bills, or is about an oldest bill that is one now."""
    await connection.execute(
        _CANCEL_DISPUTED, account.customer_code, account.nothing_left, account.debt, account.oldest_due_date
    )


# What was being handed over meanwhile may be handed over again, too.
_RESTORE = """
UPDATE reminders SET stopped = '', state = CASE WHEN state = 'cancelled' THEN 'scheduled' ELSE state END,
    cause = CASE WHEN state = 'cancelled' THEN '' ELSE cause END
WHERE customer_code = $1
    AND (state = 'cancelled' AND cause = $2 OR state IN ('sending', 'unknown') AND stopped = $2)
    AND (due_at > $3 OR expires_at > $3) AND (debt_due_on IS NULL OR debt_due_on = $4)
"""


async def restore_disputed(connection: Connection, account: KnownAccount, moment: datetime) -> int:
    """Schedule again what a complaint cancelled that is of use and is about what may be asked for; returns how many."""
    status = await connection.execute(_RESTORE, account.customer_code, Cause.COMPLAINT, moment, account.oldest_due_date)
    return row_count(status)
