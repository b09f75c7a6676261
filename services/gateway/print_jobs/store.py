"""All SQL of print jobs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.gateway.print_jobs.rules import UNFINISHED, PrintJob, States
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.db import Connection

WAITING = (*sorted(UNFINISHED), PrintJobState.UNCONFIRMED)
"""States that a machine or a person still has to change."""


@dataclass(frozen=True, slots=True)
class PrintJobRecord:
    """A print job with what people and phones want to know of it."""

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
    """JSON text; empty where it was not asked for."""
    traceparent: str | None = None
    """The trace that it belongs to."""


@dataclass(frozen=True, slots=True)
class Change:
    """A transition that has been made."""

    before: PrintJobState
    since: datetime
    """When the job came into the state before."""
    record: PrintJobRecord


@dataclass(frozen=True, slots=True)
class Guard:
    """What a job must be for a transition to be made."""

    sources: States
    attempt: int | None = None
    device_id: UUID | None = None
    fresh: bool = False
    """The document is not out of date."""
    stream: UUID | None = None
    """This is the latest stream of ``device_id``."""


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


def _record(row: Record, job: PrintJob | None = None) -> PrintJobRecord:
    return PrintJobRecord(
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
        document=row["document"] or "",
        traceparent=row["traceparent"],
    )


_JOB = "job_id, device_id, kind, sequence, not_after, state, cause, attempt, retries"
_FACTS = (
    "summary, language, copy_number, reprint_of, customer_code, receipt_id, payment_id, visit_id, created_at, "
    "changed_at, traceparent"
)
_UNFINISHED = "state IN ('queued', 'offered', 'accepted', 'printing', 'held')"

# --- changes ---------------------------------------------------------------------------------------------------------

# The device's row is locked first, so that numbers have no gaps and become visible in their order.
ADD = """
WITH device AS (
    SELECT device_id, last_job_sequence + 1 AS sequence FROM devices WHERE device_id = $2 FOR NO KEY UPDATE
), added AS (
    INSERT INTO print_jobs (job_id, device_id, sequence, kind, document, summary, language, not_after, copy_number,
                            reprint_of, customer_code, receipt_id, payment_id, visit_id, state, attempt, retries,
                            created_at, changed_at, traceparent, account_version)
    SELECT $1, device_id, sequence, $3, CASE WHEN documents_lie_apart() THEN '' ELSE $4 END, $5, $6, $7, $8, $9, $10,
        $11, $12, $13, $16, 1, 0, $14, $14, $15, $17
    FROM device
    ON CONFLICT (job_id) DO NOTHING RETURNING job_id, device_id, sequence
), apart AS (
    INSERT INTO print_documents (job_id, queued_at, document)
    SELECT job_id, $14, $4 FROM added WHERE documents_lie_apart()
), noted AS (
    INSERT INTO print_job_history (job_id, attempt, state, actor, changed_at)
    SELECT job_id, 1, $16, 'gateway', $14 FROM added WHERE $16 = 'offered'
), written AS (
    UPDATE devices SET last_job_sequence = added.sequence FROM added
    WHERE devices.device_id = added.device_id RETURNING added.sequence
)
SELECT * FROM written
"""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A document that is to be queued for its device."""

    ready: DocumentReady
    device_id: UUID
    now: datetime
    traceparent: str | None
    offered: bool
    """It is sent to its phone at once."""
    document: str
    """JSON text."""

    @classmethod
    def of(
        cls, ready: DocumentReady, now: datetime, traceparent: str | None = None, *, offered: bool = False
    ) -> "NewJob | None":
        """Return what is to be queued for a document; None where it names no device."""
        if ready.device_id is None:
            return None
        return cls(ready, ready.device_id, now, traceparent, offered, ready.document.model_dump_json())

    @property
    def state(self) -> PrintJobState:
        """Its first state."""
        return PrintJobState.OFFERED if self.offered else PrintJobState.QUEUED

    def values(self) -> tuple[object, ...]:
        """Return the arguments of :data:`ADD`."""
        ready = self.ready
        return (
            ready.document_id,
            self.device_id,
            ready.kind,
            self.document,
            ready.summary,
            ready.language,
            ready.not_after,
            ready.copy_number,
            ready.reprint_of,
            ready.customer_code,
            ready.receipt_id,
            ready.payment_id,
            ready.visit_id,
            self.now,
            self.traceparent,
            self.state,
            ready.account_version,
        )

    def record(self, sequence: int) -> PrintJobRecord:
        """Return it as it was queued, with the number that it got on its device."""
        ready = self.ready
        return PrintJobRecord(
            job=PrintJob(
                job_id=ready.document_id,
                device_id=self.device_id,
                kind=ready.kind,
                sequence=sequence,
                not_after=ready.not_after,
                state=self.state,
            ),
            summary=ready.summary,
            language=ready.language,
            copy_number=ready.copy_number,
            reprint_of=ready.reprint_of,
            customer_code=ready.customer_code,
            receipt_id=ready.receipt_id,
            payment_id=ready.payment_id,
            visit_id=ready.visit_id,
            created_at=self.now,
            changed_at=self.now,
            document=self.document,
            traceparent=self.traceparent,
        )


async def add(connection: Connection, new: NewJob | None) -> PrintJobRecord | None:
    """Queue a document for its device and return it; None when it is there already or the device is unknown."""
    sequence = None if new is None else await connection.fetchval(ADD, *new.values())
    return None if new is None or sequence is None else new.record(sequence)


# The only statement that changes a job. A job that the guard does not match stays as it is, and is not returned.
# Locks: the device's row in `presence` first (a newer stream comes before or after this as a whole), then the jobs in
# the order of their numbers, as everywhere.
_CHANGE = f"""
WITH here AS MATERIALIZED (
    SELECT FROM presence WHERE device_id = $2 AND connection_id = $6 FOR SHARE
), before AS (
    SELECT job_id, state, changed_at FROM print_jobs
    WHERE {{these}} AND ($2::uuid IS NULL OR device_id = $2) AND ($3::integer IS NULL OR attempt = $3)
      AND state = ANY($4) AND (NOT $5 OR not_after IS NULL OR not_after >= $7)
      AND ($6::uuid IS NULL OR EXISTS (SELECT FROM here))
    {{in_order}} FOR NO KEY UPDATE
), written AS (
    UPDATE print_jobs SET state = $8, cause = $9, attempt = attempt + $10,
                          retries = coalesce($11::integer, retries), changed_at = $7
    FROM before WHERE print_jobs.job_id = before.job_id
    RETURNING {", ".join(f"print_jobs.{column}" for column in f"{_JOB}, {_FACTS}".split(", "))},
        CASE WHEN $13 THEN document END AS document, before.state AS before, before.changed_at AS since
), noted AS (
    INSERT INTO print_job_history (job_id, attempt, state, cause, actor, changed_at)
    SELECT job_id, attempt, state, cause, $12, $7 FROM written
)
SELECT * FROM written
"""
CHANGE = _CHANGE.format(these="job_id = $1", in_order="")
# Apart, because PostgreSQL plans `= ANY` anew each time, which costs as much as running it.
CHANGE_SEVERAL = _CHANGE.format(these="job_id = ANY($1)", in_order="ORDER BY sequence")


async def change(
    connection: Connection,
    job_ids: Sequence[UUID],
    guard: Guard,
    target: PrintJobState,
    cause: PrintJobCause | None,
    *,
    actor: str,
    now: datetime,
    new_attempts: int = 0,
    retries: int | None = None,
    with_document: bool = False,
) -> dict[UUID, Change]:
    """Bring jobs that fit the guard into a state, write that into their history, and return them."""
    one = len(job_ids) == 1
    values = change_values(
        job_ids[0] if one else job_ids,
        guard,
        target,
        cause,
        actor=actor,
        now=now,
        new_attempts=new_attempts,
        retries=retries,
        with_document=with_document,
    )
    rows = await connection.fetch(CHANGE if one else CHANGE_SEVERAL, *values)
    changes = {row["job_id"]: change_of(row) for row in rows}
    if with_document:
        found = await _with_documents(connection, [change.record for change in changes.values()])
        changes = {one.job.job_id: replace(changes[one.job.job_id], record=one) for one in found}
    return changes


def change_values(
    these: UUID | Sequence[UUID],
    guard: Guard,
    target: PrintJobState,
    cause: PrintJobCause | None,
    *,
    actor: str,
    now: datetime,
    new_attempts: int = 0,
    retries: int | None = None,
    with_document: bool = False,
) -> tuple[object, ...]:
    """Return the arguments of :data:`CHANGE` for one job, of :data:`CHANGE_SEVERAL` for several."""
    return (
        these,
        guard.device_id,
        guard.attempt,
        guard.sources,
        guard.fresh,
        guard.stream,
        now,
        target,
        cause,
        new_attempts,
        retries,
        actor,
        with_document,
    )


def change_of(row: Record) -> Change:
    """Return the transition in a row that :data:`CHANGE` has returned."""
    return Change(PrintJobState(row["before"]), row["since"], _record(row))


LOCK = f"""
SELECT {_JOB}, {_FACTS}, CASE WHEN $2 THEN document END AS document
FROM print_jobs WHERE job_id = $1 FOR NO KEY UPDATE
"""
ATTEMPTS = "SELECT attempt, state FROM print_attempts WHERE job_id = $1"


async def lock(connection: Connection, job_id: UUID, *, with_document: bool = False) -> PrintJobRecord | None:
    """Return a job with its earlier attempts, and keep others from changing it until the transaction ends."""
    row = await connection.fetchrow(LOCK, job_id, with_document)
    if row is None:
        return None
    earlier: dict[int, PrintJobState] = {}
    if row["attempt"] > 1:
        attempts = await connection.fetch(ATTEMPTS, job_id)
        earlier = {attempt["attempt"]: PrintJobState(attempt["state"]) for attempt in attempts}
    record = _record(row, _job(row, earlier))
    return (await _with_documents(connection, [record]))[0] if with_document else record


# Between the moments when the first and the last of the jobs were queued, so that other months are not looked into.
DOCUMENTS = """
SELECT job_id, document FROM print_documents WHERE job_id = ANY($1) AND queued_at BETWEEN $2 AND $3
"""


async def _with_documents(connection: Connection, records: Sequence[PrintJobRecord]) -> list[PrintJobRecord]:
    """Return jobs with the documents that lie apart; what is kept no longer stays empty."""
    apart = [record for record in records if not record.document]
    if not apart:
        return list(records)
    moments = [record.created_at for record in apart]
    rows = await connection.fetch(DOCUMENTS, [one.job.job_id for one in apart], min(moments), max(moments))
    documents = {row["job_id"]: row["document"] for row in rows}
    return [replace(one, document=one.document or documents.get(one.job.job_id, "")) for one in records]


LOCK_UNFINISHED = f"""
SELECT {_JOB} FROM print_jobs WHERE device_id = $1 AND {_UNFINISHED} ORDER BY sequence FOR NO KEY UPDATE
"""


async def lock_unfinished(connection: Connection, device_id: UUID) -> list[PrintJob]:
    """Return a device's unfinished jobs and keep others from changing them until the transaction ends."""
    return [_job(row) for row in await connection.fetch(LOCK_UNFINISHED, device_id)]


SAVE_ATTEMPT = """
INSERT INTO print_attempts (job_id, attempt, state) VALUES ($1, $2, $3)
ON CONFLICT (job_id, attempt) DO UPDATE SET state = $3
"""


async def save_attempt(connection: Connection, job_id: UUID, attempt: int, state: PrintJobState) -> None:
    """Store how an earlier attempt ended; the job is locked."""
    await connection.execute(SAVE_ATTEMPT, job_id, attempt, state)


# --- reads -----------------------------------------------------------------------------------------------------------

GET = f"SELECT {_JOB}, {_FACTS}, document FROM print_jobs WHERE job_id = $1"


async def get(connection: Connection, job_id: UUID) -> PrintJobRecord | None:
    """Return one job, without its document where that lies apart (:func:`get_with_document`)."""
    row = await connection.fetchrow(GET, job_id)
    return None if row is None else _record(row)


async def get_with_document(connection: Connection, job_id: UUID) -> PrintJobRecord | None:
    """Return one job with its document; that is empty where it is kept no longer."""
    record = await get(connection, job_id)
    return None if record is None else (await _with_documents(connection, [record]))[0]


LIST = f"""
SELECT {_JOB}, {_FACTS}, NULL AS document FROM print_jobs
WHERE device_id = $1 AND ($2::text[] IS NULL OR state = ANY($2)) AND ($3::bigint IS NULL OR sequence < $3)
ORDER BY sequence DESC LIMIT $4
"""


async def list_of_device(
    connection: Connection, device_id: UUID, *, states: Collection[PrintJobState] | None, before: int | None, limit: int
) -> list[PrintJobRecord]:
    """Return a device's jobs, the latest first, without documents."""
    return [_record(row) for row in await connection.fetch(LIST, device_id, states, before, limit)]


_OF_CUSTOMER = f"""
SELECT {_JOB}, {_FACTS}, NULL AS document FROM print_jobs WHERE customer_code = $1
ORDER BY created_at DESC, job_id LIMIT $2
"""


async def list_of_customer(connection: Connection, customer_code: str, limit: int) -> list[PrintJobRecord]:
    """Return a customer's jobs on all devices, the latest first, without documents."""
    return [_record(row) for row in await connection.fetch(_OF_CUSTOMER, customer_code, limit)]


_UNCONFIRMED = f"""
SELECT {", ".join(f"print_jobs.{name}" for name in f"{_JOB}, {_FACTS}".split(", "))}, NULL AS document,
    device_name, collector_code
FROM print_jobs JOIN devices USING (device_id) LEFT JOIN collectors USING (collector_code)
WHERE state = 'unconfirmed' AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2))
ORDER BY print_jobs.changed_at, job_id LIMIT $1
"""


async def list_unconfirmed(
    connection: Connection, limit: int, unit_codes: Sequence[str]
) -> list[tuple[PrintJobRecord, str, str | None]]:
    """Return jobs that may be printed, the oldest first, each with name and collector of its device; of some units."""
    rows = await connection.fetch(_UNCONFIRMED, limit, unit_codes)
    return [(_record(row), row["device_name"], row["collector_code"]) for row in rows]


UNFINISHED_OF_DEVICE = f"SELECT {_JOB} FROM print_jobs WHERE device_id = $1 AND {_UNFINISHED} ORDER BY sequence"


async def unfinished(connection: Connection, device_id: UUID) -> list[PrintJob]:
    """Return a device's unfinished jobs in the order of their making."""
    return [_job(row) for row in await connection.fetch(UNFINISHED_OF_DEVICE, device_id)]


NAMED_OF_DEVICE = f"SELECT {_JOB} FROM print_jobs WHERE device_id = $1 AND job_id = ANY($2)"


async def named(connection: Connection, device_id: UUID, job_ids: Sequence[UUID]) -> list[PrintJob]:
    """Return the named jobs of a device, finished ones included."""
    return [_job(row) for row in await connection.fetch(NAMED_OF_DEVICE, device_id, job_ids)]


# In the order of their numbers, as everywhere, so that two transactions do not wait for each other.
NOTICES_OF_CUSTOMER = f"""
SELECT job_id FROM print_jobs
WHERE customer_code = $1 AND kind = 'notice' AND {_UNFINISHED} AND coalesce(account_version, 0) < $2
ORDER BY device_id, sequence
"""


async def notices_of_customer(connection: Connection, customer_code: str, account_version: int) -> list[UUID]:
    """Return the unfinished notices of a customer that were made from an earlier version of the account."""
    return [row["job_id"] for row in await connection.fetch(NOTICES_OF_CUSTOMER, customer_code, account_version)]


NOTICES_OF_CUSTOMERS = f"""
SELECT job_id, customer_code FROM print_jobs JOIN unnest($1::text[], $2::bigint[]) AS account (code, version)
    ON customer_code = code
WHERE kind = 'notice' AND {_UNFINISHED} AND coalesce(account_version, 0) < account.version
ORDER BY device_id, sequence
"""


async def notices_of_customers(connection: Connection, versions: Mapping[str, int]) -> list[tuple[UUID, str]]:
    """Return unfinished notices of earlier versions of accounts (customer → version), each with its customer."""
    rows = await connection.fetch(NOTICES_OF_CUSTOMERS, list(versions), list(versions.values()))
    return [(row["job_id"], row["customer_code"]) for row in rows]


NOTICES_OF_VISIT = f"""
SELECT job_id FROM print_jobs
WHERE customer_code = $1 AND visit_id = $2 AND kind = 'notice' AND {_UNFINISHED} ORDER BY device_id, sequence
"""


async def notices_of_visit(connection: Connection, customer_code: str, visit_id: UUID) -> list[UUID]:
    """Return the unfinished notices of a visit."""
    return [row["job_id"] for row in await connection.fetch(NOTICES_OF_VISIT, customer_code, visit_id)]


NOTICES_BEFORE = f"""
SELECT job_id, customer_code FROM print_jobs
WHERE device_id = $1 AND sequence < $2 AND kind = 'notice' AND visit_id IS NOT NULL AND {_UNFINISHED}
ORDER BY sequence
"""


async def notices_before(connection: Connection, device_id: UUID, sequence: int) -> list[tuple[UUID, str | None]]:
    """Return a device's unfinished notices of visits before a job, each with its customer."""
    rows = await connection.fetch(NOTICES_BEFORE, device_id, sequence)
    return [(row["job_id"], row["customer_code"]) for row in rows]


RECEIPTS_OF_PAYMENT = f"""
SELECT job_id FROM print_jobs
WHERE payment_id = $1 AND kind IN ('receipt', 'copy') AND {_UNFINISHED} ORDER BY device_id, sequence
"""


async def receipts_of_payment(connection: Connection, payment_id: UUID) -> list[UUID]:
    """Return the unfinished receipt of a payment, and unfinished copies of it."""
    return [row["job_id"] for row in await connection.fetch(RECEIPTS_OF_PAYMENT, payment_id)]


STALE = """
SELECT job_id FROM print_jobs WHERE state IN ('queued', 'offered') AND not_after < $1 ORDER BY not_after LIMIT $2
"""


async def stale(connection: Connection, now: datetime, limit: int = 200) -> list[UUID]:
    """Return waiting jobs whose document is out of date."""
    return [row["job_id"] for row in await connection.fetch(STALE, now, limit)]


PRINTING_SINCE_BEFORE = """
SELECT job_id FROM print_jobs WHERE state = 'printing' AND changed_at < $1 ORDER BY changed_at LIMIT $2
"""


async def printing_since_before(connection: Connection, moment: datetime, limit: int = 200) -> list[UUID]:
    """Return jobs that have been ``printing`` since before a moment."""
    return [row["job_id"] for row in await connection.fetch(PRINTING_SINCE_BEFORE, moment, limit)]


COUNT_WAITING = f"""
SELECT state, count(*) AS count, min(changed_at) AS oldest FROM print_jobs WHERE {_UNFINISHED} GROUP BY state
UNION ALL
SELECT state, count(*), min(changed_at) FROM print_jobs WHERE state = 'unconfirmed' GROUP BY state
"""


async def count_waiting(connection: Connection) -> tuple[dict[PrintJobState, int], datetime | None]:
    """Return how many jobs are in each of :data:`WAITING`, and when the oldest unconfirmed one became so."""
    found = {PrintJobState(row["state"]): row for row in await connection.fetch(COUNT_WAITING)}
    unconfirmed = found.get(PrintJobState.UNCONFIRMED)
    return {state: row["count"] for state, row in found.items()}, unconfirmed["oldest"] if unconfirmed else None


DEVICES_WITH_WORK = """
SELECT DISTINCT device_id FROM print_jobs WHERE device_id = ANY($1) AND state IN ('queued', 'offered')
"""


async def devices_with_work(connection: Connection, device_ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these devices have a job waiting to be offered, or offered and not accepted."""
    return [row["device_id"] for row in await connection.fetch(DEVICES_WITH_WORK, device_ids)]
