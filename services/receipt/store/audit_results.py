"""What audits have found, as checkpoints carry it."""

from datetime import UTC, datetime

from shared.db import Connection

_ADD = "INSERT INTO audit_result (report, violations, finished_at, link) VALUES ($1, $2, $3, $4)"


async def add_audit_result(
    connection: Connection, *, report: int, violations: int, finished_at: datetime, link: bytes
) -> None:
    """Keep the result of an audit for the next checkpoint."""
    await connection.execute(_ADD, report, violations, finished_at, link)


_LAST = "SELECT report, violations, finished_at, link FROM audit_result ORDER BY result_id DESC LIMIT 1"


async def last_audit(connection: Connection) -> str:
    """Return the last audit as a checkpoint has it: result, moment, number and link of its report; empty: none yet."""
    row = await connection.fetchrow(_LAST)
    if row is None:
        return ""
    result = "ok" if not row["violations"] else f"{row['violations']}-violations"
    moment = row["finished_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{result} {moment} report {row['report']} {row['link'].hex()}"
