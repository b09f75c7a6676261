"""What collectors noted of visits after they were recorded."""

from datetime import datetime

from shared.contracts.actor import Actor
from shared.contracts.customer import AddVisitNote
from shared.db import Connection, add_once

_ADD = """
INSERT INTO visit_notes (note_id, visit_id, collector_code, device_id, note, noted_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_note(connection: Connection, request: AddVisitNote, moment: datetime, actor: Actor) -> bool:
    """Keep a note; return False when its id is in use."""
    return await add_once(
        connection,
        _ADD,
        request.note_id,
        request.visit_id,
        request.collector_code,
        request.device_id,
        request.note,
        moment,
        actor.model_dump(mode="json"),
    )
