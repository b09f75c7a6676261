"""Cash that collectors hand in while the shift is open: what they say, what was counted, photos of deposit slips."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.billing import (
    CountHandIn,
    GetHandIns,
    HandIn,
    HandInCount,
    HandInState,
    Handover,
    StateHandIn,
)
from shared.db import Connection

_ADD = """
INSERT INTO hand_ins (hand_in_id, shift_id, collector_code, place, amount, denominations, slip_number, stated_at,
    stated_by, device_id, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (slip_number) WHERE place = 'bank' DO NOTHING
RETURNING true
"""


async def add(
    connection: Connection, request: StateHandIn, slip_number: str, moment: datetime, device_id: UUID, actor: Actor
) -> bool:
    """Keep what a collector says to hand in of a locked shift; return False where the slip is another hand-in's."""
    added = await connection.fetchval(
        _ADD,
        request.hand_in_id,
        request.shift_id,
        request.collector_code,
        request.place,
        request.amount,
        request.denominations,
        slip_number,
        moment,
        request.stated_by,
        device_id,
        actor.model_dump(mode="json"),
    )
    return added is not None


_KEEP_PHOTO = "INSERT INTO slip_photos (hand_in_id, jpeg, kept_at) VALUES ($1, $2, $3)"


async def keep_photo(connection: Connection, hand_in_id: UUID, jpeg: bytes, moment: datetime) -> None:
    """Keep the photo of a deposit slip."""
    await connection.execute(_KEEP_PHOTO, hand_in_id, jpeg, moment)


_PHOTO = "SELECT jpeg FROM slip_photos WHERE hand_in_id = $1"


async def photo_of(connection: Connection, hand_in_id: UUID) -> bytes | None:
    """Return the photo of a deposit slip; None where there is none, or no longer."""
    jpeg: bytes | None = await connection.fetchval(_PHOTO, hand_in_id)
    return jpeg


_DELETE_PHOTOS = """
DELETE FROM slip_photos WHERE hand_in_id IN (
    SELECT hand_in_id FROM slip_photos WHERE kept_at < $1 ORDER BY kept_at LIMIT 500)
RETURNING true
"""


async def delete_photos(connection: Connection, before: datetime) -> int:
    """Delete some photos that were kept before a moment; return how many."""
    return len(await connection.fetch(_DELETE_PHOTOS, before))


_OF_SLIP = "SELECT hand_in_id FROM hand_ins WHERE place = 'bank' AND slip_number = $1"


async def of_slip(connection: Connection, slip_number: str) -> UUID | None:
    """Return the hand-in that a deposit slip is of; None where there is none."""
    hand_in_id: UUID | None = await connection.fetchval(_OF_SLIP, slip_number)
    return hand_in_id


_LOCK = "SELECT shift_id FROM hand_ins WHERE hand_in_id = $1 FOR NO KEY UPDATE"


async def lock(connection: Connection, hand_in_id: UUID) -> UUID | None:
    """Lock a hand-in and return the shift that it is of; None when it is unknown."""
    shift_id: UUID | None = await connection.fetchval(_LOCK, hand_in_id)
    return shift_id


_COUNT = """
INSERT INTO hand_in_counts (hand_in_id, counted_cash, difference, denominations, reason, counted_by, device_id,
    credit_id, counted_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


async def count(
    connection: Connection,
    request: CountHandIn,
    difference: int,
    moment: datetime,
    device_id: UUID | None,
    actor: Actor,
) -> None:
    """Keep what somebody has counted of a locked hand-in; without a device it is the bank's own word."""
    await connection.execute(
        _COUNT,
        request.hand_in_id,
        request.counted_cash,
        difference,
        request.denominations,
        request.reason,
        request.counted_by,
        device_id,
        request.credit_id,
        moment,
        actor.model_dump(mode="json"),
    )


_STATED_ON = "SELECT device_id FROM hand_ins WHERE hand_in_id = $1"


async def stated_on(connection: Connection, hand_in_id: UUID) -> UUID | None:
    """Return the device on which a hand-in was stated."""
    device_id: UUID | None = await connection.fetchval(_STATED_ON, hand_in_id)
    return device_id


_STATE = """
CASE WHEN counted_at IS NOT NULL THEN 'counted'
    WHEN place = 'cashier' AND closed_at IS NOT NULL THEN 'lapsed' ELSE 'waiting' END
"""
_HAND_INS = f"""
SELECT hand_ins.hand_in_id, hand_ins.shift_id, hand_ins.collector_code, place, amount, hand_ins.denominations,
    slip_number, stated_at, stated_by, {_STATE} AS state,
    EXISTS (SELECT FROM slip_photos WHERE slip_photos.hand_in_id = hand_ins.hand_in_id) AS has_photo,
    counts.counted_cash, counts.difference, counts.denominations AS counted_denominations, counts.reason, counted_by,
    counted_at, credit_id
FROM hand_ins JOIN shifts USING (shift_id) LEFT JOIN hand_in_counts AS counts USING (hand_in_id)
"""
_LISTED = f"""
{_HAND_INS}
WHERE ($1::uuid IS NULL OR hand_in_id = $1) AND ($2::uuid IS NULL OR hand_ins.shift_id = $2)
    AND ($3::text IS NULL OR hand_ins.collector_code = $3) AND (NOT $4 OR {_STATE} = 'waiting')
    AND (cardinality($5::text[]) = 0 OR unit_code = ANY ($5))
ORDER BY stated_at DESC, hand_in_id LIMIT $6
"""


async def listed(connection: Connection, request: GetHandIns) -> list[HandIn]:
    """Return the hand-ins that a request asks for, the one stated last first."""
    rows = await connection.fetch(
        _LISTED,
        request.hand_in_id,
        request.shift_id,
        request.collector_code,
        request.waiting,
        request.unit_codes,
        request.limit,
    )
    return [_hand_in(row) for row in rows]


async def find(connection: Connection, hand_in_id: UUID) -> HandIn | None:
    """Return a hand-in; None when there is none."""
    found = await listed(connection, GetHandIns(hand_in_id=hand_in_id))
    return found[0] if found else None


async def waiting_for_cashier(connection: Connection, shift_id: UUID) -> HandIn | None:
    """Return the hand-in of a locked open shift that no cashier has counted; None when there is none."""
    found = await listed(connection, GetHandIns(shift_id=shift_id, waiting=True, limit=500))
    return next((one for one in found if not one.slip_number), None)


def _hand_in(row: Mapping[str, Any]) -> HandIn:
    counted = None
    if row["state"] == HandInState.COUNTED:
        counted = HandInCount(
            counted_cash=row["counted_cash"],
            difference=row["difference"],
            denominations=row["counted_denominations"],
            reason=row["reason"],
            counted_by=row["counted_by"],
            counted_at=row["counted_at"],
            credit_id=row["credit_id"],
        )
    return HandIn.model_validate({**row, "count": counted})


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit at a bank that nobody has confirmed."""

    hand_in_id: UUID
    slip_number: str
    amount: int
    stated_at: datetime


_UNPROVEN = """
SELECT hand_in_id, slip_number, amount, stated_at FROM hand_ins
WHERE place = 'bank' AND amount = ANY ($1::bigint[]) AND stated_at > $2
    AND NOT EXISTS (SELECT FROM hand_in_counts WHERE hand_in_counts.hand_in_id = hand_ins.hand_in_id)
ORDER BY hand_in_id FOR NO KEY UPDATE
"""


async def lock_unproven(connection: Connection, amounts: Collection[int], since: datetime) -> list[Deposit]:
    """Lock and return deposits of some amounts, stated since a moment, that nobody has confirmed."""
    rows = await connection.fetch(_UNPROVEN, sorted(set(amounts)), since)
    return [Deposit(**dict(row)) for row in rows]


_UNPROVEN_OF = """
SELECT coalesce(sum(unproven), 0)::bigint FROM shift_totals JOIN shifts USING (shift_id)
WHERE unproven > 0 AND collector_code = $1 AND closed_at IS NOT NULL
"""


async def unproven_of(connection: Connection, collector_code: str) -> int:
    """Return what a collector has deposited in closed shifts and nobody has confirmed, đồng."""
    amount: int = await connection.fetchval(_UNPROVEN_OF, collector_code)
    return amount


# Transfers have no shift: their receipts came out of the phones that took its cash.
_HANDOVER = """
SELECT taken.*, transfers, transferred FROM (
    SELECT count(*) AS receipts, min(receipt_number) AS first_receipt, max(receipt_number) AS last_receipt,
        count(*) FILTER (WHERE receipt_number IS NULL) AS without_number, array_agg(DISTINCT device_id) AS phones
    FROM payments WHERE shift_id = $1
) AS taken, LATERAL (
    SELECT count(*) AS transfers, coalesce(sum(amount), 0)::bigint AS transferred FROM payments, shifts
    WHERE shifts.shift_id = $1 AND method = 'transfer' AND reversed_at IS NULL
        AND received_at >= opened_at AND received_at < coalesce(closed_at, 'infinity')
        AND device_id = ANY (phones || $2::uuid)
) AS moved
"""


async def handover_of(connection: Connection, shift_id: UUID, device_id: UUID | None = None) -> Handover:
    """Return what is handed over with a shift; ``device_id``: the phone that closes it, where it took no cash."""
    row = await connection.fetchrow(_HANDOVER, shift_id, device_id)
    assert row is not None  # noqa: S101 - an aggregate always has a row
    hand_ins: Sequence[HandIn] = await listed(connection, GetHandIns(shift_id=shift_id, limit=100))
    return Handover(
        receipts=row["receipts"],
        first_receipt=row["first_receipt"],
        last_receipt=row["last_receipt"],
        without_number=row["without_number"],
        transfers=row["transfers"],
        transferred=row["transferred"],
        hand_ins=list(reversed(hand_ins)),
    )
