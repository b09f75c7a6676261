"""Facts for the audit: what must never be true of print jobs."""

from dataclasses import dataclass

from shared.audit import AuditViolation, broken_rules
from shared.db import Connection

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
    "jobs of a device are numbered without gaps": """
        SELECT device_id::text, format('%s jobs, last number %s', count(job_id), last_job_sequence)
        FROM devices JOIN print_jobs USING (device_id)
        GROUP BY device_id, last_job_sequence HAVING count(job_id) <> last_job_sequence
    """,
}


@dataclass(frozen=True)
class GatewayFacts:
    """Print jobs as the auditors compare them with receipts and notices."""

    devices: int
    jobs_by_state: dict[str, int]
    receipts: dict[str, int]
    """Receipt id → jobs of its first print; one each."""
    notices: dict[str, int]
    """Visit id → jobs of notices."""
    violations: list[AuditViolation]


_STATES = "SELECT state, count(*) AS jobs FROM print_jobs GROUP BY state ORDER BY state"
_RECEIPTS = "SELECT receipt_id::text AS id, count(*) AS jobs FROM print_jobs WHERE kind = 'receipt' GROUP BY 1"
_NOTICES = "SELECT visit_id::text AS id, count(*) AS jobs FROM print_jobs WHERE kind = 'notice' GROUP BY 1"
_DEVICES = "SELECT count(*) FROM devices"


async def audit_facts(connection: Connection) -> GatewayFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "gateway", _RULES)
        states = await connection.fetch(_STATES)
        receipts = await connection.fetch(_RECEIPTS)
        notices = await connection.fetch(_NOTICES)
        devices = await connection.fetchval(_DEVICES)
    return GatewayFacts(
        devices=devices,
        jobs_by_state={row["state"]: row["jobs"] for row in states},
        receipts={row["id"]: row["jobs"] for row in receipts},
        notices={row["id"]: row["jobs"] for row in notices},
        violations=violations,
    )
