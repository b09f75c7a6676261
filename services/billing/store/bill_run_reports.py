"""Reports of bill runs, each made once; which runs wait for one, and of which drafts are left."""

from datetime import datetime
from uuid import UUID

from shared.contracts.billing import RunReport
from shared.db import Connection

_FIND = "SELECT report FROM bill_run_reports WHERE run_id = $1"


async def find(connection: Connection, run_id: UUID) -> RunReport | None:
    """Return the report of a run; None while there is none."""
    report = await connection.fetchval(_FIND, run_id)
    return None if report is None else RunReport.model_validate(report)


_ADD = "INSERT INTO bill_run_reports (run_id, made_at, report) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"


async def add(connection: Connection, run_id: UUID, report: RunReport, now: datetime) -> None:
    """Keep the report of a run; one that is there already stays."""
    await connection.execute(_ADD, run_id, now, report.model_dump(mode="json"))


# One copy makes a report at a time; another one that looks meanwhile has nothing to do.
_TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('billing bill run reports'))"


async def try_lock(connection: Connection) -> bool:
    """Take the lock of whoever makes reports, until the transaction ends; False where somebody has it."""
    return await connection.fetchval(_TRY_LOCK) is True


# Of a dry run, whoever began it compares at once; what is released at once nobody looks at.
_WITHOUT = """
SELECT run_id FROM bill_runs
WHERE state = 'computed' AND NOT is_trial AND NOT is_at_once
    AND NOT EXISTS (SELECT FROM bill_run_reports WHERE bill_run_reports.run_id = bill_runs.run_id)
ORDER BY computed_at LIMIT 1
"""


async def next_without(connection: Connection) -> UUID | None:
    """Return a computed run that has no report; None where all have one. Dry runs have none."""
    found: UUID | None = await connection.fetchval(_WITHOUT)
    return found


_LEFT = """
SELECT run_id FROM bill_runs WHERE state IN ('discarded', 'released') AND to_regclass(drafts_of(run_id)) IS NOT NULL
ORDER BY ended_at LIMIT 1
"""


async def next_with_left_drafts(connection: Connection) -> UUID | None:
    """Return a run that has ended and whose drafts are still there; None where there is none.

    A version before left those of a released run that had nothing to bill.
    """
    found: UUID | None = await connection.fetchval(_LEFT)
    return found
