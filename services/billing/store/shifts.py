"""Shifts: the cash box of a collector from opening to closing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.billing import (
    CloseShift,
    ConfirmShift,
    DecideShift,
    GetShifts,
    ListedShift,
    OpenShift,
    Shift,
    ShiftConfirmation,
    ShiftRuling,
    ShiftState,
    ShiftTotals,
)
from shared.db import Connection

_ADD = """
INSERT INTO shifts (shift_id, collector_code, opened_at, stated_opened_at, opening_float, cash_ceiling, unit_code,
    opened_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add(
    connection: Connection, request: OpenShift, opened_at: datetime, actor: Actor, *, cash_ceiling: int, unit_code: str
) -> bool:
    """Open a shift at the server's time; return False when its id is taken or the collector has another open shift."""
    added = await connection.fetchval(
        _ADD,
        request.shift_id,
        request.collector_code,
        opened_at,
        request.opened_at,
        request.opening_float,
        cash_ceiling,
        unit_code,
        actor.model_dump(mode="json"),
    )
    return added is not None


_TOTALS = "payments, cash, reversals, reversed_cash, given_back_items, given_back, totals.hand_ins, handed_in, unproven"
# Both rows are locked: what the transactions that held them before have committed is seen of either, and of no other
# table that this would read.
_LOCKED = f"""
SELECT shifts.*, {_TOTALS} FROM shifts JOIN shift_totals AS totals USING (shift_id)
WHERE {{these}} FOR NO KEY UPDATE OF shifts, totals
"""

# Cash falls into the locked shift, or waits until it is closed and finds none.
_LOCK_OPEN = _LOCKED.format(these="collector_code = $1 AND closed_at IS NULL")


async def lock_open(connection: Connection, collector_code: str) -> Shift | None:
    """Lock and return the collector's open shift; None when there is none."""
    row = await connection.fetchrow(_LOCK_OPEN, collector_code)
    return None if row is None else await _shift(connection, row)


_LOCK = _LOCKED.format(these="shift_id = $1")


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


_FIND = f"""
SELECT shifts.*, {_TOTALS} FROM shifts JOIN shift_totals AS totals USING (shift_id)
WHERE collector_code = $1 AND CASE WHEN $2::uuid IS NULL THEN closed_at IS NULL ELSE shift_id = $2 END
"""


async def find(connection: Connection, collector_code: str, shift_id: UUID | None) -> Shift | None:
    """Return the collector's shift with this id, or the open one; None when there is none."""
    row = await connection.fetchrow(_FIND, collector_code, shift_id)
    return None if row is None else await _shift(connection, row)


_CLOSE = """
UPDATE shifts SET closed_at = $2, stated_closed_at = $3, counted_cash = $4, difference = $5, explanation = $6,
    denominations = $7, difference_limit = $8, declared_by = $9, declaring_device_id = $10,
    closed_by = $11
WHERE shift_id = $1
"""


async def close(
    connection: Connection, request: CloseShift, closed_at: datetime, difference: int, limit: int, actor: Actor
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
        limit,
        request.declared_by,
        actor.device_id or request.declaring_device_id,
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


# The second count replaces the first one. Without a limit (closed by an earlier version beside this one) it is 0.
_STATE = """
CASE WHEN closed_at IS NULL THEN 'open'
    WHEN settled_before OR decided_at IS NOT NULL THEN 'settled'
    WHEN abs(coalesce(confirmed.difference, shifts.difference)) > coalesce(difference_limit, 0) THEN 'different'
    WHEN confirmed_at IS NULL THEN 'declared'
    ELSE 'settled' END
"""
_SETTLEMENT = f"""
{_STATE} AS state, confirmed_at, confirmed_by, confirmed.counted_cash AS confirmed_cash,
    confirmed.difference AS confirmed_difference, confirmed.denominations AS confirmed_denominations, note,
    decision, reason, decided_by, decided_at, (
        SELECT coalesce(sum(amount), 0)::bigint FROM cash_given_back AS items
        WHERE items.shift_id = shifts.shift_id AND office_id IS NOT NULL
    ) AS office_gave_back
"""
_SHIFTS = """
shifts LEFT JOIN shift_confirmations AS confirmed USING (shift_id) LEFT JOIN shift_decisions USING (shift_id)
"""
_SETTLEMENT_OF = f"SELECT {_SETTLEMENT} FROM {_SHIFTS} WHERE shift_id = $1"


async def _shift(connection: Connection, row: Mapping[str, Any]) -> Shift:
    """Return a shift with its totals, and how far its settlement has come."""
    settlement: Mapping[str, Any] = {"state": ShiftState.OPEN}
    if row["closed_at"] is not None:
        (settlement,) = await connection.fetch(_SETTLEMENT_OF, row["shift_id"])
    return _made(row, settlement)


def _made(row: Mapping[str, Any], settlement: Mapping[str, Any]) -> Shift:
    confirmation = ruling = None
    if settlement.get("confirmed_at") is not None:
        confirmation = ShiftConfirmation(
            counted_cash=settlement["confirmed_cash"],
            difference=settlement["confirmed_difference"],
            denominations=settlement["confirmed_denominations"],
            note=settlement["note"],
            confirmed_by=settlement["confirmed_by"],
            confirmed_at=settlement["confirmed_at"],
            given_back=settlement["office_gave_back"],
        )
    if settlement.get("decided_at") is not None:
        ruling = ShiftRuling(
            decision=settlement["decision"],
            reason=settlement["reason"],
            decided_by=settlement["decided_by"],
            decided_at=settlement["decided_at"],
        )
    return Shift.model_validate(
        {
            **row,
            "totals": ShiftTotals(
                payments=row["payments"],
                # What was given back or handed in out of the box is taken off where the row is kept.
                cash=row["cash"] + row["given_back"] + row["handed_in"],
                reversals=row["reversals"],
                reversed_cash=row["reversed_cash"],
                given_back_items=row["given_back_items"],
                given_back=row["given_back"],
                hand_ins=row["hand_ins"],
                handed_in=row["handed_in"],
                unproven=row["unproven"],
            ),
            "cash_in_hand": row["opening_float"] + row["cash"],
            "state": settlement["state"],
            "confirmation": confirmation,
            "ruling": ruling,
        }
    )


_LISTED = f"""
SELECT shifts.*, {_SETTLEMENT}, {_TOTALS},
    coalesce(collectors.active, true) AS collector_active,
    coalesce(collectors.name, (
        SELECT collector_name FROM customers
        WHERE customers.collector_code = shifts.collector_code ORDER BY version DESC LIMIT 1
    ), shifts.collector_code) AS collector_name
FROM {_SHIFTS} JOIN shift_totals AS totals USING (shift_id) LEFT JOIN collectors USING (collector_code)
WHERE (cardinality($1::text[]) = 0 OR {_STATE} = ANY ($1))
    AND ($2::text IS NULL OR shifts.collector_code = $2)
    AND ($3::text IS NULL OR shifts.unit_code = $3)
    AND ($4::uuid IS NULL OR shift_id = $4)
    AND (NOT $5 OR NOT coalesce(collectors.active, true))
    AND ($6::timestamptz IS NULL OR opened_at < $6)
    AND (cardinality($8::text[]) = 0 OR shifts.unit_code = ANY ($8))
ORDER BY opened_at DESC, shift_id LIMIT $7
"""


async def listed(connection: Connection, request: GetShifts) -> list[ListedShift]:
    """Return the shifts that a request asks for, the one opened last first."""
    rows = await connection.fetch(
        _LISTED,
        request.states,
        request.collector_code,
        request.unit_code,
        request.shift_id,
        request.of_leavers,
        request.opened_before,
        request.limit,
        request.unit_codes,
    )
    return [
        ListedShift(
            shift=_made(row, row),
            collector_name=row["collector_name"],
            unit_code=row["unit_code"],
            collector_active=row["collector_active"],
        )
        for row in rows
    ]


_DEVICES = """
SELECT declaring_device_id, device_id AS confirming_device_id
FROM shifts LEFT JOIN shift_confirmations USING (shift_id) WHERE shift_id = $1
"""


async def devices_of_settlement(connection: Connection, shift_id: UUID) -> tuple[UUID | None, UUID | None]:
    """Return the device that declared a shift and the one that confirmed it, where they are known."""
    (row,) = await connection.fetch(_DEVICES, shift_id)
    return row["declaring_device_id"], row["confirming_device_id"]


_CONFIRM = """
INSERT INTO shift_confirmations
    (shift_id, counted_cash, difference, denominations, note, confirmed_by, device_id, confirmed_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def confirm(
    connection: Connection, request: ConfirmShift, difference: int, moment: datetime, actor: Actor
) -> None:
    """Keep the second count of a locked shift."""
    await connection.execute(
        _CONFIRM,
        request.shift_id,
        request.counted_cash,
        difference,
        request.denominations,
        request.note,
        request.confirmed_by,
        actor.device_id or request.device_id,
        moment,
        actor.model_dump(mode="json"),
    )


_DECIDE = """
INSERT INTO shift_decisions (shift_id, decision, reason, decided_by, device_id, decided_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def decide(connection: Connection, request: DecideShift, moment: datetime, actor: Actor) -> None:
    """Keep the decision over the difference of a locked shift."""
    await connection.execute(
        _DECIDE,
        request.shift_id,
        request.decision,
        request.reason,
        request.decided_by,
        actor.device_id or request.device_id,
        moment,
        actor.model_dump(mode="json"),
    )
