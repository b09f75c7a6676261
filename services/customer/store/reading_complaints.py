"""Complaints about readings, and the photos that go with them."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.customer import ReadingComplaint, RecordReadingComplaint
from shared.db import Connection, add_once

_ADD = """
INSERT INTO reading_complaints (complaint_id, customer_code, collector_code, device_id, meter_number, bill_number,
    reading_seen, note, stated_at, recorded_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_complaint(
    connection: Connection, request: RecordReadingComplaint, moment: datetime, actor: Actor
) -> bool:
    """Keep a complaint; return False when its id is in use."""
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
    )


_ADD_PHOTO = "INSERT INTO reading_photos (complaint_id, jpeg, kept_at) VALUES ($1, $2, $3)"
# A few at a time, and none that another transaction is deleting.
_DROP_PHOTOS = """
DELETE FROM reading_photos WHERE complaint_id IN (
    SELECT complaint_id FROM reading_photos WHERE kept_at < $1 ORDER BY kept_at LIMIT 20 FOR UPDATE SKIP LOCKED
)
"""


async def keep_photo(connection: Connection, complaint_id: UUID, jpeg: bytes, moment: datetime) -> None:
    """Keep the photo of a complaint."""
    await connection.execute(_ADD_PHOTO, complaint_id, jpeg, moment)


async def drop_photos(connection: Connection, moment: datetime, keep: timedelta) -> None:
    """Delete photos that are older than ``keep``."""
    await connection.execute(_DROP_PHOTOS, moment - keep)


# The newest first. $1 customer code or NULL for all, $2 only those recorded before this or NULL, $3 the most.
_LATEST = """
SELECT complaint_id, customer_code, customers.name, customers.address, reading_complaints.collector_code, meter_number,
    bill_number, reading_seen, note, stated_at, recorded_at, reading_photos.complaint_id IS NOT NULL AS has_photo
FROM reading_complaints
JOIN customers USING (customer_code)
LEFT JOIN reading_photos USING (complaint_id)
WHERE ($1::text IS NULL OR customer_code = $1) AND ($2::timestamptz IS NULL OR recorded_at < $2)
ORDER BY recorded_at DESC, complaint_id DESC LIMIT $3
"""


async def latest_complaints(
    connection: Connection, customer_code: str | None, before: datetime | None, most: int
) -> list[ReadingComplaint]:
    """Return complaints, the newest first."""
    rows = await connection.fetch(_LATEST, customer_code, before, most)
    return [ReadingComplaint.model_validate(dict(row)) for row in rows]


_PHOTO = "SELECT jpeg FROM reading_photos WHERE complaint_id = $1"


async def photo_of(connection: Connection, complaint_id: UUID) -> bytes | None:
    """Return the photo of a complaint; None where there is none, or no longer."""
    jpeg: bytes | None = await connection.fetchval(_PHOTO, complaint_id)
    return jpeg
