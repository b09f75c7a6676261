"""Whether a database was restored and not released: then no service works on it (ADR 83)."""

import asyncpg

from shared.db.pool import Connection

_HELD = """
SELECT format('restored from %s at %s', backup, to_char(restored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
FROM restores WHERE NOT EXISTS (SELECT FROM restore_releases WHERE restore_releases.restore_id = restores.restore_id)
ORDER BY restored_at LIMIT 1
"""


class NotReleased(ConnectionError):
    """The database was restored, and nobody has released it: as good as not there."""


async def refuse_if_held(connection: Connection) -> None:
    """Raise :class:`NotReleased` where the database waits for the release of its restore."""
    try:
        held = await connection.fetchval(_HELD)
    except asyncpg.UndefinedTableError:
        return  # not migrated yet: a restore would have found the table, or have refused
    if held is not None:
        raise NotReleased(f"the database was {held} and is not released: thungan restore release")
