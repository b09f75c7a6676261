"""Attempts to print receipts that may have come out, only ever added."""

from uuid import UUID

from shared.contracts.gateway import PrintJobFinished
from shared.db import Connection
from shared.messaging import UnitOfWork

_ADD = """
INSERT INTO receipt_print (job_id, attempt, receipt_id, device_id, finished_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING RETURNING true
"""


def add_print(work: UnitOfWork, event: PrintJobFinished, receipt_id: UUID) -> None:
    """Note that an attempt to print a receipt may have come out; once for each attempt."""
    work.write(_ADD, event.job_id, event.attempt, receipt_id, event.device_id, event.finished_at)


_COUNT = "SELECT count(*) FROM receipt_print WHERE receipt_id = $1"


async def prints_of(connection: Connection, receipt_id: UUID) -> int:
    """Return how often a receipt itself, not a copy, may have been printed; 0 where nothing is known of it."""
    count: int = await connection.fetchval(_COUNT, receipt_id)
    return count
