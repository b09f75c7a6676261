"""Sessions of people of the office. Of a token only its hash is kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.gateway.domain.staff import StaffMember, StaffRole
from shared.db import Connection

MEMBER = """
SELECT staff_id, login_name, full_name, units, roles, second_factor_secret IS NOT NULL AS second_factor, session_id,
    begun_at, last_seen_at
FROM staff_sessions JOIN staff USING (staff_id)
WHERE token_hash = $1 AND ended_at IS NULL AND deactivated_at IS NULL AND last_seen_at > $2 AND begun_at > $3
"""


async def member_of_token(
    connection: Connection, token_hash: bytes, *, idle_since: datetime, begun_after: datetime
) -> tuple[StaffMember, datetime] | None:
    """Return who is signed in by a token and when that was seen last; None where nobody is any more."""
    row = await connection.fetchrow(MEMBER, token_hash, idle_since, begun_after)
    if row is None:
        return None
    members = dict(row)
    seen_at = members.pop("last_seen_at")
    units, roles = frozenset(members["units"]), frozenset(StaffRole(role) for role in members["roles"])
    return StaffMember(**{**members, "units": units, "roles": roles}), seen_at


RIGHTS = """
SELECT session_id, units, roles FROM staff_sessions JOIN staff USING (staff_id)
WHERE session_id = ANY ($1) AND ended_at IS NULL AND deactivated_at IS NULL AND last_seen_at > $2 AND begun_at > $3
"""


async def rights_of(
    connection: Connection, session_ids: Sequence[UUID], *, idle_since: datetime, begun_after: datetime
) -> dict[UUID, tuple[frozenset[str], frozenset[StaffRole]]]:
    """Return the units and roles of those sessions that go on."""
    rows = await connection.fetch(RIGHTS, session_ids, idle_since, begun_after)
    return {
        row["session_id"]: (frozenset(row["units"]), frozenset(StaffRole(role) for role in row["roles"]))
        for row in rows
    }


SEEN = "UPDATE staff_sessions SET last_seen_at = greatest(last_seen_at, $2) WHERE session_id = $1"


async def seen(connection: Connection, session_id: UUID, now: datetime) -> None:
    """Keep that a session is used."""
    await connection.execute(SEEN, session_id, now)


BEGIN = """
INSERT INTO staff_sessions (session_id, staff_id, token_hash, address, begun_at, last_seen_at)
VALUES ($1, $2, $3, $4, $5, $5)
"""


async def begin(
    connection: Connection, session_id: UUID, staff_id: UUID, token_hash: bytes, address: str, now: datetime
) -> None:
    """Begin a session."""
    await connection.execute(BEGIN, session_id, staff_id, token_hash, address, now)


# Of a name that nobody has it takes as long, but for some microseconds.
HAS_BEGUN_AT = """
SELECT EXISTS (
    SELECT FROM staff JOIN staff_sessions USING (staff_id) WHERE login_name = $1 AND address = $2 AND begun_at > $3
)
"""


async def has_begun_at(connection: Connection, login_name: str, address: str, since: datetime) -> bool:
    """Whether somebody has signed in from an address since a moment."""
    return await connection.fetchval(HAS_BEGUN_AT, login_name, address, since) is True


END = """
UPDATE staff_sessions SET ended_at = $2, ended_because = $3 WHERE token_hash = $1 AND ended_at IS NULL
"""


async def end(connection: Connection, token_hash: bytes, now: datetime, because: str) -> None:
    """End the session of a token, where there is one."""
    await connection.execute(END, token_hash, now, because)


END_ALL = """
UPDATE staff_sessions SET ended_at = $2, ended_because = $3
WHERE staff_id = $1 AND ended_at IS NULL AND session_id IS DISTINCT FROM $4 RETURNING session_id
"""


async def end_all(
    connection: Connection, staff_id: UUID, now: datetime, because: str, *, but: UUID | None = None
) -> int:
    """End all sessions of a person (``but`` one) and return how many there were."""
    return len(await connection.fetch(END_ALL, staff_id, now, because, but))
