"""Numbers that get no SMS."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.causes import Cause
from services.notify.domain.reminders import BlockedPhone, OptOut
from services.notify.store.row_count import row_count
from shared.contracts.notify import OptOutsReply
from shared.db import Connection

_CAUSE = """
SELECT cause FROM blocked_phones WHERE phone = $1
UNION ALL SELECT 'opted_out' FROM opt_outs WHERE phone = $1 AND kind = $2
LIMIT 1
"""


async def blocked_cause(connection: Connection, phone: str | None, kind: str) -> Cause | None:
    """Return why a number gets no SMS of a kind; None when it does."""
    cause = await connection.fetchval(_CAUSE, phone, kind)
    return Cause(cause) if cause else None


_BLOCK = """
INSERT INTO blocked_phones AS known (phone, cause, note, blocked_by, blocked_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (phone) DO UPDATE SET cause = excluded.cause, note = excluded.note,
    blocked_by = excluded.blocked_by, blocked_at = excluded.blocked_at
WHERE known.cause <> 'wrong_number' OR excluded.cause = 'wrong_number'
"""


async def block_phone(connection: Connection, blocked: BlockedPhone) -> None:
    """Put a number on the list. A wrong number stays one when it opts out: it gets not even what the law demands."""
    await connection.execute(
        _BLOCK,
        blocked.phone,
        blocked.cause.value,
        blocked.note,
        blocked.blocked_by,
        blocked.blocked_at,
    )


_UNBLOCK = "DELETE FROM blocked_phones WHERE phone = $1"


async def unblock_phone(connection: Connection, phone: str) -> bool:
    """Take a number off the list; False when it was not there."""
    return row_count(await connection.execute(_UNBLOCK, phone)) == 1


_LATEST = """
SELECT phone, cause, note, blocked_by, blocked_at FROM blocked_phones ORDER BY blocked_at DESC, phone LIMIT $1
"""


async def blocked_phones(connection: Connection, limit: int) -> list[BlockedPhone]:
    """Return the numbers on the list, the latest first."""
    rows = await connection.fetch(_LATEST, limit)
    return [
        BlockedPhone(row["phone"], Cause(row["cause"]), row["note"], row["blocked_by"], row["blocked_at"])
        for row in rows
    ]


_OPT_OUT = """
INSERT INTO opt_outs (phone, kind, note, opted_out_by, opted_out_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (phone, kind) DO UPDATE SET note = excluded.note, opted_out_by = excluded.opted_out_by,
    opted_out_at = excluded.opted_out_at
"""


async def add_opt_out(connection: Connection, opt_out: OptOut) -> None:
    """Note that a number does not want messages of a kind."""
    await connection.execute(
        _OPT_OUT, opt_out.phone, opt_out.kind, opt_out.note, opt_out.opted_out_by, opt_out.opted_out_at
    )


_OPT_IN = "DELETE FROM opt_outs WHERE phone = $1 AND kind = $2"


async def remove_opt_out(connection: Connection, phone: str, kind: str) -> bool:
    """Send messages of a kind to a number again; False when it had not opted out of them."""
    return row_count(await connection.execute(_OPT_IN, phone, kind)) == 1


_OPT_OUTS = """
SELECT phone, kind, note, opted_out_by, opted_out_at FROM opt_outs ORDER BY opted_out_at DESC, phone, kind LIMIT $1
"""


async def opt_outs(connection: Connection, limit: int) -> list[OptOut]:
    """Return which kinds numbers do not want, the latest first."""
    return [OptOut(**dict(row)) for row in await connection.fetch(_OPT_OUTS, limit)]


@dataclass(frozen=True)
class WrongNumber:
    """A customer whose number is somebody else's, or nobody's, and has to be asked for the right one."""

    customer_code: str
    phone: str
    unit_code: str
    collector_code: str
    collector_name: str
    note: str
    since: datetime


_WRONG_NUMBERS = """
SELECT customer_code, phone, unit_code, collector_code, collector_name, note, blocked_at AS since
FROM blocked_phones JOIN accounts USING (phone)
WHERE cause = 'wrong_number' AND active AND unit_code IS NOT NULL AND ($1::text IS NULL OR unit_code = $1)
ORDER BY unit_code, collector_code, customer_code LIMIT $2
"""


async def wrong_numbers(connection: Connection, unit_code: str | None, limit: int) -> list[WrongNumber]:
    """Return whose number has to be corrected, by unit and collector; a corrected one is not among them any more."""
    return [WrongNumber(**dict(row)) for row in await connection.fetch(_WRONG_NUMBERS, unit_code, limit)]


# Of two changes of a number at the same time, the second sees the first.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('opt out ' || $1, 0))"


async def lock_opt_outs(connection: Connection, phone: str) -> None:
    """Lock what a number has opted out of until the transaction ends."""
    await connection.execute(_LOCK, phone)


_OF_PHONE = """
SELECT (SELECT cause FROM blocked_phones WHERE phone = $1) AS cause,
    ARRAY(SELECT kind FROM opt_outs WHERE phone = $1 ORDER BY kind) AS kinds
"""


async def opt_outs_of(connection: Connection, phone: str) -> OptOutsReply:
    """Return which messages a number does not get."""
    [row] = await connection.fetch(_OF_PHONE, phone)
    return OptOutsReply(
        phone=phone,
        everything=row["cause"] == Cause.OPTED_OUT,
        wrong_number=row["cause"] == Cause.WRONG_NUMBER,
        kinds=row["kinds"],
    )
