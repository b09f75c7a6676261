"""Shifts: the cash box of a collector from opening to closing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.billing import CloseShift, OpenShift, Shift, ShiftTotals
from shared.db import Connection

_ADD = """
INSERT INTO shifts (shift_id, collector_code, opened_at, stated_opened_at, opening_float, cash_ceiling, opened_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add(connection: Connection, request: OpenShift, opened_at: datetime, cash_ceiling: int, actor: Actor) -> bool:
    """Open a shift at the server's time; return False when its id is taken or the collector has another open shift."""
    added = await connection.fetchval(
        _ADD,
        request.shift_id,
        request.collector_code,
        opened_at,
        request.opened_at,
        request.opening_float,
        cash_ceiling,
        actor.model_dump(mode="json"),
    )
    return added is not None


# Cash falls into the locked shift, or waits until it is closed and finds none.
_LOCK_OPEN = "SELECT * FROM shifts WHERE collector_code = $1 AND closed_at IS NULL FOR NO KEY UPDATE"


async def lock_open(connection: Connection, collector_code: str) -> Shift | None:
    """Lock and return the collector's open shift; None when there is none."""
    row = await connection.fetchrow(_LOCK_OPEN, collector_code)
    return None if row is None else await _shift(connection, row)


_LOCK = "SELECT * FROM shifts WHERE shift_id = $1 FOR NO KEY UPDATE"


async def lock(connection: Connection, shift_id: UUID) -> Shift | None:
    """Lock and return a shift; None when it is unknown."""
    row = await connection.fetchrow(_LOCK, shift_id)
    return None if row is None else await _shift(connection, row)


_LOCK_CASH_BOX = "SELECT pg_advisory_xact_lock(hashtextextended('cash box of ' || $1, 0))"


async def lock_cash_box(connection: Connection, collector_code: str) -> None:
    """Lock a collector's cash box, whether there is an open shift or not."""
    await connection.execute(_LOCK_CASH_BOX, collector_code)


_LOCK_FOR = "SELECT collector_code FROM shifts WHERE shift_id = $1 FOR NO KEY UPDATE"


async def lock_for(connection: Connection, shift_id: UUID) -> str | None:
    """Lock a shift and return whose it is; None when it is unknown."""
    collector_code: str | None = await connection.fetchval(_LOCK_FOR, shift_id)
    return collector_code


_FIND = """
SELECT * FROM shifts
WHERE collector_code = $1 AND CASE WHEN $2::uuid IS NULL THEN closed_at IS NULL ELSE shift_id = $2 END
"""


async def find(connection: Connection, collector_code: str, shift_id: UUID | None) -> Shift | None:
    """Return the collector's shift with this id, or the open one; None when there is none."""
    row = await connection.fetchrow(_FIND, collector_code, shift_id)
    return None if row is None else await _shift(connection, row)


_CLOSE = """
UPDATE shifts SET closed_at = $2, stated_closed_at = $3, counted_cash = $4, difference = $5, explanation = $6,
    denominations = $7, closed_by = $8
WHERE shift_id = $1
"""


async def close(
    connection: Connection, request: CloseShift, closed_at: datetime, difference: int, actor: Actor
) -> None:
    """Close a locked shift at the server's time."""
    await connection.execute(
        _CLOSE,
        request.shift_id,
        closed_at,
        request.closed_at,
        request.counted_cash,
        difference,
        request.explanation,
        request.denominations,
        actor.model_dump(mode="json"),
    )


_STANDING = """
SELECT payment_id FROM payments LEFT JOIN reversals USING (payment_id, shift_id)
WHERE shift_id = $1 AND reversals.reversal_id IS NULL
ORDER BY sequence
"""


async def payments_standing(connection: Connection, shift_id: UUID) -> list[UUID]:
    """Return the cash payments of a shift that stand, in the order of recording."""
    return [row["payment_id"] for row in await connection.fetch(_STANDING, shift_id)]


# A payment counts as reversed in the shift only when the cash left this very box (reversals.shift_id): what is paid
# back after closing changes nothing of what was counted and handed in.
# Run after the shift's row was locked, as a statement of its own: only such a statement sees what the transactions
# that held the lock before have committed.
_TOTALS = """
SELECT count(*) FILTER (WHERE reversals.reversal_id IS NULL) AS payments,
    coalesce(sum(amount) FILTER (WHERE reversals.reversal_id IS NULL), 0)::bigint AS cash,
    count(reversals.reversal_id) AS reversals,
    coalesce(sum(amount) FILTER (WHERE reversals.reversal_id IS NOT NULL), 0)::bigint AS reversed_cash
FROM payments LEFT JOIN reversals USING (payment_id, shift_id)
WHERE shift_id = $1
"""


async def _shift(connection: Connection, row: Mapping[str, Any]) -> Shift:
    """Return a shift with its totals."""
    (totals,) = await connection.fetch(_TOTALS, row["shift_id"])
    cash_in_hand = row["opening_float"] + totals["cash"]
    return Shift.model_validate({**row, "totals": ShiftTotals(**totals), "cash_in_hand": cash_in_hand})
