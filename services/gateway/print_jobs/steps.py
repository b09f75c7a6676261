"""The usual steps of a paper, each one statement that is its own transaction: what most papers need, and no more.

Where a job is not as the step expects it, nothing is done; ``queueing.change`` then locks it and asks the rules.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.domain.devices import Device
from services.gateway.print_jobs.rules import OFFERING, Move
from services.gateway.print_jobs.store import PAPER, Paper, read_paper
from shared.db import Connection

_MOVED = """
    UPDATE print_jobs SET state = $5, cause = NULL, changed_at = $6
    WHERE job_id = $1 AND device_id = $2 AND attempt = $3 AND state = ANY($4)
      AND (NOT $7 OR not_after IS NULL OR not_after >= $6)
"""
_NOTED = """
    INSERT INTO print_job_history (job_id, attempt, state, actor, changed_at) SELECT $1, $3, $5, $8, $6 FROM moved
"""
_MOVE = f"WITH moved AS ({_MOVED} RETURNING true), noted AS ({_NOTED}) SELECT true FROM moved"
_FINISH = f"WITH moved AS ({_MOVED} RETURNING {PAPER}), noted AS ({_NOTED}) SELECT * FROM moved"
# The device's row in ``presence`` stays locked: a newer stream comes before or after this as a whole.
_MOVE_ON_STREAM = f"""
WITH here AS MATERIALIZED (
    SELECT FROM presence WHERE device_id = $2 AND connection_id = $9 FOR SHARE
), moved AS ({_MOVED} AND EXISTS (SELECT FROM here) RETURNING true), noted AS ({_NOTED})
SELECT true FROM moved
"""


async def move(
    connection: Connection,
    device: Device,
    job_id: UUID,
    attempt: int,
    step: Move,
    now: datetime,
    stream: UUID | None = None,
) -> bool:
    """Let a job take a usual step; False when it is not as the step wants it, and nothing was done.

    ``stream``: only while that is the device's latest connection.
    """
    values = _values(device, job_id, attempt, step, now)
    if stream is None:
        return await connection.fetchval(_MOVE, *values) is True
    return await connection.fetchval(_MOVE_ON_STREAM, *values, stream) is True


async def finish(
    connection: Connection, device: Device, job_id: UUID, attempt: int, step: Move, now: datetime
) -> Paper | None:
    """Let a job take its last step and return it; None when it is not as the step wants it, and nothing was done."""
    row = await connection.fetchrow(_FINISH, *_values(device, job_id, attempt, step, now))
    return None if row is None else read_paper(row)


def _values(device: Device, job_id: UUID, attempt: int, step: Move, now: datetime) -> tuple[Any, ...]:
    before = [state.value for state in step.before]
    return job_id, device.device_id, attempt, before, step.after, now, step.fresh, device.actor


async def offer(connection: Connection, device_id: UUID, job_ids: Sequence[UUID], now: datetime) -> dict[UUID, Paper]:
    """Mark jobs as offered, in one statement with their history, and return them with their documents.

    Those that do not wait any more, or are out of date, are left as they are, and left out.
    """
    # Locked in the order of their numbers, as everywhere.
    rows = await connection.fetch(
        f"""WITH waiting AS (
                SELECT job_id FROM print_jobs
                WHERE device_id = $1 AND job_id = ANY($2) AND state = ANY($3) AND (not_after IS NULL OR not_after >= $5)
                ORDER BY sequence FOR NO KEY UPDATE
            ), offered AS (
                UPDATE print_jobs SET state = $4, cause = NULL, changed_at = $5 FROM waiting
                WHERE print_jobs.job_id = waiting.job_id
                RETURNING {", ".join(f"print_jobs.{column}" for column in PAPER.split(", "))}, document
            ), noted AS (
                INSERT INTO print_job_history (job_id, attempt, state, actor, changed_at)
                SELECT job_id, attempt, state, 'gateway', $5 FROM offered
            )
            SELECT * FROM offered""",
        device_id,
        list(job_ids),
        [state.value for state in OFFERING.before],
        OFFERING.after,
        now,
    )
    return {row["job_id"]: read_paper(row) for row in rows}
