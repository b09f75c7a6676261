"""Reports of audits, only ever added: each is chained to the one before."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection

FIRST_LINK = hashlib.sha256(b"audit_reports").digest()


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report as it is kept."""

    report: int
    kind: str
    started_at: datetime
    finished_at: datetime
    ok: bool
    violations: int
    content: str
    """JSON."""
    link: bytes


_COLUMNS = "report, kind, started_at, finished_at, ok, violations, content, link"
_LATEST = f"SELECT {_COLUMNS} FROM audit_reports ORDER BY report DESC LIMIT $1"


async def latest(connection: Connection, limit: int = 1) -> list[KeptReport]:
    """Return the last reports, the latest first."""
    return [KeptReport(*row) for row in await connection.fetch(_LATEST, limit)]


_NUMBERED = f"SELECT {_COLUMNS} FROM audit_reports WHERE report = $1"


async def numbered(connection: Connection, number: int) -> list[KeptReport]:
    """Return the report of that number; nothing where there is none."""
    return [KeptReport(*row) for row in await connection.fetch(_NUMBERED, number)]


_IN_ORDER = f"SELECT {_COLUMNS} FROM audit_reports ORDER BY report"


async def in_order(connection: Connection) -> list[KeptReport]:
    """Return all reports in their order."""
    return [KeptReport(*row) for row in await connection.fetch(_IN_ORDER)]


_VIOLATIONS = "SELECT coalesce((SELECT violations FROM audit_reports ORDER BY report DESC LIMIT 1), 0)"
# Where there was none, since the database is there.
_AGE = """
SELECT extract(epoch FROM clock_timestamp() - coalesce(
    (SELECT max(finished_at) FROM audit_reports), (SELECT min(applied_at) FROM migration_history)))::float8
"""


async def violations_of_last(connection: Connection) -> int:
    """Return how much the last audit found."""
    violations: int = await connection.fetchval(_VIOLATIONS)
    return violations


async def seconds_since_audit(connection: Connection) -> float:
    """Return for how long there has been no audit."""
    return max(0.0, await connection.fetchval(_AGE) or 0.0)


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('audit_reports', 0))"
_ADD = """
INSERT INTO audit_reports (kind, started_at, finished_at, ok, violations, content, link)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING report
"""


async def add(
    connection: Connection,
    *,
    kind: str,
    started_at: datetime,
    finished_at: datetime,
    ok: bool,
    violations: int,
    content: str,
) -> int:
    """Keep a report and return its number."""
    async with connection.transaction():
        await connection.execute(_LOCK)
        before = await latest(connection)
        link = link_of(before[0].link if before else FIRST_LINK, content)
        number: int = await connection.fetchval(_ADD, kind, started_at, finished_at, ok, violations, content, link)
    return number


def link_of(previous: bytes, content: str) -> bytes:
    """Return the link of a report that follows another."""
    return hashlib.sha256(previous + content.encode()).digest()
