"""Print jobs: the queue itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.gateway.print_jobs.rules import PrintJob
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.db import Connection

_JOB = "job_id, device_id, kind, sequence, not_after, state, cause, attempt, retries"
PAPER = (
    f"{_JOB}, summary, language, copy_number, reprint_of, customer_code, receipt_id, payment_id, visit_id, "
    "created_at, changed_at, traceparent"
)
"""Columns of a paper, all but its document."""
_UNFINISHED = "state IN ('queued', 'offered', 'accepted', 'printing', 'held')"

WAITING = (
    PrintJobState.QUEUED,
    PrintJobState.OFFERED,
    PrintJobState.ACCEPTED,
    PrintJobState.PRINTING,
    PrintJobState.HELD,
    PrintJobState.UNCONFIRMED,
)
"""States that a machine or a person still has to change."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A print job with what a person wants to know of it; ``document`` is JSON text, empty where it was not asked."""

    job: PrintJob
    summary: str
    language: str
    copy_number: int
    reprint_of: UUID | None
    customer_code: str | None
    receipt_id: UUID | None
    payment_id: UUID | None
    visit_id: UUID | None
    created_at: datetime
    changed_at: datetime
    document: str = ""
    traceparent: str | None = None
    """The trace that it belongs to."""


def _job(row: Record, earlier: dict[int, PrintJobState] | None = None) -> PrintJob:
    return PrintJob(
        job_id=row["job_id"],
        device_id=row["device_id"],
        kind=PaperKind(row["kind"]),
        sequence=row["sequence"],
        not_after=row["not_after"],
        state=PrintJobState(row["state"]),
        cause=PrintJobCause(row["cause"]) if row["cause"] else None,
        attempt=row["attempt"],
        retries=row["retries"],
        earlier=earlier or {},
    )


def read_paper(row: Record, job: PrintJob | None = None) -> Paper:
    """Return a row of :data:`PAPER`, with or without its document."""
    return Paper(
        job=job or _job(row),
        summary=row["summary"],
        language=row["language"],
        copy_number=row["copy_number"],
        reprint_of=row["reprint_of"],
        customer_code=row["customer_code"],
        receipt_id=row["receipt_id"],
        payment_id=row["payment_id"],
        visit_id=row["visit_id"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        document=row.get("document") or "",
        traceparent=row["traceparent"],
    )


async def add(
    connection: Connection,
    ready: DocumentReady,
    now: datetime,
    traceparent: str | None = None,
    *,
    offered: bool = False,
) -> Paper | None:
    """Put a paper into its device's queue and return it, with its document; ``offered``: its phone is told at once.

    None when it is there already or the device is unknown.
    """
    if ready.device_id is None:
        return None
    document = ready.document.model_dump_json()
    state = PrintJobState.OFFERED if offered else PrintJobState.QUEUED
    # One statement: the device's row is locked first, so that numbers have no gaps and are visible in their order.
    sequence = await connection.fetchval(
        """WITH device AS (
               SELECT device_id, last_job_sequence + 1 AS sequence FROM devices WHERE device_id = $2 FOR NO KEY UPDATE
           ), added AS (
               INSERT INTO print_jobs (job_id, device_id, sequence, kind, document, summary, language, not_after,
                                       copy_number, reprint_of, customer_code, receipt_id, payment_id, visit_id,
                                       state, attempt, retries, created_at, changed_at, traceparent)
               SELECT $1, device_id, sequence, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $16, 1, 0, $14, $14, $15
               FROM device
               ON CONFLICT (job_id) DO NOTHING RETURNING job_id, device_id, sequence
           ), noted AS (
               INSERT INTO print_job_history (job_id, attempt, state, actor, changed_at)
               SELECT job_id, 1, $16, 'gateway', $14 FROM added WHERE $16 = 'offered'
           )
           UPDATE devices SET last_job_sequence = added.sequence FROM added
           WHERE devices.device_id = added.device_id RETURNING added.sequence""",
        ready.document_id,
        ready.device_id,
        ready.kind,
        document,
        ready.summary,
        ready.language,
        ready.not_after,
        ready.copy_number,
        ready.reprint_of,
        ready.customer_code,
        ready.receipt_id,
        ready.payment_id,
        ready.visit_id,
        now,
        traceparent,
        state,
    )
    if sequence is None:
        return None
    return Paper(
        job=PrintJob(
            job_id=ready.document_id,
            device_id=ready.device_id,
            kind=ready.kind,
            sequence=sequence,
            not_after=ready.not_after,
            state=state,
        ),
        summary=ready.summary,
        language=ready.language,
        copy_number=ready.copy_number,
        reprint_of=ready.reprint_of,
        customer_code=ready.customer_code,
        receipt_id=ready.receipt_id,
        payment_id=ready.payment_id,
        visit_id=ready.visit_id,
        created_at=now,
        changed_at=now,
        document=document,
        traceparent=traceparent,
    )


async def lock(connection: Connection, job_id: UUID, *, with_document: bool = False) -> Paper | None:
    """Return a job with its earlier attempts, and keep others from changing it until the transaction ends."""
    columns = f"{PAPER}, document" if with_document else PAPER
    row = await connection.fetchrow(f"SELECT {columns} FROM print_jobs WHERE job_id = $1 FOR UPDATE", job_id)
    if row is None:
        return None
    earlier: dict[int, PrintJobState] = {}
    if row["attempt"] > 1:
        attempts = await connection.fetch("SELECT attempt, state FROM print_attempts WHERE job_id = $1", job_id)
        earlier = {attempt["attempt"]: PrintJobState(attempt["state"]) for attempt in attempts}
    return read_paper(row, _job(row, earlier))


async def lock_unfinished(connection: Connection, device_id: UUID) -> list[PrintJob]:
    """Return a device's unfinished jobs and keep others from changing them until the transaction ends."""
    rows = await connection.fetch(
        f"SELECT {_JOB} FROM print_jobs WHERE device_id = $1 AND {_UNFINISHED} ORDER BY sequence FOR UPDATE",
        device_id,
    )
    return [_job(row) for row in rows]


async def unfinished(connection: Connection, device_id: UUID) -> list[PrintJob]:
    """Return a device's unfinished jobs in the order of their making."""
    rows = await connection.fetch(
        f"SELECT {_JOB} FROM print_jobs WHERE device_id = $1 AND {_UNFINISHED} ORDER BY sequence", device_id
    )
    return [_job(row) for row in rows]


async def save(connection: Connection, before: PrintJob, job: PrintJob, *, actor: str, now: datetime) -> None:
    """Store a changed job, how its earlier attempts ended, and who changed it."""
    await connection.execute(
        """WITH changed AS (
               UPDATE print_jobs SET state = $2, cause = $3, attempt = $4, retries = $5, changed_at = $6
               WHERE job_id = $1
           )
           INSERT INTO print_job_history (job_id, attempt, state, cause, actor, changed_at)
           VALUES ($1, $4, $2, $3, $7, $6)""",
        job.job_id,
        job.state,
        job.cause,
        job.attempt,
        job.retries,
        now,
        actor,
    )
    for attempt, state in job.earlier.items():
        if before.earlier.get(attempt) is not state:
            await connection.execute(
                """INSERT INTO print_attempts (job_id, attempt, state) VALUES ($1, $2, $3)
                   ON CONFLICT (job_id, attempt) DO UPDATE SET state = $3""",
                job.job_id,
                attempt,
                state,
            )


async def paper(connection: Connection, job_id: UUID) -> Paper | None:
    """Return one job with its document."""
    row = await connection.fetchrow(f"SELECT {PAPER}, document FROM print_jobs WHERE job_id = $1", job_id)
    return None if row is None else read_paper(row)


async def papers(
    connection: Connection,
    device_id: UUID,
    *,
    states: Iterable[PrintJobState] | None,
    before: int | None,
    limit: int,
) -> list[Paper]:
    """Return a device's jobs, the latest first, without documents."""
    rows = await connection.fetch(
        f"""SELECT {PAPER} FROM print_jobs
            WHERE device_id = $1 AND ($2::text[] IS NULL OR state = ANY($2))
              AND ($3::bigint IS NULL OR sequence < $3)
            ORDER BY sequence DESC LIMIT $4""",
        device_id,
        [state.value for state in states] if states is not None else None,
        before,
        limit,
    )
    return [read_paper(row) for row in rows]


async def states(connection: Connection, device_id: UUID, job_ids: Sequence[UUID]) -> list[PrintJob]:
    """Return the named jobs of a device, finished ones included."""
    rows = await connection.fetch(
        f"SELECT {_JOB} FROM print_jobs WHERE device_id = $1 AND job_id = ANY($2)", device_id, list(job_ids)
    )
    return [_job(row) for row in rows]


async def stale(connection: Connection, now: datetime, limit: int = 200) -> list[UUID]:
    """Return waiting jobs whose paper is out of date."""
    rows = await connection.fetch(
        """SELECT job_id FROM print_jobs WHERE state IN ('queued', 'offered') AND not_after < $1
           ORDER BY not_after LIMIT $2""",
        now,
        limit,
    )
    return [row["job_id"] for row in rows]


async def printing_since_before(connection: Connection, moment: datetime, limit: int = 200) -> list[UUID]:
    """Return jobs that have been ``printing`` since before a moment."""
    rows = await connection.fetch(
        """SELECT job_id FROM print_jobs WHERE state = 'printing' AND changed_at < $1
           ORDER BY changed_at LIMIT $2""",
        moment,
        limit,
    )
    return [row["job_id"] for row in rows]


async def waiting(connection: Connection) -> tuple[dict[PrintJobState, int], datetime | None]:
    """Return how many papers are in each of :data:`WAITING`, and when the oldest unconfirmed one became so."""
    rows = await connection.fetch(
        f"""SELECT state, count(*) AS count, min(changed_at) AS oldest FROM print_jobs
            WHERE {_UNFINISHED} GROUP BY state
            UNION ALL
            SELECT state, count(*), min(changed_at) FROM print_jobs WHERE state = 'unconfirmed' GROUP BY state"""
    )
    found = {PrintJobState(row["state"]): row for row in rows}
    unconfirmed = found.get(PrintJobState.UNCONFIRMED)
    return {state: row["count"] for state, row in found.items()}, unconfirmed["oldest"] if unconfirmed else None


async def devices_with_work(connection: Connection, device_ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these devices have a job waiting to be offered, or offered and not accepted."""
    rows = await connection.fetch(
        """SELECT DISTINCT device_id FROM print_jobs
           WHERE device_id = ANY($1) AND state IN ('queued', 'offered')""",
        list(device_ids),
    )
    return [row["device_id"] for row in rows]
