"""Complaints about readings, and the photos that go with them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.customer import (
    GetReadingComplaints,
    ReadingComplaint,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    SettleReadingComplaint,
)
from shared.db import Connection, add_once

_ADD = """
INSERT INTO reading_complaints (complaint_id, customer_code, collector_code, device_id, meter_number, bill_number,
    reading_seen, note, stated_at, recorded_at, actor, kind, answer_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_complaint(
    connection: Connection, request: RecordReadingComplaint, moment: datetime, answer_by: date, actor: Actor
) -> bool:
    """Keep a complaint made at the door; return False when its id is in use."""
    return await add_once(
        connection,
        _ADD,
        request.complaint_id,
        request.customer_code,
        request.collector_code,
        request.device_id,
        request.meter_number,
        request.bill_number,
        request.reading_seen,
        request.note,
        request.stated_at,
        moment,
        actor.model_dump(mode="json"),
        request.kind,
        answer_by,
    )


# The collector is whoever walks there.
_ADD_AT_DESK = """
INSERT INTO reading_complaints (complaint_id, customer_code, collector_code, bill_number, reading_seen, note, stated_at,
    recorded_at, actor, kind, answer_by, is_from_desk)
SELECT $1, customer_code, collector_code, $3, $4, $5, $6, $6, $7, $8, $9, true
FROM customers JOIN routes USING (route_code) WHERE customer_code = $2
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_complaint_at_desk(
    connection: Connection, request: RecordComplaintAtDesk, moment: datetime, answer_by: date, actor: Actor
) -> bool:
    """Keep a complaint made in the office; return False when its id is in use. The customer is known."""
    return await add_once(
        connection,
        _ADD_AT_DESK,
        request.complaint_id,
        request.customer_code,
        request.bill_number,
        request.reading_seen,
        request.note,
        moment,
        actor.model_dump(mode="json"),
        request.kind,
        answer_by,
    )


_CUSTOMER = "SELECT customer_code FROM reading_complaints WHERE complaint_id = $1"


async def customer_of_complaint(connection: Connection, complaint_id: UUID) -> str | None:
    """Return whose complaint it is."""
    customer_code: str | None = await connection.fetchval(_CUSTOMER, complaint_id)
    return customer_code


_SETTLE = """
INSERT INTO complaint_settlements (complaint_id, settlement_id, finding, note, settled_by, settled_at, actor,
    is_bill_right)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_settlement(
    connection: Connection, request: SettleReadingComplaint, moment: datetime, actor: Actor
) -> bool:
    """Keep how a complaint was settled; return False when it is settled already, or the id is in use."""
    return await add_once(
        connection,
        _SETTLE,
        request.complaint_id,
        request.settlement_id,
        request.finding,
        request.note,
        request.settled_by,
        moment,
        actor.model_dump(mode="json"),
        request.is_bill_right,
    )


_ADD_PHOTO = "INSERT INTO reading_photos (complaint_id, jpeg, kept_at) VALUES ($1, $2, $3)"


async def keep_photo(connection: Connection, complaint_id: UUID, jpeg: bytes, moment: datetime) -> None:
    """Keep the photo of a complaint."""
    await connection.execute(_ADD_PHOTO, complaint_id, jpeg, moment)


# In small transactions, so that no row is locked for long; and none that another copy is deleting.
_DELETE_PHOTOS = """
DELETE FROM reading_photos WHERE complaint_id IN (
    SELECT complaint_id FROM reading_photos WHERE kept_at < $1 ORDER BY kept_at LIMIT 500 FOR UPDATE SKIP LOCKED
)
"""
_DELETE_COMPLAINTS = """
WITH old AS (SELECT complaint_id FROM complaint_settlements WHERE settled_at < $1 ORDER BY settled_at LIMIT 500),
    photos AS (DELETE FROM reading_photos USING old WHERE reading_photos.complaint_id = old.complaint_id),
    settlements AS (
        DELETE FROM complaint_settlements USING old WHERE complaint_settlements.complaint_id = old.complaint_id
    )
DELETE FROM reading_complaints USING old WHERE reading_complaints.complaint_id = old.complaint_id
"""


async def delete_photos(connection: Connection, kept_before: datetime) -> int:
    """Delete some of the photos that were kept before a moment; return how many."""
    return _deleted(await connection.execute(_DELETE_PHOTOS, kept_before))


async def delete_complaints(connection: Connection, settled_before: datetime) -> int:
    """Delete some of the complaints that were settled before a moment, with what belongs to them; return how many."""
    return _deleted(await connection.execute(_DELETE_COMPLAINTS, settled_before))


def _deleted(status: str) -> int:
    return int(status.rpartition(" ")[2])


_COMPLAINTS = """
SELECT complaint_id, customer_code, customers.name, customers.address, reading_complaints.collector_code, meter_number,
    bill_number, reading_seen, reading_complaints.note, stated_at, recorded_at,
    reading_photos.complaint_id IS NOT NULL AS has_photo,
    finding, complaint_settlements.note AS settlement_note, settled_by, settled_at, is_bill_right,
    kind, answer_by, is_from_desk
FROM reading_complaints
JOIN customers USING (customer_code)
LEFT JOIN reading_photos USING (complaint_id)
LEFT JOIN complaint_settlements USING (complaint_id)
"""
# The newest first. $1 customer code or NULL for all, $2 only those recorded before this or NULL, $3 settled, open or
# NULL for all, $4 the most, $5 one of them or NULL, $6 units or none for all.
_LATEST = f"""{_COMPLAINTS}
WHERE ($1::text IS NULL OR customer_code = $1) AND ($2::timestamptz IS NULL OR recorded_at < $2)
    AND ($3::boolean IS NULL OR (finding IS NOT NULL) = $3)
    AND ($5::uuid IS NULL OR complaint_id = $5) AND (cardinality($6::text[]) = 0 OR unit_code = ANY ($6))
ORDER BY recorded_at DESC, complaint_id DESC LIMIT $4
"""
_ONE = f"{_COMPLAINTS} WHERE complaint_id = $1"


async def latest_complaints(connection: Connection, request: GetReadingComplaints) -> list[ReadingComplaint]:
    """Return the complaints that a request asks for, the newest first."""
    rows = await connection.fetch(
        _LATEST,
        request.customer_code,
        request.before,
        request.settled,
        request.limit,
        request.complaint_id,
        request.unit_codes,
    )
    return [_complaint(row) for row in rows]


async def complaint(connection: Connection, complaint_id: UUID) -> ReadingComplaint | None:
    """Return a complaint."""
    row = await connection.fetchrow(_ONE, complaint_id)
    return None if row is None else _complaint(row)


def _complaint(row: Mapping[str, Any]) -> ReadingComplaint:
    values = dict(row)
    settlement = {
        "finding": values.pop("finding"),
        "note": values.pop("settlement_note"),
        "settled_by": values.pop("settled_by"),
        "settled_at": values.pop("settled_at"),
        "is_bill_right": values.pop("is_bill_right"),
    }
    return ReadingComplaint.model_validate({**values, "settlement": settlement if settlement["finding"] else None})


_PHOTO = "SELECT jpeg FROM reading_photos WHERE complaint_id = $1"


async def photo_of(connection: Connection, complaint_id: UUID) -> bytes | None:
    """Return the photo of a complaint; None where there is none, or no longer."""
    jpeg: bytes | None = await connection.fetchval(_PHOTO, complaint_id)
    return jpeg
