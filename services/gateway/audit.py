"""Facts for the audit: what must never be true of print jobs."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from shared.audit import AuditViolation, broken_rules, rows_in_order
from shared.db import Connection
from shared.money_history import MoneyTable

HISTORY = {
    "devices": MoneyTable("device_id", once=("revoked_at", "revoked_by"), digested=("token_hash",), whole=False),
    "approvals": MoneyTable("approval_id"),
    "approval_decisions": MoneyTable("approval_id"),
    "staff": MoneyTable(
        "staff_id",
        once=("deactivated_at",),
        digested=("password_hash", "code_hash", "second_factor_secret", "second_factor_begun"),
        whole=False,
    ),
    "partners": MoneyTable("partner_id", once=("deactivated_at",)),
    "partner_keys": MoneyTable("key_id", digested=("key",)),
    "enrolment_codes": MoneyTable("code_id", once=("device_id", "used_at"), digested=("code_hash",)),
}
"""Tables whose history is kept (0012); of a device, what decides who may act with it."""

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a machine begins no new attempt of a print job that may have reached the printer": """
        SELECT later.job_id::text, format('attempt %s was begun by %s after attempt %s ended %s',
            later.attempt, later.actor, earlier.attempt, earlier.state)
        FROM print_job_history AS later JOIN print_attempts AS earlier
            ON earlier.job_id = later.job_id AND earlier.attempt = later.attempt - 1
        WHERE earlier.state IN ('printing', 'unconfirmed', 'printed') AND later.actor = 'gateway'
            AND later.state = 'queued'
    """,
    "a receipt comes out at most once under one job, unless a person asks again": """
        SELECT print_jobs.job_id::text, format('printed in %s attempts', count(*))
        FROM (
            SELECT job_id, attempt, state FROM print_attempts
            UNION SELECT job_id, attempt, state FROM print_jobs
        ) AS attempts JOIN print_jobs ON print_jobs.job_id = attempts.job_id
        WHERE attempts.state = 'printed' AND kind IN ('receipt', 'copy', 'void')
        GROUP BY print_jobs.job_id HAVING count(*) > 1 + (
            SELECT count(*) FROM print_job_history AS asked
            WHERE asked.job_id = print_jobs.job_id AND asked.state = 'queued' AND asked.actor <> 'gateway'
        )
    """,
    # By the gateways' own clock, which ends such print jobs: the lease of a copy ends about a minute after its present.
    "print jobs that are out of date are not printed": """
        SELECT job_id::text, format('%s, not after %s, changed %s', state, not_after, changed_at)
        FROM print_jobs
        WHERE state IN ('queued', 'offered')
            AND not_after < (SELECT max(lease_until) FROM gateway_instances) - interval '10 minutes'
    """,
    "each attempt of a print job is counted, with who asked for it": """
        SELECT job_id::text, format('attempt %s, %s ended before it, %s begun', attempt, ended, begun)
        FROM print_jobs, LATERAL (
            SELECT (SELECT count(*) FROM print_attempts WHERE print_attempts.job_id = print_jobs.job_id) AS ended,
                (SELECT count(*) FROM print_job_history WHERE print_job_history.job_id = print_jobs.job_id
                    AND print_job_history.state = 'queued') AS begun
        ) AS counted
        WHERE attempt > 1 AND (ended <> attempt - 1 OR begun <> attempt - 1)
            OR attempt = 1 AND EXISTS (SELECT FROM print_attempts WHERE print_attempts.job_id = print_jobs.job_id)
    """,
    "a print job is where its history ends": """
        SELECT job_id::text, format('attempt %s %s, by its history attempt %s %s',
            print_jobs.attempt, print_jobs.state, coalesce(last.attempt, 1), coalesce(last.state, 'queued'))
        FROM print_jobs LEFT JOIN LATERAL (
            SELECT attempt, state FROM print_job_history
            WHERE print_job_history.job_id = print_jobs.job_id ORDER BY entry DESC LIMIT 1
        ) AS last ON true
        WHERE (print_jobs.attempt, print_jobs.state) <> (coalesce(last.attempt, 1), coalesce(last.state, 'queued'))
    """,
    # A supervisor, a cashier or its own phone asks for it again or cancels it; what a printer did only its phone knows.
    "a print job is reported by the device that it was queued on": """
        SELECT job_id::text, format('attempt %s %s by %s, queued on the device of %s', entry.attempt, entry.state,
            entry.actor, owner)
        FROM print_job_history AS entry JOIN print_jobs USING (job_id) JOIN (
            SELECT device_id,
                format('%s:%s', role, coalesce(collector_code, collection_point_code, device_id::text)) AS owner
            FROM devices
        ) AS owners USING (device_id)
        WHERE entry.actor NOT IN ('gateway', owner) AND NOT (
            entry.state IN ('queued', 'cancelled')
            AND split_part(entry.actor, ':', 1) IN ('cashier', 'supervisor', 'staff'))
    """,
    "a print job that has not ended has its document": """
        SELECT job_id::text, format('%s, queued %s', state, created_at)
        FROM print_jobs
        WHERE state IN ('queued', 'offered', 'accepted', 'printing', 'held') AND document = '' AND NOT EXISTS (
            SELECT FROM print_documents
            WHERE print_documents.job_id = print_jobs.job_id AND queued_at = print_jobs.created_at)
    """,
    "jobs of a device are numbered without gaps": """
        SELECT device_id::text, format('%s jobs, last number %s', count(job_id), last_job_sequence)
        FROM devices JOIN print_jobs USING (device_id)
        GROUP BY device_id, last_job_sequence HAVING count(job_id) <> last_job_sequence
    """,
}


@dataclass(frozen=True)
class GatewayFacts:
    """How many devices and print jobs there are, and the violations found inside this database."""

    devices: int
    jobs_by_state: dict[str, int]
    violations: list[AuditViolation]


_STATES = "SELECT state, count(*) AS jobs FROM print_jobs GROUP BY state ORDER BY state"
_DEVICES = "SELECT count(*) FROM devices"


async def audit_facts(connection: Connection) -> GatewayFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "gateway", _RULES)
        states = await connection.fetch(_STATES)
        devices = await connection.fetchval(_DEVICES)
    return GatewayFacts(
        devices=devices,
        jobs_by_state={row["state"]: row["jobs"] for row in states},
        violations=violations,
    )


# What is compared row by row with the other services' (ops/audit/comparison.py). A job that names no receipt or visit
# has an id that nothing has.
_JOBS_OF = """
SELECT coalesce({of}, '00000000-0000-0000-0000-000000000000'), count(*) FROM print_jobs WHERE kind = '{kind}'
GROUP BY 1 ORDER BY 1
"""
# An attempt that may have come out is printed or unconfirmed; a person may say later that it was not printed.
_OF_RECEIPTS = """
SELECT coalesce(receipt_id, '00000000-0000-0000-0000-000000000000'), count(*), min(created_at),
    (count(*) FILTER (WHERE state IN ('printed', 'unconfirmed')) + coalesce(sum(ended), 0))::bigint
FROM print_jobs LEFT JOIN (
    SELECT job_id, count(*) AS ended FROM print_attempts WHERE state IN ('printed', 'unconfirmed') GROUP BY job_id
) AS attempts USING (job_id)
WHERE kind = 'receipt' GROUP BY 1 ORDER BY 1
"""
_OF_NOTICES = _JOBS_OF.format(of="visit_id", kind="notice")


class ReceiptJobs(NamedTuple):
    """The print jobs of a receipt itself, not of its copies."""

    jobs: int
    created_at: datetime
    """When the first of them was queued."""
    prints: int
    """Attempts that may have come out."""


async def jobs_of_receipts(connection: Connection) -> AsyncIterator[tuple[UUID, ReceiptJobs]]:
    """Yield what was queued of a receipt itself, by the receipt."""
    async for row in rows_in_order(connection, _OF_RECEIPTS):
        yield row[0], ReceiptJobs(row[1], row[2], row[3])


async def jobs_of_notices(connection: Connection) -> AsyncIterator[tuple[UUID, int]]:
    """Yield how many jobs of notices a visit has, by the visit."""
    async for row in rows_in_order(connection, _OF_NOTICES):
        yield row[0], row[1]


# What the rules between services look at (ops/audit/recomputation.py).


PARTNER, STAFF = "partner", "staff"
"""Stand as the roles of partners and people, beside those of devices."""


class EnrolledDevice(NamedTuple):
    """A phone, a desk, a person of the office or a partner, and when it could act."""

    device_id: UUID
    role: str
    collector_code: str | None
    enrolled_at: datetime
    revoked_at: datetime | None
    collection_point_code: str | None = None
    login_name: str | None = None
    """Of a person; of a partner its code."""


class PrintJobFact(NamedTuple):
    """A print job of a receipt, a copy or a void slip."""

    job_id: UUID
    device_id: UUID
    kind: str
    receipt_id: UUID | None
    customer_code: str | None
    copy_number: int
    created_at: datetime


class Announcement(NamedTuple):
    """What the phones of a collector were sent of a payment or of its reversal."""

    payment_id: UUID
    what: str
    collector_code: str
    customer_code: str
    amount: int
    method: str
    version: int
    debt: int


@dataclass(frozen=True)
class Announcements:
    """What phones were sent, as far as it is kept."""

    found: dict[tuple[UUID, str], list[Announcement]]
    since: datetime | None
    """Older ones may be deleted; None: all are there."""


_ENROLLED = f"""
SELECT device_id, role, collector_code, enrolled_at, revoked_at, collection_point_code, NULL AS login_name FROM devices
UNION ALL SELECT staff_id, '{STAFF}', NULL, created_at, deactivated_at, NULL, login_name FROM staff
UNION ALL SELECT partner_id, '{PARTNER}', NULL, made_at, deactivated_at, NULL, partner_code FROM partners
"""
_JOBS = f"SELECT {', '.join(PrintJobFact._fields)} FROM print_jobs WHERE job_id = ANY ($1)"
# Jobs of copies are found by their receipts' copies; this finds those that no copy is counted for.
_COPY_JOBS = f"""
SELECT {", ".join(PrintJobFact._fields)} FROM print_jobs WHERE kind = 'copy' AND job_id > $1 ORDER BY job_id LIMIT $2
"""
_COPY_JOBS_SINCE = f"SELECT {', '.join(PrintJobFact._fields)} FROM print_jobs WHERE kind = 'copy' AND created_at >= $1"
_ANNOUNCED = """
SELECT (entry::json #>> '{payment,payment_id}')::uuid, entry::json ->> 'what', collector_code,
    entry::json ->> 'customer_code', (entry::json #>> '{payment,amount}')::bigint, entry::json #>> '{payment,method}',
    (entry::json ->> 'version')::bigint, (entry::json ->> 'debt')::bigint
FROM feed_entries
WHERE entry::json ->> 'what' IN ('payment.recorded', 'payment.reversed') AND created_at >= coalesce($1, created_at)
"""
_KEPT_SINCE = """
SELECT CASE WHEN EXISTS (SELECT FROM feeds WHERE pruned_to > 0)
    THEN coalesce((SELECT min(created_at) FROM feed_entries), now() - interval '1 day') END
"""


class ApprovedAct(NamedTuple):
    """What one person asked for and another one approved, as it was kept before it was done."""

    kind: str
    customer_code: str | None
    amount: int
    asked_by: str
    """The id of an account."""
    approved_by: str
    outcome: str | None


_APPROVED = """
SELECT approval_id, kind, customer_code, amount, approvals.asked_by::text, decided_by::text, outcome
FROM approvals JOIN approval_decisions USING (approval_id) LEFT JOIN approval_outcomes USING (approval_id)
WHERE decision = 'approved' ORDER BY approval_id
"""


async def approved_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, ApprovedAct]]:
    """Yield what was approved, by its id."""
    async for row in rows_in_order(connection, _APPROVED):
        yield row[0], ApprovedAct(*row[1:])


_COLLECTORS = "SELECT collector_code, active FROM collectors"


async def collectors_at_work(connection: Connection) -> dict[str, bool]:
    """Return which collectors work for the utility, as the gateway has it."""
    return {row[0]: row[1] for row in await connection.fetch(_COLLECTORS)}


async def enrolled_devices(connection: Connection) -> dict[UUID, EnrolledDevice]:
    """Return all devices and people, revoked and closed ones too."""
    return {row["device_id"]: EnrolledDevice(*row) for row in await connection.fetch(_ENROLLED)}


async def print_jobs(connection: Connection, job_ids: Sequence[UUID]) -> dict[UUID, PrintJobFact]:
    """Return those of the print jobs that exist."""
    return {row["job_id"]: PrintJobFact(*row) for row in await connection.fetch(_JOBS, job_ids)}


async def copy_jobs_after(connection: Connection, job_id: UUID, limit: int) -> list[PrintJobFact]:
    """Return the next print jobs of copies, in the order of their ids."""
    return [PrintJobFact(*row) for row in await connection.fetch(_COPY_JOBS, job_id, limit)]


async def copy_jobs_since(connection: Connection, since: datetime) -> list[PrintJobFact]:
    """Return the print jobs of copies that were queued since a moment."""
    return [PrintJobFact(*row) for row in await connection.fetch(_COPY_JOBS_SINCE, since)]


async def announcements(connection: Connection, since: datetime | None) -> Announcements:
    """Return what phones were sent of payments and reversals (``since``: only what was sent after it)."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        kept_since = await connection.fetchval(_KEPT_SINCE)
        rows = await connection.fetch(_ANNOUNCED, since)
    found: dict[tuple[UUID, str], list[Announcement]] = {}
    for row in rows:
        announced = Announcement(*row)
        found.setdefault((announced.payment_id, announced.what), []).append(announced)
    return Announcements(found, max(filter(None, (kept_since, since)), default=None))
